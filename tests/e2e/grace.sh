#!/bin/bash
# grace=SECONDS: a lease answers after its expiry as long as its guest runs, behind all that are live.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

GUEST=52:54:00:00:00:0a
OTHER=52:54:00:00:00:0b
SETTINGS=$SANDBOX/config/lvindex.conf

settings() {
    printf '%s\n' "$1" >"$SETTINGS.new"
    mv "$SETTINGS.new" "$SETTINGS"
}

# lease_add MAC ADDRESS NAME EXPIRY, as from dnsmasq
lease_add() {
    DNSMASQ_LEASE_EXPIRES=$4 lvindex_hook_with add "$1" "$2" "$3"
}

lvindex_hook_with() {
    sandbox_env "DNSMASQ_LEASE_EXPIRES=$DNSMASQ_LEASE_EXPIRES" "$BUILD/hook/lvindex-hook" "$@"
}

not_answered() {
    ! lookup ahosts "$1"
}

lab_bridge
export LVINDEX_NETWORK=br0
macs_write br0 "guest=$GUEST"
past=$((EPOCHSECONDS - 100))
future=$((EPOCHSECONDS + 3600))

# Without the setting, what has expired is gone.
lease_add "$GUEST" 192.168.150.201 alpha "$past"
lease_add "$OTHER" 192.168.150.202 beta "$past"
unresolved guest
unresolved alpha

# With it, the guest's lease answers, by both names and back; who is no guest has no grace.
settings '# a laptop that sleeps
grace=3600'
succeeds "lvindex-sync" lvindex_sync
resolves guest 192.168.150.201
resolves alpha 192.168.150.201
reverse 192.168.150.201 guest
unresolved beta
succeeds "--explain tells it" grep -q 'answers: within its grace' <<<"$(lvindex_dump --explain guest)"
succeeds "--hosts lists it" grep -q '^192.168.150.201.*guest' <<<"$(lvindex_dump --hosts)"

# Behind all live ones: kept back where there is one.
lease_add "$GUEST" 192.168.150.203 alpha "$future"
resolves guest 192.168.150.203
resolves alpha 192.168.150.203
succeeds "--explain tells so" grep -q '192.168.150.201 .*kept back: a lease answers instead' \
    <<<"$(lvindex_dump --explain guest)"
DNSMASQ_LEASE_EXPIRES=$future lvindex_hook_with del "$GUEST" 192.168.150.203 alpha
resolves guest 192.168.150.201

# dnsmasq wakes up and lets go of it: it is kept; a release, before its time, is not.
DNSMASQ_LEASE_EXPIRES=$past lvindex_hook_with del "$GUEST" 192.168.150.201 alpha
resolves guest 192.168.150.201
resolves alpha 192.168.150.201
not_listed=$(lvindex_hook init)
equal "init does not hand it to dnsmasq" "" "$(grep 192.168.150.201 <<<"$not_listed" || true)"
lease_add "$GUEST" 192.168.150.204 alpha "$future"
DNSMASQ_LEASE_EXPIRES=$future lvindex_hook_with del "$GUEST" 192.168.150.204 alpha
resolves guest 192.168.150.201

# A new lease of the address takes its place.
lease_add "$OTHER" 192.168.150.201 gamma "$future"
unresolved guest
resolves gamma 192.168.150.201
reverse 192.168.150.201 gamma
DNSMASQ_LEASE_EXPIRES=$future lvindex_hook_with del "$OTHER" 192.168.150.201 gamma

# It ends with the guest, and with the grace.
lease_add "$GUEST" 192.168.150.205 alpha "$past"
resolves guest 192.168.150.205
macs_write br0 "another=52:54:00:00:00:99"
succeeds "lvindex-sync" lvindex_sync
unresolved guest
unresolved alpha
macs_write br0 "guest=$GUEST"
succeeds "lvindex-sync" lvindex_sync
resolves guest 192.168.150.205
settings "grace=$((EPOCHSECONDS - past + 3))"
succeeds "lvindex-sync" lvindex_sync
resolves guest 192.168.150.205
wait_until 10 not_answered guest
unresolved guest
unresolved alpha

# Beside libvirt's own helper: the lease vanishes from .status when it has expired.
status=$SANDBOX/libvirt/br1.status
macs_write br1 "laptop=52:54:00:00:00:0d"
printf '[{"ip-address":"192.168.151.7","mac-address":"52:54:00:00:00:0d","expiry-time":%d}]\n' "$past" >"$status"
settings 'grace=86400'
succeeds "lvindex-sync" lvindex_sync
resolves laptop 192.168.151.7
printf '[\n\n]\n' >"$status"
succeeds "lvindex-sync" lvindex_sync
resolves laptop 192.168.151.7
equal "virsh's table has none" "" "$(lvindex_dump --network br1 | grep 192.168.151.7 || true)"

# Bad settings are told with their place, and cost nothing.
settings $'grace=soon\n  shade=1 grace=86400'
fails "lvindex-sync with bad settings" 1 lvindex_sync
equal "each with its place" "lvindex.conf:1:1: lvindex.conf:2:3:" \
    "$(lvindex_sync 2>&1 | grep -o 'lvindex.conf:[0-9]*:[0-9]*:' | xargs)"
resolves laptop 192.168.151.7
for slip in grace=8640O grce=86400 grace=; do
    settings "$slip"
    fails "lvindex-sync with $slip" 1 lvindex_sync -v
    equal "$slip: nothing is forgotten" "" "$(lvindex_sync -v 2>/dev/null || true)"
    resolves laptop 192.168.151.7
done
settings 'grace=0'
chmod 0666 "$SETTINGS"
fails "lvindex-sync with settings of anybody's" 1 lvindex_sync
resolves laptop 192.168.151.7
rm "$SETTINGS"
succeeds "lvindex-sync without settings" lvindex_sync
unresolved laptop
equal "what was kept is forgotten" "" "$(lvindex_dump --all --json | grep 192.168.151.7 || true)"

finish
