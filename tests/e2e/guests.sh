#!/bin/bash
# The names of libvirt's guests, from hand-made .macs files, joined with the leases.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

WEB=52:54:00:00:00:0a
DB=52:54:00:00:00:0b
STRANGER=52:54:00:00:00:0c

export LVINDEX_NETWORK=br0
lab_start --domain=lab.example
macs_write br0 "Web Server=$WEB" "db1=${DB^^}"
mkdir "$SANDBOX/definitions/qemu"
touch "$SANDBOX/definitions/qemu/asleep.xml"
client_add web br0 "$WEB"
client_add db br0 "$DB"
client_add stranger br0 "$STRANGER"

# A guest that sends no name, one whose own name is another, and one in two families.
udhcpc_start web
wait_event "add $WEB $(ip4 web) DNSMASQ"
resolves "Web Server" "$(ip4 web)"
resolves "web server" "$(ip4 web)"
equal "getent hosts 'WEB SERVER'" "$(ip4 web)" "$(addresses_of hosts "WEB SERVER")"
lease_dumped "$(ip4 web)" '[.network, .guests, has("hostname")]' '["br0",["Web Server"],false]'
table_shows "Web Server"
udhcpc_start db -x hostname:postgres
wait_event "add $DB $(ip4 db) postgres"
resolves db1 "$(ip4 db)"
resolves DB1 "$(ip4 db)"
resolves db1. "$(ip4 db)"
resolves postgres "$(ip4 db)"
lease_dumped "$(ip4 db)" '[.guests, .hostname]' '[["db1"],"postgres"]'
dhclient6_start db postgres
wait_event "add .* $(ip6 db) postgres"
resolves db1 "$(ip4 db)" "$(ip6 db)"
resolves postgres "$(ip4 db)" "$(ip6 db)"

# Only the guest module knows guests, only the other one host names.
printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
unresolved db1
resolves postgres "$(ip4 db)" "$(ip6 db)"
printf 'hosts: lvindex_guest\n' >"$SANDBOX/nsswitch.conf"
unresolved postgres
resolves db1 "$(ip4 db)" "$(ip6 db)"
sandbox_nsswitch

# Nobody else gets a guest's name, running or not; the guest itself does.
udhcpc_start stranger -x hostname:db1
wait_event "add $STRANGER $(ip4 stranger) db1"
resolves db1 "$(ip4 db)" "$(ip6 db)"
lease_dumped "$(ip4 stranger)" '[."name-refused", has("hostname"), (."name-refused-reason" | length > 0)]' '["db1",false,true]'
reverse "$(ip4 stranger)"
events_forget
udhcpc_kill stranger
udhcpc_start stranger -x hostname:Asleep
wait_event "old $STRANGER $(ip4 stranger) Asleep"
unresolved asleep
lease_dumped "$(ip4 stranger)" '."name-refused"' Asleep
events_forget
udhcpc_kill db
udhcpc_start db -x hostname:db1
wait_event "old $DB $(ip4 db) db1"
printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
resolves db1 "$(ip4 db)"
sandbox_nsswitch

# The address follows the guest.
address=$(ip4 web)
udhcpc_release web
wait_event "del $WEB $address"
unresolved "Web Server"
events_forget
udhcpc_kill web
udhcpc_start web -r 192.168.150.222
wait_event "add $WEB 192.168.150.222"
resolves "Web Server" 192.168.150.222

# A guest that goes: the next event of any lease tells, and so does lvindex-sync.
macs_write br0 "Web Server=$WEB"
events_forget
udhcpc_kill stranger
udhcpc_start stranger -x hostname:visitor
wait_event "old $STRANGER $(ip4 stranger) visitor"
printf 'hosts: lvindex_guest\n' >"$SANDBOX/nsswitch.conf"
unresolved db1
sandbox_nsswitch
resolves "Web Server" 192.168.150.222
resolves visitor "$(ip4 stranger)"
macs_write br0
succeeds "lvindex-sync" lvindex_sync
unresolved "Web Server"
lease_dumped 192.168.150.222 '.guests' '[]'
macs_write other "Web Server=$WEB"
succeeds "lvindex-sync" lvindex_sync
resolves "Web Server" 192.168.150.222
rm "$SANDBOX/libvirt/other.macs"
succeeds "lvindex-sync" lvindex_sync
unresolved "Web Server"

finish
