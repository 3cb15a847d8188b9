#!/bin/bash
# Two interfaces behind one dnsmasq, and networks that do not know of each other.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

bridge_add br0 192.168.150.1/24
bridge_add br1 192.168.151.1/24
dnsmasq_start --interface=br0 --interface=br1 \
    --dhcp-range=192.168.150.128,192.168.150.254,1h --dhcp-range=192.168.151.128,192.168.151.254,1h \
    --domain=blue.example,192.168.150.0/24 --domain=green.example,192.168.151.0/24 --dhcp-script="$HOOK"
client_add one br0 52:54:00:00:00:01
client_add two br1 52:54:00:00:00:02

udhcpc_start one -x hostname:one
udhcpc_start two -x hostname:two
wait_event "add 52:54:00:00:00:01 $(ip4 one) one .*INTERFACE=br0"
wait_event "add 52:54:00:00:00:02 $(ip4 two) two .*INTERFACE=br1"
resolves one "$(ip4 one)"
resolves two "$(ip4 two)"
resolves one.blue.example "$(ip4 one)"
resolves two.green.example "$(ip4 two)"
unresolved one.green.example
unresolved two.blue.example
reverse "$(ip4 one)" one.blue.example one
reverse "$(ip4 two)" two.green.example two
lease_dumped "$(ip4 one)" '[.network, .domain]' '["","blue.example"]'
lease_dumped "$(ip4 two)" '[.network, .domain]' '["","green.example"]'

# A machine of the other network takes the name: dnsmasq gives it to one lease at a time.
events_forget
udhcpc_kill two
udhcpc_start two -x hostname:one
wait_event "old 52:54:00:00:00:02 $(ip4 two) one"
wait_event "old 52:54:00:00:00:01 $(ip4 one) DNSMASQ_C"
events_settle
resolves one "$(ip4 two)"
resolves one.green.example "$(ip4 two)"
unresolved one.blue.example
unresolved two
unresolved two.green.example
reverse "$(ip4 one)"

# in_network NAME ARGUMENT...: an event of the dnsmasq of another network.
in_network() {
    local LVINDEX_NETWORK=$1
    shift
    lvindex_hook "$@"
}

# Isolated networks may use the same addresses.
succeeds "add in red" in_network red add 52:54:00:00:01:01 192.168.150.200 rouge
succeeds "add in white" in_network white add 52:54:00:00:01:02 192.168.150.200 blanc
resolves rouge 192.168.150.200
resolves blanc 192.168.150.200
dumped "lvindex-dump: both leases" \
    '[.leases[] | select(."ip-address" == "192.168.150.200") | [.network, .hostname]] | sort' \
    '[["red","rouge"],["white","blanc"]]'
succeeds "del in red" in_network red del 52:54:00:00:01:01 192.168.150.200 rouge
unresolved rouge
resolves blanc 192.168.150.200
reverse 192.168.150.200 blanc

finish
