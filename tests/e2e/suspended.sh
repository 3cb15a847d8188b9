#!/bin/bash
# grace=SECONDS, with real parts: a guest whose lease runs out while dnsmasq is down, or deletes it when it is up again.
#
# dnsmasq grants no lease under two minutes: the leases are shortened in its file while it is down, see expiry.sh.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

GUEST=52:54:00:00:00:0a
OTHER=52:54:00:00:00:0b

export LVINDEX_NETWORK=br0
echo grace=3600 >"$SANDBOX/config/lvindex.conf"
macs_write br0 "laptop=$GUEST"
lab_start --script-on-renewal
client_add laptop br0 "$GUEST"
client_add other br0 "$OTHER"
udhcpc_start laptop -x hostname:box
udhcpc_start other -x hostname:other
wait_event "add $GUEST $(ip4 laptop) box"
wait_event "add $OTHER $(ip4 other) other"
lease=$(ip4 laptop)
others=$(ip4 other)
resolves laptop "$lease"

# shorten SECONDS: the leases that there are, and dnsmasq tells the hook.
shorten() {
    dnsmasq_stop
    expiry=$((EPOCHSECONDS + $1))
    sed -i -E "s/^[0-9]+ (.* ($lease|$others) )/$expiry \\1/" "$SANDBOX/dnsmasq.leases"
    events_forget
    dnsmasq_start "${DNSMASQ_ARGUMENTS[@]}"
    wait_event "old $GUEST $lease box .*LEASE_EXPIRES=$expiry"
}

run_out() {
    while ((EPOCHSECONDS <= expiry)); do
        sleep 0.1
    done
}

# --- dnsmasq is down ---------------------------------------------------------------------------------------------

shorten 3
wait_event "old $OTHER $others other .*LEASE_EXPIRES=$expiry"
dnsmasq_stop
run_out
resolves laptop "$lease"
resolves box "$lease"
reverse "$lease" laptop
unresolved other
reverse "$others"
equal "nobody has deleted it" "" "$(grep ' del ' "$EVENTS" || true)"
lease_dumped "$lease" '."expiry-time"' "$expiry"

# --- dnsmasq is up again, and deletes it ---------------------------------------------------------------------------

dnsmasq_start "${DNSMASQ_ARGUMENTS[@]}"
wait_event "del $GUEST $lease"
wait_event "del $OTHER $others"
events_settle
not_dumped "$lease"
resolves laptop "$lease"
resolves box "$lease"
reverse "$lease" laptop
unresolved other
equal "init does not hand it out" "" "$(lvindex_hook init | grep -F "$lease" || true)"

# The guest asks for its address again: it has a lease as any other, and gives it back as any other.
events_forget
udhcpc_renew laptop
wait_event "(add|old) $GUEST $lease"
lease_dumped "$lease" ".\"expiry-time\" > $EPOCHSECONDS" true
resolves laptop "$lease"
equal "what was kept is forgotten" "" "$(lvindex_dump --all --json | jq -r '.entries[] | .kind')"
udhcpc_release laptop
wait_event "del $GUEST $lease"
unresolved laptop
unresolved box

# --- While it runs on, it deletes it at its end; then the guest stops ------------------------------------------------

udhcpc_kill laptop
udhcpc_start laptop -x hostname:box
wait_event "add $GUEST $(ip4 laptop) box"
lease=$(ip4 laptop)
shorten 3
run_out
wait_event "del $GUEST $lease"
resolves laptop "$lease"
resolves box "$lease"
macs_write br0 "another=52:54:00:00:00:99"
succeeds "lvindex-sync" lvindex_sync
unresolved laptop
unresolved box

finish
