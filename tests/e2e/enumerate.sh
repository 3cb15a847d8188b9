#!/bin/bash
# getent without a name: all that lives, and nothing else, from one file and from an index with a base.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# listed DATABASE [SERVICE]: what getent lists, as "ADDRESS NAME…" with the names in order, sorted.
listed() {
    lookup ${2:+-s hosts:"$2"} "$1" | one_form
}

one_form() {
    awk '{ n = split($0, word); for (i = 2; i <= n; i++) print NR, word[1], word[i] }' | sort -k1,1n -k3 |
        awk '$1 != line { printf "%s%s", line ? "\n" : "", $2; line = $1 } { printf " %s", $3 } END { if (NR) print "" }' |
        sort
}

# What the leases say that is to be listed: of host names, of guests.
LIVE='.leases[] | select(."expiry-time" == 0 or ."expiry-time" > now)'
hosts_expected() {
    lvindex_dump --json |
        jq -r "$LIVE"' | select((.hostname // "") != "") | [."ip-address", .hostname] +
            (if (.domain // "") != "" then [.hostname + "." + .domain] else [] end) | join(" ")' | one_form
}
guests_expected() {
    lvindex_dump --json |
        jq -r "$LIVE"' | select((.guests // []) != []) | [."ip-address", .guests[]] | join(" ")' | one_form
}

# as_dumped WHAT: each module lists what lvindex-dump shows.
as_dumped() {
    equal "$1: host names" "$(hosts_expected)" "$(listed hosts lvindex)"
    equal "$1: guests" "$(guests_expected)" "$(listed hosts lvindex_guest)"
    equal "$1: getent ahosts" "$(hosts_expected)" "$(listed ahosts lvindex)"
}

# counted WHAT HOSTS GUESTS: so many lines of each.
counted() {
    equal "$1: how many" "$2 $3" "$(listed hosts lvindex | wc -l) $(listed hosts lvindex_guest | wc -l)"
}

# event [VARIABLE=VALUE...] ACTION ARGUMENT...
event() {
    local -a variables=()
    while [[ $1 == *=* ]]; do
        variables+=("$1")
        shift
    done
    sandbox_env "${variables[@]}" "$BUILD/hook/lvindex-hook" "$@"
}

lab_bridge
equal "no index: nothing is listed" "" "$(listed hosts lvindex)"

succeeds "add" event add 52:54:00:00:00:01 192.168.150.201 web
event DNSMASQ_DOMAIN=lab.example add 52:54:00:00:00:02 192.168.150.202 db
event DNSMASQ_IAID=1 DNSMASQ_MAC=52:54:00:00:00:01 add 00:01:00:01:aa fd00:150::201 web
event DNSMASQ_LEASE_EXPIRES=1000000000 add 52:54:00:00:00:03 192.168.150.203 past
event add 52:54:00:00:00:04 192.168.150.204 localhost
event add 52:54:00:00:00:05 192.168.150.205
macs_write virbr9 "vm1=52:54:00:00:00:01" "vm5=52:54:00:00:00:05"
succeeds "lvindex-sync" lvindex_sync
counted "one file" 3 3
as_dumped "one file"
equal "the line of nsswitch.conf: guests, then hosts, after /etc/hosts" \
    "$( (lines "127.0.0.1 localhost" "127.0.0.1 localhost"; listed hosts lvindex_guest; listed hosts lvindex) | sort)" \
    "$(listed hosts)"
succeeds "del" event del 52:54:00:00:00:02 192.168.150.202 db
counted "after a del" 2 3
as_dumped "after a del"

# Enough for a base, and changes of what is in it: gone, renamed, expired, new.
COUNT=2500
LEASES=$SANDBOX/tmp/leases
for ((i = 0; i < COUNT; i++)); do
    printf '4000000000 52:54:00:00:%02x:%02x 10.9.%d.%d host-%d *\n' $((i / 256 + 1)) $((i % 256)) $((i / 250)) \
        $((i % 250 + 1)) "$i"
done >"$LEASES"
succeeds "lvindex-sync" lvindex_sync --leases="$LEASES"
equal "there is a base" 1 "$(find "$SANDBOX/state" -name 'base-*.tdb' | wc -l)"
counted "with a base" $((COUNT + 2)) 3
as_dumped "with a base"
event del 52:54:00:00:01:07 10.9.0.8 host-7
event old 52:54:00:00:01:08 10.9.0.9 renamed
event DNSMASQ_LEASE_EXPIRES=1000000000 old 52:54:00:00:01:09 10.9.0.10 host-9
event add 52:54:00:00:f0:01 10.9.200.1 newcomer
counted "beside the base" $((COUNT + 1)) 3
as_dumped "beside the base"
equal "gone, renamed, expired, new" "10.9.0.9 renamed|10.9.200.1 newcomer" \
    "$(listed hosts lvindex | grep -E '^10\.9\.(0\.(8|9|10)|200\.1) ' | xargs -d '\n' | sed 's/ 10.9.2/|10.9.2/')"

# A damaged index: nothing that was not there before.
listed hosts lvindex >"$SANDBOX/tmp/before"
truncate -s 8192 "$SANDBOX/state/index.tdb"
listed hosts lvindex >"$SANDBOX/tmp/damaged"
equal "a damaged index" "" "$(comm -13 "$SANDBOX/tmp/before" "$SANDBOX/tmp/damaged")"
rm "$SANDBOX/state/index.tdb"
equal "no index any more" "" "$(listed hosts lvindex)"
equal "/etc/hosts is listed without an index" "127.0.0.1 localhost" "$(listed hosts | sort -u)"
succeeds "add" event add 52:54:00:00:00:01 192.168.150.201 web
equal "an index again" "192.168.150.201 web" "$(listed hosts lvindex)"
finish
