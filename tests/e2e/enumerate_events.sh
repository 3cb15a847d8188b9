#!/bin/bash
# Enumeration by real programs while real events come in: what is listed is one generation of the index, whatever happens
# between two entries.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
needs python3

# --- gethostent, and dnsmasq's events between two calls ---------------------------------------------------------------

printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
lab_start
number=0
for client in alpha beta gamma delta; do
    client_add "$client" br0 "52:54:00:00:00:0$((++number))"
done
for client in alpha beta gamma; do
    udhcpc_start "$client" -x "hostname:$client"
    wait_event "add .* $(ip4 "$client") $client"
done

# enumerate_with COUNT COMMAND...: lists, into $LISTED; after COUNT entries, COMMAND runs.
GO=$SANDBOX/tmp/go
enumerate_with() {
    local program
    rm -f "$GO"
    host_program python3 "$E2E_DIR/programs/enumerate.py" "$1" "$GO" </dev/null >"$SANDBOX/tmp/listed" \
        2>"$SANDBOX/tmp/said" &
    program=$!
    wait_until 10 grep -q paused "$SANDBOX/tmp/said"
    shift
    "$@"
    : >"$GO"
    wait "$program"
    LISTED=$(sort "$SANDBOX/tmp/listed")
}

come_and_go() {
    events_forget
    local gone
    gone=$(ip4 beta)
    udhcpc_release beta
    wait_event "del .* $gone"
    udhcpc_kill gamma
    udhcpc_start gamma -x hostname:renamed
    wait_event "old .* $(ip4 gamma) renamed"
    udhcpc_start delta -x hostname:delta
    wait_event "add .* $(ip4 delta) delta"
}

generation() {
    lvindex_dump --stats | grep -i '^generation'
}

before=$(lookup hosts | tr -s ' ' | sort)
first=$(generation)
enumerate_with 1 come_and_go
equal "gethostent tells what there was at its beginning" "$before" "$LISTED"
succeeds "the index was replaced meanwhile" test "$first" != "$(generation)"
enumerate_with 2 true
equal "the next one tells what there is" "$(lines "$(ip4 alpha) alpha" "$(ip4 delta) delta" "$(ip4 gamma) renamed" | sort)" \
    "$LISTED"

# A large index, whose base is replaced between two entries, twice: both files of the old generation are gone by then.
LEASES=$SANDBOX/tmp/leases
make_leases() {
    local i
    for ((i = 0; i < 2500; i++)); do
        printf '4000000000 52:54:00:01:%02x:%02x 10.9.%d.%d %s-%d *\n' $((i / 256)) $((i % 256)) $((i / 250)) \
            $((i % 250 + 1)) "$1" "$i"
    done >"$LEASES.new"
    mv "$LEASES.new" "$LEASES"
    lvindex_sync --leases="$LEASES"
}
other_bases() {
    make_leases second
    make_leases third
}
make_leases first
before=$(lookup hosts | tr -s ' ' | sort)
base=$(find "$SANDBOX/state" -name 'base-*.tdb' | sort)
equal "with a base" 2503 "$(wc -l <<<"$before")"
enumerate_with 1000 other_bases
equal "gethostent goes on with the base that it began with" "$before" "$LISTED"
succeeds "that base is gone" test "$base" != "$(find "$SANDBOX/state" -name 'base-*.tdb' | sort)"
enumerate_with 2 true
equal "the next one tells the new" 2500 "$(grep -c ' third-' <<<"$LISTED")"

# --- getent hosts, again and again, in a storm of events ----------------------------------------------------------------

# Each event renames a machine: every list has it once, under one of its names, and all the others.
storm() {
    local i
    for ((i = 0; i < 150; i++)); do
        lvindex_hook old 52:54:00:00:00:77 10.10.0.1 "name-$((i % 2))"
    done
    rm "$SANDBOX/tmp/storm"
}
lvindex_hook add 52:54:00:00:00:77 10.10.0.1 name-0
: >"$SANDBOX/tmp/storm"
storm &
lists=0
wrong=
declare -A seen=()
while [[ -e $SANDBOX/tmp/storm ]]; do
    list=$(lookup hosts)
    name=$(awk '$1 == "10.10.0.1" { print $2 }' <<<"$list")
    [[ $name == name-[01] && $(wc -l <<<"$list") == 2504 ]] || wrong+="$(wc -l <<<"$list") lines, \"$name\"; "
    seen[$name]=1
    lists=$((lists + 1))
done
wait $!
equal "each list is whole" "" "$wrong"
succeeds "there were some, of both names" test "$lists" -ge 3 -a "${#seen[@]}" = 2
finish
