#!/bin/bash
# DHCPv6: names, addresses and both families under one name.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_start --domain=lab.example
client_add alpha br0 52:54:00:00:00:0a
client_add six br0 52:54:00:00:00:06

dhclient6_start six six
wait_event "add [0-9a-f:]+ $(ip6 six) six .*IAID=.*MAC=52:54:00:00:00:06"
resolves six "$(ip6 six)"
resolves SIX.lab.example. "$(ip6 six)"
equal "getent hosts six" "$(ip6 six)" "$(addresses_of hosts six)"
equal "getent ahostsv6 six" "$(ip6 six)" "$(addresses_of ahostsv6 six)"
equal "getent ahostsv4 six: no such address" "status 2" "$(addresses_of ahostsv4 six)"
reverse "$(ip6 six)" six.lab.example six
lease_dumped "$(ip6 six)" '[.network, ."mac-address", .hostname, .domain]' '["","52:54:00:00:00:06","six","lab.example"]'
duid=$(grep -Eo ' add [0-9a-f:]+ fd00' "$EVENTS" | awk '{ print $2 }')
iaid=$(grep -Eo 'DNSMASQ_IAID=[0-9]+' "$EVENTS" | cut -d= -f2)
lease_dumped "$(ip6 six)" '[."client-id", (.iaid | tostring)]' "[\"$duid\",\"$iaid\"]"
table_shows "$(ip6 six)" six

# Both families, one after the other.
udhcpc_start alpha -x hostname:alpha
wait_event "add 52:54:00:00:00:0a $(ip4 alpha) alpha"
resolves alpha "$(ip4 alpha)"
dhclient6_start alpha alpha
wait_event "add [0-9a-f:]+ $(ip6 alpha) alpha"
resolves alpha "$(ip4 alpha)" "$(ip6 alpha)"
equal "getent ahostsv4 alpha" "$(ip4 alpha)" "$(addresses_of ahostsv4 alpha)"
equal "getent ahostsv6 alpha" "$(ip6 alpha)" "$(addresses_of ahostsv6 alpha)"
reverse "$(ip4 alpha)" alpha.lab.example alpha
reverse "$(ip6 alpha)" alpha.lab.example alpha
dumped "lvindex-dump: three leases" '.leases | length' 3

# One that sends no name has a lease all the same.
client_add silent br0 52:54:00:00:00:05
dhclient6_start silent
wait_event "add [0-9a-f:]+ $(ip6 silent) DNSMASQ"
reverse "$(ip6 silent)"
lease_dumped "$(ip6 silent)" '[has("hostname"), has("name-refused"), ."mac-address"]' '[false,false,"52:54:00:00:00:05"]'

finish
