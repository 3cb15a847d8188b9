#!/bin/bash
# lvindex-sync reads the lease file of a dnsmasq that has no script at all.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LEASES=$SANDBOX/dnsmasq.leases

lab_bridge
dnsmasq_start --interface=br0 --domain=lab.example --dhcp-range=192.168.150.128,192.168.150.254,1h \
    --dhcp-range=fd00:150::100,fd00:150::1ff,64,1h --enable-ra
client_add alpha br0 52:54:00:00:00:0a
client_add beta br0 52:54:00:00:00:0b
udhcpc_start alpha -x hostname:ALPHA
dhclient6_start alpha alpha
udhcpc_start beta -x hostname:beta
wait_until 5 grep -q " $(ip4 beta) beta " "$LEASES"
wait_until 5 grep -q " $(ip6 alpha) alpha " "$LEASES"

read -r _ iaid _ _ duid < <(grep " $(ip6 alpha) " "$LEASES")

# sync_exits STATUS ARGUMENT...: its output goes to $SANDBOX/out and $SANDBOX/err.
sync_exits() {
    local expected=$1 status=0
    shift
    lvindex_sync "$@" >"$SANDBOX/out" 2>"$SANDBOX/err" || status=$?
    if [[ $status == "$expected" ]]; then
        passed "lvindex-sync $*: exit status $expected"
    else
        failed "lvindex-sync $*: exit status $expected" "it was $status" "$(cat "$SANDBOX/out" "$SANDBOX/err")"
    fi
}

said() {
    if grep -Eq -- "$2" "$SANDBOX/$1"; then
        passed "$1 matches '$2'"
    else
        failed "$1 matches '$2'" "$(cat "$SANDBOX/$1")"
    fi
}

all_there() {
    resolves alpha "$(ip4 alpha)" "$(ip6 alpha)"
    resolves beta "$(ip4 beta)"
    reverse "$(ip4 alpha)" ALPHA
    reverse "$(ip6 alpha)" alpha
    lease_dumped "$(ip4 alpha)" '[.network, ."mac-address", .hostname, ."client-id"]' \
        '["lan","52:54:00:00:00:0a","ALPHA","01:52:54:00:00:00:0a"]'
    lease_dumped "$(ip6 alpha)" '[.network, .hostname, (.iaid | tostring), ."client-id"]' \
        "[\"lan\",\"alpha\",\"$iaid\",\"$duid\"]"
}

sync_exits 0 -v --leases "lan=$LEASES"
said out "$(ip4 beta)"
equal "nothing on stderr" "" "$(cat "$SANDBOX/err")"
all_there

# Nothing changed: nothing written, nothing said.
before=$(identity "$INDEX")
sync_exits 0 --leases "lan=$LEASES"
unchanged "a second run leaves the index alone" "$INDEX" "$before"
equal "and has nothing to say" "" "$(cat "$SANDBOX/out" "$SANDBOX/err")"

# What leaves the file leaves the index; what the hook brought stays.
LVINDEX_NETWORK=lan lvindex_hook add 52:54:00:00:00:77 192.168.150.77 hooked
address=$(ip4 beta)
udhcpc_release beta
wait_until 5 eval "! grep -q '$address' '$LEASES'"
sync_exits 0 -v --leases "lan=$LEASES"
said out "$address"
unresolved beta
not_dumped "$address"
resolves alpha "$(ip4 alpha)" "$(ip6 alpha)"
resolves hooked 192.168.150.77
udhcpc_kill beta
udhcpc_start beta -x hostname:beta
wait_until 5 grep -q " $(ip4 beta) beta " "$LEASES"
sync_exits 0 --leases "lan=$LEASES"
all_there

# A damaged file is named and skipped, and its network keeps what the index knew; the others are read.
cp "$LEASES" "$SANDBOX/tmp/good"
number=0
# damaged WHAT: the lease file is damaged now.
damaged() {
    number=$((number + 1))
    echo "$((EPOCHSECONDS + 3600)) 52:54:00:00:00:44 10.4.4.$number other$number *" >"$SANDBOX/tmp/other.leases"
    sync_exits 1 --leases "lan=$LEASES" --leases "wan=$SANDBOX/tmp/other.leases"
    said err "^lvindex-sync: .*dnsmasq\\.leases.*: .+"
    equal "$1: every line on stderr names it" "" "$(grep -v '^lvindex-sync: .*dnsmasq\.leases' "$SANDBOX/err" || true)"
    all_there
    resolves "other$number" "10.4.4.$number"
    lease_dumped "10.4.4.$number" '.network' wan
}
head -c 30 "$SANDBOX/tmp/good" >"$LEASES"
damaged "a file that is cut off"
sed 's/ 192\.168\.150\./ 192.168.350./' "$SANDBOX/tmp/good" >"$LEASES"
damaged "a file with bad addresses"
printf 'this is no lease\n' >"$LEASES"
damaged "a file of something else"
head -c 300 /dev/zero >"$LEASES"
damaged "a file of zeros"
cp "$SANDBOX/tmp/good" "$LEASES"

# So is one that is missing.
before=$(identity "$INDEX")
sync_exits 1 --leases "lan=$SANDBOX/tmp/nowhere"
said err "^lvindex-sync: .*nowhere.*: .+"
all_there
unchanged "and the index is left alone" "$INDEX" "$before"

# Wrong usage.
sync_exits 2 --frobnicate
sync_exits 2 --leases
unchanged "wrong usage leaves the index alone" "$INDEX" "$before"
sync_exits 0 --help
said out '--leases'
sync_exits 0 --version
said out '[0-9]+\.[0-9]+'

finish
