#!/bin/bash
# A lease that has run out is no answer, whether or not dnsmasq has said so.
#
# dnsmasq grants no lease under two minutes. So the client gets a long one, and we shorten it in dnsmasq's lease
# file while dnsmasq is down: it then reports the new expiry itself, and `del` when the time has come.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_start --domain=lab.example --script-on-renewal
client_add alpha br0 52:54:00:00:00:0a
client_add beta br0 52:54:00:00:00:0b
udhcpc_start alpha -x hostname:alpha
dhclient6_start alpha alpha
udhcpc_start beta -x hostname:beta
ip4=$(ip4 alpha) ip6=$(ip6 alpha)
wait_event "add .* $ip6 alpha"
wait_event "add .* $(ip4 beta) beta"
resolves alpha "$ip4" "$ip6"
udhcpc_kill alpha
dhclient6_kill alpha

dnsmasq_stop
expiry=$((EPOCHSECONDS + 4))
sed -i -E "s/^[0-9]+ (.* ($ip4|$ip6) )/$expiry \\1/" "$SANDBOX/dnsmasq.leases"
events_forget
dnsmasq_start "${DNSMASQ_ARGUMENTS[@]}"
wait_event "old .* $ip4 alpha .*LEASE_EXPIRES=$expiry"
wait_event "old .* $ip6 alpha .*LEASE_EXPIRES=$expiry"
events_settle
# No del can come now.
kill -STOP "$DNSMASQ_PID"
lease_dumped "$ip4" '."expiry-time"' "$expiry"
lease_dumped "$ip6" '."expiry-time"' "$expiry"
if ((EPOCHSECONDS < expiry - 1)); then
    resolves alpha "$ip4" "$ip6"
fi
while ((EPOCHSECONDS < expiry)); do
    sleep 0.1
done
unresolved alpha
unresolved alpha.lab.example
reverse "$ip4"
reverse "$ip6"
equal "dnsmasq has sent no del" "" "$(grep ' del ' "$EVENTS" || true)"
# Still on record, for those who ask why the name is gone.
lease_dumped "$ip4" '."expiry-time"' "$expiry"

kill -CONT "$DNSMASQ_PID"
wait_event "del 52:54:00:00:00:0a $ip4"
wait_event "del [0-9a-f:]+ $ip6"
not_dumped "$ip4"
not_dumped "$ip6"
unresolved alpha
resolves beta "$(ip4 beta)"
reverse "$(ip4 beta)" beta.lab.example beta

# An infinite lease, and one whose end is told as its length.
expires_in() {
    sandbox_env "$1" "$BUILD/hook/lvindex-hook" add "$2" "$3" "$4"
}
succeeds "add of an infinite lease" expires_in DNSMASQ_LEASE_EXPIRES=0 52:54:00:00:00:01 192.168.150.201 forever
succeeds "add with LEASE_LENGTH" expires_in DNSMASQ_LEASE_LENGTH=3600 52:54:00:00:00:02 192.168.150.202 hour
succeeds "add with a trailing space" expires_in "DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS + 3600)) " \
    52:54:00:00:00:03 192.168.150.203 spaced
succeeds "add of a lease that has run out" expires_in "DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS - 1))" \
    52:54:00:00:00:04 192.168.150.204 late
resolves forever 192.168.150.201
resolves hour 192.168.150.202
resolves spaced 192.168.150.203
unresolved late
lease_dumped 192.168.150.201 '."expiry-time"' 0
lease_dumped 192.168.150.202 "(.\"expiry-time\" - $EPOCHSECONDS) as \$left | \$left > 3500 and \$left <= 3600" true

finish
