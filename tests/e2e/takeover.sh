#!/bin/bash
# A host name that another client takes over belongs to the winner alone, and comes back the same way.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_start --domain=lab.example --script-on-renewal
client_add first br0 52:54:00:00:00:01
client_add second br0 52:54:00:00:00:02
udhcpc_start first -x hostname:Web
first=$(ip4 first)
wait_event "add 52:54:00:00:00:01 $first Web"
resolves web "$first"

events_forget
udhcpc_start second -x hostname:web
second=$(ip4 second)
wait_event "old 52:54:00:00:00:01 $first DNSMASQ.*OLD_HOSTNAME=Web"
wait_event "add 52:54:00:00:00:02 $second web"
# The last of the three: the loser has no name at all.
wait_event "old 52:54:00:00:00:01 $first DNSMASQ_CLIENT_ID=[0-9a-f:]+ DNSMASQ_DATA_MISSING=1 DNSMASQ_INTERFACE"
events_settle
resolves web "$second"
resolves web.lab.example "$second"
reverse "$first"
reverse "$second" web.lab.example web
lease_dumped "$second" '[.hostname, has("name-refused")]' '["web",false]'
lease_dumped "$first" 'has("hostname")' false

# dnsmasq gives the name to whoever asked last.
events_forget
udhcpc_renew first
wait_event "old 52:54:00:00:00:01 $first Web"
wait_event "old 52:54:00:00:00:02 $second DNSMASQ_CLIENT_ID=[0-9a-f:]+ DNSMASQ_DATA_MISSING=1 DNSMASQ_INTERFACE"
events_settle
resolves web "$first"
reverse "$first" Web.lab.example Web
reverse "$second"
lease_dumped "$first" '[.hostname, has("name-refused")]' '["Web",false]'
lease_dumped "$second" 'has("hostname")' false

# The end of the loser's lease is not the end of the name.
udhcpc_release second
wait_event "del 52:54:00:00:00:02 $second"
resolves web "$first"

# Between two events of a takeover the name is nobody's: what dnsmasq took away is no name.
succeeds "old with OLD_HOSTNAME" sandbox_env DNSMASQ_DATA_MISSING=1 DNSMASQ_OLD_HOSTNAME=Web \
    "$BUILD/hook/lvindex-hook" old 52:54:00:00:00:01 "$first"
unresolved web
reverse "$first"
lease_dumped "$first" '[."name-refused", has("hostname"), (."name-refused-reason" | length > 0)]' '["Web",false,true]'

finish
