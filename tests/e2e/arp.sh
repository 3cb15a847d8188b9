#!/bin/bash
# Guests with static addresses, known by dnsmasq's --script-arp and their network's .macs.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

FIXED=52:54:00:00:00:0a
LEASED=52:54:00:00:00:0b
STRANGER=52:54:00:00:00:0c

# fixed_address CLIENT ADDRESS/LENGTH...: as its administrator sets it, without DHCP; then it speaks to the host.
fixed_address() {
    local client=$1 address
    shift
    for address; do
        in_client "$client" ip address add "$address" dev eth0
    done
    speak "$client"
}

speak() {
    local host
    for host in 192.168.150.1 fd00:150::1; do
        in_client "$1" bash -c "echo hello 2>/dev/null >/dev/udp/$host/9" || true
    done
}

# dnsmasq reads the table of neighbours when a packet comes in, and not more than once in 90 seconds: at its start.
neighbours_told() {
    dnsmasq_restart
    in_client leased udhcpc -f -i eth0 -q -n -t 3 -T 1 -s /bin/true >/dev/null 2>&1 || true
}

export LVINDEX_NETWORK=br0
lab_start --script-arp --script-on-renewal
macs_write br0 "fixed=$FIXED" "leased=$LEASED"
client_add fixed br0 "$FIXED"
client_add leased br0 "$LEASED"
client_add stranger br0 "$STRANGER"
fixed_address fixed 192.168.150.201/24 fd00:150::201/64
fixed_address stranger 192.168.150.202/24
udhcpc_start leased -x hostname:leased
wait_event "add $LEASED $(ip4 leased) leased"
neighbours_told
wait_event "arp-add $FIXED 192.168.150.201" 100
wait_event "arp-add $FIXED fd00:150::201" 100
wait_event "arp-add $STRANGER 192.168.150.202" 100

# By its guest name, in both families and back; the link-local address, which would need a scope, is not told.
resolves fixed 192.168.150.201 fd00:150::201
reverse 192.168.150.201 fixed
reverse fd00:150::201 fixed
explained=$(lvindex_dump --explain fixed)
succeeds "--explain tells of the neighbour" grep -q 'arp' <<<"$explained"
# Who is no guest has no name by it.
reverse 192.168.150.202

# A lease goes before a neighbour: the guest's other address is kept back, until the lease is gone.
in_client leased ip address add 192.168.150.203/24 dev eth0
succeeds "arp-add, by hand" lvindex_hook arp-add "$LEASED" 192.168.150.203
resolves leased "$(ip4 leased)"
lease=$(ip4 leased)
succeeds "del, by hand" lvindex_hook del "$LEASED" "$lease" leased
equal "the other address answers, and may be the lease's own" "192.168.150.203" \
    "$(addresses_of hosts leased | grep -v "^$lease\$")"

# A neighbour's claim on another's address is no name for it: leases go before.
udhcpc_start stranger -x hostname:victim
wait_event "add $STRANGER $(ip4 stranger) victim"
succeeds "a guest claims the address of another" lvindex_hook arp-add "$FIXED" "$(ip4 stranger)"
reverse "$(ip4 stranger)" victim
resolves victim "$(ip4 stranger)"
succeeds "and lets go of it" lvindex_hook arp-del "$FIXED" "$(ip4 stranger)"

# arp-del of a machine that does not have the address any more changes nothing; of one that does, ends it.
before=$(identity "$INDEX")
succeeds "arp-del for another machine" lvindex_hook arp-del "$STRANGER" 192.168.150.201
unchanged "the index" "$INDEX" "$before"
resolves fixed 192.168.150.201 fd00:150::201
succeeds "arp-del" lvindex_hook arp-del "$FIXED" 192.168.150.201
equal "only IPv6 is left" fd00:150::201 "$(addresses_of ahosts fixed)"

# A guest that stops is no answer; when it runs again, it is.
macs_write br0 "leased=$LEASED"
succeeds "lvindex-sync" lvindex_sync
unresolved fixed
macs_write br0 "fixed=$FIXED" "leased=$LEASED"
succeeds "lvindex-sync" lvindex_sync
equal "runs again" fd00:150::201 "$(addresses_of ahosts fixed)"

# What is no single machine's address is passed over.
before=$(identity "$INDEX")
for address in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255 :: ::1 fe80::1 ff02::1 ::ffff:192.168.150.201; do
    succeeds "arp-add of $address" lvindex_hook arp-add "$FIXED" "$address"
done
succeeds "arp-add without a hardware address" lvindex_hook arp-add 00:00:00:00:00:00 192.168.150.220
unchanged "the index" "$INDEX" "$before"

# Of one machine, the addresses that were seen last are kept: no flood of them fills the index.
for ((i = 1; i <= 40; i++)); do
    lvindex_hook arp-add "$FIXED" "fd00:150::f$i"
done
equal "sixteen at the most" 16 "$(addresses_of ahosts fixed | wc -l)"
equal "the latest among them" fd00:150::f40 "$(addresses_of ahosts fixed | grep -x fd00:150::f40)"

# --- A guest is known by its hardware address alone ---------------------------------------------------------------

# leases NETWORK CLIENT-ID ADDRESS: a client with the guest's hardware address gets it.
leases() {
    succeeds "$LEASED, as client $2 on $1" sandbox_env LVINDEX_NETWORK="$1" DNSMASQ_CLIENT_ID="$2" \
        DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS + 3600)) "$BUILD/hook/lvindex-hook" add "$LEASED" "$3"
}
leases br0 01:01 192.168.150.230
equal "its own lease" 192.168.150.230 "$(addresses_of ahosts leased)"
leases br0 01:02 192.168.150.231
equal "another client's, which is newer" 192.168.150.231 "$(addresses_of ahosts leased)"
leases other 01:03 192.168.150.232
equal "and one of another network" "$(lines 192.168.150.232 192.168.150.231)" "$(addresses_of ahosts leased)"
# What the administrator has written down goes before.
echo "192.168.150.230 mac=$LEASED" >"$SANDBOX/config/static"
succeeds "lvindex-sync" lvindex_sync
equal "a static entry" 192.168.150.230 "$(addresses_of ahosts leased)"

finish
