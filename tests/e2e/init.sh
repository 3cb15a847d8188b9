#!/bin/bash
# dnsmasq without a lease file of its own (--leasefile-ro): it asks `init` for everything when it starts.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

MAC=52:54:00:00:00:0a

lab_start --domain=lab.example --leasefile-ro
macs_write br0 "node=52:54:00:00:00:0b" "twin=52:54:00:00:00:0c,52:54:00:00:00:0d"
client_add alpha br0 "$MAC"
client_add node br0 52:54:00:00:00:0b
client_add quiet br0 52:54:00:00:00:0c
client_add other br0 52:54:00:00:00:0d
udhcpc_start alpha -x hostname:Alpha
dhclient6_start alpha alpha
udhcpc_start other
udhcpc_start quiet
udhcpc_start node -C -x 0x3d:0001
old=$(ip4 node)
udhcpc_kill node
udhcpc_start node -C -x 0x3d:0002
new=$(ip4 node)
wait_event "add .* $(ip6 alpha) alpha"
wait_event "add .* $(ip4 quiet) DNSMASQ"
wait_event "add .* $new DNSMASQ"
events_settle

# What must come through a restart: all but what time and repetition change.
leases() {
    lvindex_dump --json | jq -c '.leases | sort_by(."ip-address")[]'
}

# everything_resolves NEWEST OLDEST: of the guest with two interfaces
everything_resolves() {
    resolves alpha "$(ip4 alpha)" "$(ip6 alpha)"
    resolves alpha.lab.example "$(ip4 alpha)" "$(ip6 alpha)"
    reverse "$(ip4 alpha)" Alpha.lab.example Alpha
    reverse "$(ip6 alpha)" alpha.lab.example alpha
    # A rebuilt machine's former lease is a last resort, of a guest's two interfaces both answer.
    resolves node "$new"
    resolves_in_order twin "$@"
    lease_dumped "$(ip6 alpha)" '."mac-address"' "$MAC"
}

everything_resolves "$(ip4 quiet)" "$(ip4 other)"
before=$(leases)
equal "dnsmasq keeps no lease file" "" "$(cat "$SANDBOX/dnsmasq.leases" 2>/dev/null || true)"

events_forget
dnsmasq_restart
wait_event "init"
wait_event "old [0-9a-f:]+ $(ip6 alpha) alpha"
wait_event "old $MAC $(ip4 alpha) Alpha"
events_settle
if event_seen DNSMASQ_MAC; then
    failed "dnsmasq knows no IPv6 MACs after its start" "$(cat "$EVENTS")"
fi
everything_resolves "$(ip4 quiet)" "$(ip4 other)"
equal "lvindex-dump: the leases are as before" "$before" "$(leases)"

# What dnsmasq got is what it knows: the same addresses for the same clients.
alpha4=$(ip4 alpha) alpha6=$(ip6 alpha) quiet4=$(ip4 quiet)
udhcpc_kill alpha
udhcpc_kill quiet
udhcpc_kill other
dhclient6_kill alpha
# Started again, dhclient would only confirm its lease. It shall ask anew, as the same machine.
sed -i -n '/^default-duid/p' "$SANDBOX/client/alpha/dhclient.leases"
events_forget
udhcpc_start alpha -x hostname:Alpha
udhcpc_start quiet
udhcpc_start other
dhclient6_start alpha alpha
equal "alpha has its IPv4 address again" "$alpha4" "$(ip4 alpha)"
equal "quiet has its IPv4 address again" "$quiet4" "$(ip4 quiet)"
equal "alpha has its IPv6 address again" "$alpha6" "$(ip6 alpha)"
wait_event "old $MAC $alpha4 Alpha"
wait_event "old [0-9a-f:]+ $alpha6 alpha"
events_settle
everything_resolves "$(ip4 other)" "$(ip4 quiet)"

# The lines, field by field.
output=$(lvindex_hook init)
equal "init: five fields a line, one duid line" "" \
    "$(awk 'NF != 5 && !(NF == 2 && $1 == "duid") { print } $1 == "duid" && seen++ { print "again: " $0 }' <<<"$output")"
expiry_of() {
    lvindex_dump --json | jq ".leases[] | select(.[\"ip-address\"] == \"$1\") | .[\"expiry-time\"]"
}
duid=$(grep -Eo " old [0-9a-f:]+ $alpha6" "$EVENTS" | awk 'END { print $2 }')
iaid=$(grep -Eo 'DNSMASQ_IAID=[0-9]+' "$EVENTS" | tail -n 1 | cut -d= -f2)
server=$(grep -Eo 'DNSMASQ_SERVER_DUID=[0-9a-f:]+' "$EVENTS" | tail -n 1 | cut -d= -f2)
for line in "$(expiry_of "$alpha4") $MAC $alpha4 Alpha 01:$MAC" \
    "$(expiry_of "$quiet4") 52:54:00:00:00:0c $quiet4 * 01:52:54:00:00:00:0c" \
    "$(expiry_of "$new") 52:54:00:00:00:0b $new * 00:02" "duid $server" \
    "$(expiry_of "$alpha6") $iaid $alpha6 alpha $duid"; do
    succeeds "init: $line" grep -Fxq -- "$line" <<<"$output"
done
equal "init: IPv6 leases follow the server's DUID" "5 duid 1" \
    "$(awk '$1 == "duid" { printf "%d duid ", NR - 1; next } { n = NR } END { print n - 6 }' <<<"$output")"

# The first start ever.
LVINDEX_DIR=$SANDBOX/tmp
succeeds "init without an index" lvindex_hook init
equal "init without an index prints nothing" "" "$(lvindex_hook init)"
unset LVINDEX_DIR

finish
