#!/bin/bash
# A lease that is given back takes its names along, within the event.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_start --domain=lab.example
client_add alpha br0 52:54:00:00:00:0a
client_add beta br0 52:54:00:00:00:0b
udhcpc_start alpha -x hostname:alpha
dhclient6_start alpha alpha
udhcpc_start beta -x hostname:beta
ip4=$(ip4 alpha) ip6=$(ip6 alpha)
wait_event "add .* $ip6 alpha"
wait_event "add .* $(ip4 beta) beta"
resolves alpha "$ip4" "$ip6"

udhcpc_release alpha
wait_event "del 52:54:00:00:00:0a $ip4"
resolves alpha "$ip6"
resolves alpha.lab.example "$ip6"
reverse "$ip4"
reverse "$ip6" alpha.lab.example alpha
not_dumped "$ip4"

dhclient6_release alpha
wait_event "del [0-9a-f:]+ $ip6"
unresolved alpha
unresolved alpha.lab.example
reverse "$ip6"
not_dumped "$ip6"

# The other one is as it was.
resolves beta "$(ip4 beta)"
reverse "$(ip4 beta)" beta.lab.example beta
dumped "lvindex-dump: one lease is left" '[.leases[].hostname]' '["beta"]'

# The last one: an index without leases.
beta=$(ip4 beta)
udhcpc_release beta
wait_event "del 52:54:00:00:00:0b $beta"
unresolved beta
reverse "$beta"
dumped "lvindex-dump: no lease is left" .leases '[]'

finish
