#!/bin/bash
# lvindex-dump --follow tells changes of the index as they happen, to anybody.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

needs setpriv

declare -A FOLLOWER=() # name → process

# follow NAME ARGUMENT...: a follower of a user without rights, whose output goes to $SANDBOX/NAME.out and NAME.err.
follow() {
    local name=$1
    shift
    TZ=UTC exec_sandbox_env setpriv --reuid=65534 --regid=65534 --clear-groups "$SANDBOX/bin/lvindex-dump" --follow "$@" \
        >>"$SANDBOX/$name.out" 2>>"$SANDBOX/$name.err" &
    FOLLOWER[$name]=$!
    wait_until 5 follows "$name"
}

# Does it watch, and sleep? Then it has read what there is.
follows() {
    cat "/proc/${FOLLOWER[$1]}"/fdinfo/* 2>/dev/null | grep -q '^inotify wd:' &&
        grep -q '^State:.S' "/proc/${FOLLOWER[$1]}/status"
}

# told NAME WHAT LINE...: soon it has said exactly these lines since the last call, each behind its time.
told() {
    local name=$1 what=$2
    shift 2
    wait_until 5 line_count_is "$name" $# || true
    equal "$what" "$( (($# == 0)) || lines "$@")" \
        "$(sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} //' "$SANDBOX/$name.out")"
    : >"$SANDBOX/$name.out"
}

line_count_is() {
    [[ $(wc -l <"$SANDBOX/$1.out") -ge $2 ]]
}

# seen NAME=COUNT...: waits until each has said so many lines: what comes next is not to be told together with it.
seen() {
    local pair
    for pair; do
        wait_until 5 line_count_is "${pair%=*}" "${pair#*=}" || true
    done
}

# ended NAME SIGNAL STATUS
ended() {
    local status=0
    kill -"$2" "${FOLLOWER[$1]}"
    wait "${FOLLOWER[$1]}" || status=$?
    equal "$1: the exit status after SIG$2" "$3" "$status"
}

# event SECONDS_TO_EXPIRY NETWORK add|old|del MAC ADDRESS [NAME]: an event.
event() {
    local expiry=$((EPOCHSECONDS + $1))
    LVINDEX_NETWORK=$2 sandbox_env "DNSMASQ_LEASE_EXPIRES=$expiry" "$BUILD/hook/lvindex-hook" "${@:3}"
}

# The build directory may be one that others may not enter.
cp "$BUILD/indexer/dump/lvindex-dump" "$SANDBOX/bin/"

# --- An index, and its directory, that come later -----------------------------------------------------------------

rmdir "$SANDBOX/state"
follow all
follow json --json
follow lab --network=lab
follow web --name=web
follow address --address=192.0.2.2
follow guest --guest=db1
# The directory comes, and no index yet: no news.
mkdir "$SANDBOX/state"
sleep 0.2
equal "it is said once that there is no index" "lvindex-dump: $SANDBOX/state/index.tdb: No such file or directory" \
    "$(cat "$SANDBOX/all.err")"

event 3600 lab add 52:54:00:00:00:01 192.0.2.1 web
told all "the first lease" "lab: lease 192.0.2.1 added: web"
seen json=1 lab=1 web=1
event 3600 lan add 52:54:00:00:00:02 192.0.2.2
told all "a lease without a name" "lan: lease 192.0.2.2 added"
seen json=2 address=1
event 7200 lab old 52:54:00:00:00:01 192.0.2.1 www
told all "a renewal under another name" "lab: lease 192.0.2.1 changed: www"
seen json=3 lab=2 web=2
event 7200 lan del 52:54:00:00:00:02 192.0.2.2
told all "a lease that goes" "lan: lease 192.0.2.2 removed"
seen json=4 address=2

told lab "--network" "lab: lease 192.0.2.1 added: web" "lab: lease 192.0.2.1 changed: www"
told web "--name, which the lease had" "lab: lease 192.0.2.1 added: web" "lab: lease 192.0.2.1 changed: www"
told address "--address" "lan: lease 192.0.2.2 added" "lan: lease 192.0.2.2 removed"
equal "--json" "$(lines '["lab","192.0.2.1","added","web",true,[]]' '["lan","192.0.2.2","added",null,true,[]]' \
    '["lab","192.0.2.1","changed","www",true,[]]' '["lan","192.0.2.2","removed",null,true,[]]')" \
    "$(jq -c "[.network, .\"ip-address\", .change, .hostname, (.time - $EPOCHSECONDS | fabs < 60), .guests]" "$SANDBOX/json.out")"
equal "--json: one object a line" 4 "$(wc -l <"$SANDBOX/json.out")"
: >"$SANDBOX/json.out"

# --- Guests -------------------------------------------------------------------------------------------------------

macs_write br0 db1=52:54:00:00:00:01,52:54:00:00:00:11 other=52:54:00:00:00:05
lvindex_sync
told all "guests start" "br0: guest db1 running" "br0: guest other running"
told guest "--guest" "br0: guest db1 running"
seen json=2
event 7200 lab add 52:54:00:00:00:11 192.0.2.11 second
told guest "--guest: a lease of it" "lab: lease 192.0.2.11 added: second"
seen json=3 all=1 lab=1
event 7200 lab del 52:54:00:00:00:11 192.0.2.11
seen guest=1 json=4
macs_write br0 other=52:54:00:00:00:05
lvindex_sync
told guest "--guest: what goes" "lab: lease 192.0.2.11 removed: second" "br0: guest db1 gone"
seen json=5 all=3 lab=2
equal "--json: guests" "$(lines '["br0","db1","running"]' '["br0","other","running"]' '["br0","db1","gone"]')" \
    "$(jq -c 'select(has("guest")) | [.network, .guest, .change]' "$SANDBOX/json.out")"
equal "--json: the guests of a lease" '["db1"]' "$(jq -c 'select(.change == "added") | .guests' "$SANDBOX/json.out")"
told address "--address: nothing of all that"
: >"$SANDBOX/all.out"
: >"$SANDBOX/lab.out"

# --- Time ---------------------------------------------------------------------------------------------------------

event 2 lab add 52:54:00:00:00:03 192.0.2.3 brief
told all "a lease of two seconds" "lab: lease 192.0.2.3 added: brief"
told all "it expires" "lab: lease 192.0.2.3 expired: brief"
told lab "once" "lab: lease 192.0.2.3 added: brief" "lab: lease 192.0.2.3 expired: brief"
event 3600 lab old 52:54:00:00:00:03 192.0.2.3 brief
told all "and is there again" "lab: lease 192.0.2.3 changed: brief"

follow now --all
if grep -Eq '^[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2} br0: guest other running$' "$SANDBOX/now.out"; then
    passed "each line has its time"
else
    failed "each line has its time" "$(cat "$SANDBOX/now.out")"
fi
told now "--all" "br0: guest other running" "lab: lease 192.0.2.1 present: www" "lab: lease 192.0.2.3 present: brief"

# --- Trouble ------------------------------------------------------------------------------------------------------

# replace FILE: as index.tdb, as a backup is put back.
replace() {
    cp "$1" "$SANDBOX/state/restored"
    mv "$SANDBOX/state/restored" "$INDEX"
}

cp "$INDEX" "$SANDBOX/tmp/good"
head -c 3000 "$SANDBOX/tmp/good" >"$SANDBOX/tmp/damaged"
: >"$SANDBOX/all.err"
replace "$SANDBOX/tmp/damaged"
wait_until 5 test -s "$SANDBOX/all.err"
replace "$SANDBOX/tmp/good"
event 3600 lab add 52:54:00:00:00:04 192.0.2.4 after
told all "nothing is lost for a damaged index" "lab: lease 192.0.2.4 added: after"
equal "which is told once" "lvindex-dump: $INDEX: damaged" "$(cat "$SANDBOX/all.err")"

# Its directory may be removed and made again.
mv "$SANDBOX/state" "$SANDBOX/tmp/state"
mkdir "$SANDBOX/state"
event 3600 lab add 52:54:00:00:00:04 192.0.2.4 after
wait_until 10 grep -q 'removed: www' "$SANDBOX/all.out"
event 3600 lab add 52:54:00:00:00:05 192.0.2.5 last
wait_until 5 grep -q '192.0.2.5 added: last' "$SANDBOX/all.out"
equal "an index in a new directory is compared with the old one" 0 \
    "$(grep -c 'lease 192.0.2.4 \(added\|removed\)' "$SANDBOX/all.out" || true)"

ended all INT 0
ended json TERM 0

# A reader that leaves ends it, also while nothing happens.
status=0
TZ=UTC timeout 10 bash -c '"$@" --follow --all 2>"$0" | head -n 1; exit "${PIPESTATUS[0]}"' "$SANDBOX/pipe.err" \
    env LVINDEX_DIR="$SANDBOX/state" "$SANDBOX/bin/lvindex-dump" >"$SANDBOX/pipe.out" || status=$?
equal "a reader that leaves: the exit status, as SIGPIPE's" "$((128 + $(kill -l PIPE)))" "$status"
equal "a reader that leaves: its line" 1 "$(wc -l <"$SANDBOX/pipe.out")"
equal "a reader that leaves: nothing is said" "" "$(cat "$SANDBOX/pipe.err")"

for option in --hosts --raw --stats --check --expired --explain=web; do
    fails "--follow goes not with $option" 2 lvindex_dump --follow "$option"
done

for name in lab web address guest now; do
    kill "${FOLLOWER[$name]}"
done
rm -rf "$SANDBOX/tmp/state"

# --- A real dnsmasq -----------------------------------------------------------------------------------------------

follow live --name=alpha
lab_start --script-on-renewal
client_add alpha br0 52:54:00:00:00:0a
udhcpc_start alpha -x hostname:alpha
alpha=$(ip4 alpha)
told live "a machine that asks for a lease" "(unnamed): lease $alpha added: alpha"
udhcpc_release alpha
told live "and gives it back" "(unnamed): lease $alpha removed: alpha"
ended live TERM 0

fails "nothing can be written" 1 sandbox_env timeout 10 /bin/bash -c 'exec "$@" >/dev/full' bash \
    "$BUILD/indexer/dump/lvindex-dump" --follow --all

finish
