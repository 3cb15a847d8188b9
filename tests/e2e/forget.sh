#!/bin/bash
# lvindex-sync --forget drops leases of machines that are gone, and none that a file still lists.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

needs dhcp_release dhcp_release6

LIBVIRT=$SANDBOX/libvirt
LEASES=$SANDBOX/dnsmasq.leases
OTHER=$SANDBOX/tmp/other.leases

# forget STATUS ARGUMENT...: its output goes to $SANDBOX/out and $SANDBOX/err.
forget() {
    local expected=$1 status=0
    shift
    lvindex_sync "$@" >"$SANDBOX/out" 2>"$SANDBOX/err" || status=$?
    if [[ $status == "$expected" ]]; then
        passed "lvindex-sync $*: exit status $expected"
    else
        failed "lvindex-sync $*: exit status $expected" "it was $status" "$(cat "$SANDBOX/out" "$SANDBOX/err")"
    fi
}

# said out|err LINE...: exactly these lines.
said() {
    local stream=$1
    shift
    equal "what it said on $stream" "$( (($# == 0)) || lines "$@")" "$(cat "$SANDBOX/$stream")"
}

# hooked NETWORK ADDRESS MAC [NAME [VARIABLE=VALUE...]]: the hook brings a lease.
hooked() {
    LVINDEX_NETWORK=$1 sandbox_env "${@:5}" "$BUILD/hook/lvindex-hook" add "$3" "$2" "${@:4:1}"
}

generation() {
    lvindex_dump --json | jq .generation
}

# --- What it goes by ----------------------------------------------------------------------------------------------

forget 1 --forget=nobody
said err "lvindex-sync: nobody: no such lease"

macs_write br0 "Old VM=52:54:00:00:00:05"
hooked lab 192.0.2.1 52:54:00:00:00:01 one
hooked lab 192.0.2.2 52:54:00:00:00:02 two
hooked lab 192.0.2.3 52:54:00:00:00:03 three DNSMASQ_DOMAIN=lab.example
hooked lab 192.0.2.4 52:54:00:00:00:04 four
hooked lab 192.0.2.5 52:54:00:00:00:05
hooked lan 192.0.2.1 52:54:00:00:00:06 six
hooked "" 192.0.2.1 52:54:00:00:00:07 seven
hooked lab 2001:db8::1 00:03:00:01:52:54:00:00:00:08 eight DNSMASQ_IAID=1
# A client that asks for the name of a guest does not go with it.
hooked lab 192.0.2.9 52:54:00:00:00:09 bystander

# A guest that runs no more is known by its name as long as its lease is.
macs_write br0
lvindex_sync
before=$(generation)
forget 0 --forget=ONE -f THREE.lab.example -f 52:54:00:00:00:04 --forget="old vm"
said out "lab: lease 192.0.2.1 removed: one" "lab: lease 192.0.2.3 removed: three" \
    "lab: lease 192.0.2.4 removed: four" "lab: lease 192.0.2.5 removed"
said err
equal "all in one commit" 1 "$(($(generation) - before))"
unresolved one
unresolved three.lab.example
unresolved four
resolves two 192.0.2.2
resolves six 192.0.2.1
resolves bystander 192.0.2.9

forget 0 --forget=2001:DB8:0::1
said out "lab: lease 2001:db8::1 removed: eight"
unresolved eight

# An address may be there in several networks.
hooked lab 192.0.2.1 52:54:00:00:00:01 one
forget 0 --forget=lab=192.0.2.1
said out "lab: lease 192.0.2.1 removed: one"
forget 0 --forget==192.0.2.1
said out "(unnamed): lease 192.0.2.1 removed: seven"
resolves six 192.0.2.1
hooked lab 192.0.2.1 52:54:00:00:00:01 one
forget 0 --forget=192.0.2.1
said out "lab: lease 192.0.2.1 removed: one" "lan: lease 192.0.2.1 removed: six"

# A guest's name is not a stranger's who asks for it.
macs_write br0 "db1=52:54:00:00:00:0d"
hooked lab 192.0.2.13 52:54:00:00:00:0d db1
hooked lab 192.0.2.14 52:54:00:00:00:0e db1
forget 0 --forget=db1
said out "lab: lease 192.0.2.13 removed: db1"
lease_dumped 192.0.2.14 '."name-refused"' db1

# What is not there is said; the rest goes all the same.
forget 1 --forget=nobody --forget=two --forget=lan=bystander
said out "lab: lease 192.0.2.2 removed: two"
said err "lvindex-sync: nobody: no such lease" "lvindex-sync: lan=bystander: no such lease in that network"
resolves bystander 192.0.2.9

# A name with its last dot; the network without a name.
hooked "" 192.0.2.15 52:54:00:00:00:0f nine
hooked lab 192.0.2.15 52:54:00:00:00:0f nine
forget 1 --forget=-=nobody
said err "lvindex-sync: -=nobody: no such lease in that network"
forget 0 --forget=-=192.0.2.15
said out "(unnamed): lease 192.0.2.15 removed: nine"
forget 0 --forget=NINE.
said out "lab: lease 192.0.2.15 removed: nine"

before=$(identity "$INDEX")
forget 2 --forget
forget 2 --forget=
forget 2 --forget=lab=
forget 2 --forget=two --watch
forget 2 --forget=two --leases=lan="$OTHER"
forget 2 --forget="a b=two"
unchanged "wrong usage leaves the index alone" "$INDEX" "$before"

# --- What libvirt's file lists ------------------------------------------------------------------------------------

