#!/bin/bash
# lvindex-dump --check: leases that have in common what they should not, and those that may.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
# shellcheck source=SCRIPTDIR/findings.sh
source "$E2E_DIR/findings.sh"

# event6 MAC|- IAID DUID IP [NAME]: an event of DHCPv6.
event6() {
    local -a mac=()
    [[ $1 == - ]] || mac=("DNSMASQ_MAC=$1")
    succeeds "event: $*" sandbox_env LVINDEX_NETWORK="${NETWORK-}" DNSMASQ_IAID="$2" "${mac[@]}" \
        "$BUILD/hook/lvindex-hook" add "$3" "$4" ${5:+"$5"}
}

# anew: nothing is known.
anew() {
    rm -f "$INDEX" "$SANDBOX"/libvirt/*
}

DUID=00:01:00:01:2c:aa:bb:cc:52:54:00:00:00:01

event6 52:54:00:00:00:01 101 "$DUID" fd00::1 web
event6 52:54:00:00:00:02 102 "$DUID" fd00::2 web
in_order "a machine with two interfaces, by its DUID"
event6 52:54:00:00:00:03 102 "$DUID" fd00::3
finds "a DUID and an IAID of two" "client-id $DUID: of two machines, 52:54:00:00:00:02 and 52:54:00:00:00:03"

anew
NETWORK=a CLIENT_ID=ff:01:02 event add 52:54:00:00:00:01 192.0.2.1 one
NETWORK=b CLIENT_ID=ff:01:02 event add 52:54:00:00:00:02 198.51.100.1 two
in_order "a client-id in two networks"

anew
macs_write virbr0 multi=52:54:00:00:00:01,52:54:00:00:00:02
succeeds "lvindex-sync" lvindex_sync
CLIENT_ID=ff:01:02 event add 52:54:00:00:00:01 192.0.2.1 multi
CLIENT_ID=ff:01:02 event add 52:54:00:00:00:02 192.0.2.2 multi
NETWORK=b event add 52:54:00:00:00:02 198.51.100.2 multi
in_order "a guest with two interfaces"
event add 52:54:00:00:00:05 192.0.2.5 web
event add 52:54:00:00:00:06 192.0.2.6 web
finds "two machines of a name" "web: the name of two machines, 52:54:00:00:00:05 and 52:54:00:00:00:06: who"

anew
event add 52:54:00:00:00:01 192.0.2.1 web
event6 - 7 00:01:02:03 fd00::5 web
event6 52:54:00:00:00:02 8 00:01:02:04 fd00::6 web
finds "one without a MAC between them" "web: the name of two machines, 52:54:00:00:00:01 and 52:54:00:00:00:02"
event add 52:54:00:00:00:03 192.0.2.3 WEB
finds "three machines" "web: the name of 3 machines, two of them 52:54:00:00:00:01 and 52:54:00:00:00:03: who"

anew
NETWORK=a event add 52:54:00:00:00:01 192.0.2.1 web
NETWORK=b event add 52:54:00:00:00:02 198.51.100.1 web
finds "machines of two networks" 'web: the name of machines in two networks, "a" and "b": who asks for the name gets'
NETWORK=c event add 52:54:00:00:00:03 203.0.113.1 web
finds "machines of three" 'web: the name of machines in 3 networks, two of them "a" and "b": who asks for the name gets'

anew
for i in 1 2 3; do
    CLIENT_ID=ff:01:02 event add "52:54:00:00:00:0$i" "192.0.2.$i" "name$i"
done
finds "three of one client-id" "client-id ff:01:02: of 3 machines, two of them 52:54:00:00:00:01 and 52:54:00:00:00:02"

anew
for network in a b c; do
    NETWORK=$network event add 52:54:00:00:00:01 192.0.2.1 web
    NETWORK=$network event add 52:54:00:00:00:02 192.0.2.2 db
done
finds "leases of two networks, as one" \
    '2 leases are there under two networks or more, the first: 192.0.2.1 under "a" and "b": when one of them ends'

finish
