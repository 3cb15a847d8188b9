#!/bin/bash
# Which of several leases answers, and in which order.
#
# A rebuilt machine leaves a live lease behind, under the client-id of its former system: that is a last resort,
# and no answer while the machine has a newer one. The leases of a guest with two interfaces all answer, the one
# last heard from first. Neither turns round when dnsmasq repeats all leases, at SIGHUP and at its start.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

MAC=52:54:00:00:00:0a
LEFT=52:54:00:00:00:0b
RIGHT=52:54:00:00:00:0c

lab_start --domain=lab.example --script-on-renewal
macs_write br0 "node=$MAC" "twin=$LEFT,$RIGHT"
client_add node br0 "$MAC"
client_add left br0 "$LEFT"
client_add right br0 "$RIGHT"

# come ID: the machine starts as a new system with this client-id.
come() {
    udhcpc_kill node
    events_forget
    udhcpc_start node -C -x hostname:web -x "0x3d:$1"
    wait_event "(add|old) $MAC $(ip4 node) web"
    events_settle
}

come 0001
old=$(ip4 node)
come 0002
new=$(ip4 node)
fails "another client-id, another address" 1 test "$old" = "$new"
dumped "lvindex-dump: two leases on one hardware address" \
    "[.leases[] | select(.[\"mac-address\"] == \"$MAC\")] | length" 2

udhcpc_start right
wait_event "add $RIGHT $(ip4 right)"
udhcpc_start left
wait_event "add $LEFT $(ip4 left)"
left=$(ip4 left) right=$(ip4 right)

# newest_is NEWEST STALE: of the rebuilt machine
newest_is() {
    resolves node "$1"
    equal "getent hosts node" "$1" "$(addresses_of hosts node)"
    resolves web "$1"
    resolves web.lab.example "$1"
    # The guests' module comes first in nsswitch.conf, and knows both.
    reverse "$1" node
    reverse "$2" node
}

# Repetitions are over, and nothing has turned round.
unturned() {
    wait_event "old $MAC $old"
    wait_event "old $MAC $new"
    wait_event "old $LEFT $left"
    wait_event "old $RIGHT $right"
    events_settle
    newest_is "$new" "$old"
    resolves_in_order twin "$left" "$right"
}

last_heard() {
    lvindex_dump --json | jq -c '.leases | map({key: ."ip-address", value: ."last-heard"}) | from_entries'
}

newest_is "$new" "$old"
resolves_in_order twin "$left" "$right"
heard=$(last_heard)

events_forget
dnsmasq_hup
unturned
equal "a repetition at SIGHUP is not hearing from a machine" "$heard" "$(last_heard)"

events_forget
dnsmasq_restart
unturned
equal "nor is one at the start" "$heard" "$(last_heard)"

# Over and over: dnsmasq's own order turns round at every start.
dnsmasq_restart
dnsmasq_hup
events_forget
dnsmasq_restart
unturned

# A renewal is hearing from a machine.
events_forget
udhcpc_renew right
wait_event "old $RIGHT $right"
events_settle
resolves_in_order twin "$right" "$left"
events_forget
dnsmasq_restart
wait_event "old $LEFT $left"
events_settle
resolves_in_order twin "$right" "$left"

# The first system is started again: now it is the newest.
come 0001
equal "the first system has its address back" "$old" "$(ip4 node)"
newest_is "$old" "$new"
dnsmasq_restart
events_settle
newest_is "$old" "$new"

# When it gives its lease back, the other one is better than nothing.
udhcpc_release node
wait_event "del $MAC $old"
resolves node "$new"
reverse "$new" node
reverse "$old"

finish