# status_write ADDRESS...: libvirt's file of br0.
status_write() {
    local address
    for address; do
        jq -n '{"ip-address": $ip, "mac-address": $mac, "hostname": $name, "expiry-time": $expiry}' \
            --arg ip "$address" --arg mac "52:54:00:00:01:0${address##*.}" --arg name "guest${address##*.}" \
            --argjson expiry $((EPOCHSECONDS + 3600))
    done | jq -s . >"$LIBVIRT/br0.status.new"
    mv "$LIBVIRT/br0.status.new" "$LIBVIRT/br0.status"
}

status_write 198.51.100.1 198.51.100.2
lvindex_sync
hooked br0 198.51.100.3 52:54:00:00:01:03 guest3
forget 1 --forget=guest1 --forget=guest3
said out "br0: lease 198.51.100.3 removed: guest3"
said err "lvindex-sync: br0: lease 198.51.100.1 is still listed in $LIBVIRT/br0.status: release it at the machine, \
or run: dhcp_release br0 198.51.100.1 52:54:00:00:01:01"
resolves guest1 198.51.100.1
unresolved guest3

# What left the file since the last pass goes, though no pass was made.
status_write 198.51.100.1
forget 0 --forget=guest2
said out "br0: lease 198.51.100.2 removed: guest2"

# A file that cannot be read may list anything.
mv "$LIBVIRT/br0.status" "$SANDBOX/tmp/br0.status"
ln -s "$SANDBOX/tmp/br0.status" "$LIBVIRT/br0.status"
forget 1 --forget=guest1
resolves guest1 198.51.100.1
equal "which is said" 1 "$(grep -c "^lvindex-sync: $LIBVIRT/br0.status: " "$SANDBOX/err")"
rm "$LIBVIRT/br0.status"
forget 0 --forget=guest1
unresolved guest1

# The hook keeps such a file itself; an event of dnsmasq's takes the lease out of it.
VIR_BRIDGE_NAME=br1 lvindex_hook add 52:54:00:00:02:01 198.51.100.11 mine
forget 1 --forget=mine
resolves mine 198.51.100.11
VIR_BRIDGE_NAME=br1 lvindex_hook del 52:54:00:00:02:01 198.51.100.11
unresolved mine

# --- What a lease file lists --------------------------------------------------------------------------------------

lab_bridge
dnsmasq_start --interface=br0 --dhcp-range=192.168.150.128,192.168.150.254,1h \
    --dhcp-range=fd00:150::100,fd00:150::1ff,64,1h --enable-ra
client_add alpha br0 52:54:00:00:00:0a
client_add beta br0 52:54:00:00:00:0b
udhcpc_start alpha -x hostname:alpha
dhclient6_start beta beta
wait_until 5 grep -q " $(ip4 alpha) alpha " "$LEASES"
wait_until 5 grep -q " $(ip6 beta) beta " "$LEASES"
lvindex_sync --leases "lan=$LEASES"
alpha=$(ip4 alpha)
beta=$(ip6 beta)

forget 1 --forget=alpha --forget=beta
said out
equal "both are refused, with what to do" 2 \
    "$(grep -c "is still listed in $LEASES: release it at the machine, or .* dhcp_release" "$SANDBOX/err")"
resolves alpha "$alpha"
resolves beta "$beta"

# The hook's own lease of an address that the file lists would come back as well.
hooked lan "$alpha" 52:54:00:00:00:0a alpha
forget 1 --forget="$alpha"
resolves alpha "$alpha"
hooked wan "$alpha" 52:54:00:00:00:0f elsewhere
forget 0 --forget=elsewhere
said out "wan: lease $alpha removed: elsewhere"

# What the messages and the manual say to do: the machine is gone, and dnsmasq gives up its lease.
udhcpc_kill alpha
dhclient6_kill beta
read -r _ iaid _ _ duid < <(grep " $beta " "$LEASES")
server=$(awk '$1 == "duid" { print $2 }' "$LEASES")
dhcp_release br0 "$alpha" 52:54:00:00:00:0a
wait_until 5 eval "! grep -q ' $alpha ' '$LEASES'"
succeeds "dhcp_release6 releases an IPv6 lease" dhcp_release6 --iface br0 --client-id "$duid" --server-id "$server" \
    --iaid "$iaid" --ip "$beta"
wait_until 5 eval "! grep -q ' $beta ' '$LEASES'"
forget 0 --forget=alpha --forget=beta
said out "lan: lease $alpha removed: alpha" "lan: lease $beta removed: beta"
unresolved alpha
unresolved beta

# A file that is gone lists nothing.
echo "$((EPOCHSECONDS + 3600)) 52:54:00:00:00:44 10.4.4.1 other *" >"$OTHER"
lvindex_sync --leases "wan=$OTHER"
forget 1 --forget=other
rm "$OTHER"
forget 0 --forget=other
said out "wan: lease 10.4.4.1 removed: other"

# A machine that is there after all comes back with its next renewal.
dnsmasq_stop
dnsmasq_start "${LAB[@]}" --dhcp-script="$HOOK" --script-on-renewal
udhcpc_start alpha -x hostname:alpha
alpha=$(ip4 alpha)
wait_until 5 event_seen "^ add .* $alpha "
forget 0 --forget=alpha
unresolved alpha
events_forget
# A renewal within the same second changes nothing that dnsmasq would tell.
sleep 1.1
udhcpc_renew alpha
wait_event "^ old .* $alpha "
resolves alpha "$alpha"

finish
