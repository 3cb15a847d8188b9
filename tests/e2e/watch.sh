#!/bin/bash
# lvindex-sync --watch follows libvirt's files and a real dnsmasq's lease file; nobody types a command.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LIBVIRT=$SANDBOX/libvirt
LEASES=$SANDBOX/dnsmasq.leases
WATCH_LOG=$SANDBOX/watch.out
WATCH_PID=

# The lease file and libvirt's directory come later than the watcher.
watch_start() {
    rmdir "$LIBVIRT"
    exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --verbose --leases "lan=$LEASES" >>"$WATCH_LOG" 2>>"$SANDBOX/watch.err" &
    WATCH_PID=$!
    wait_until 5 test -e "$SANDBOX/state/lock"
}

# entry ADDRESS MAC NAME
entry() {
    printf '{"ip-address": "%s", "mac-address": "%s", "hostname": "%s", "expiry-time": %d}' "$1" "$2" "$3" \
        $(($(date +%s) + 3600))
}

# status_write BRIDGE ENTRY...: as libvirt's helper does, whole and renamed.
status_write() {
    local file=$LIBVIRT/$1.status
    shift
    (IFS=,; echo "[$*]") >"$file.new"
    mv "$file.new" "$file"
}

# becomes NAME ADDRESS|'status 2': soon, and stays so.
becomes() {
    local name=$1 expected=$2
    wait_until 5 is_now "$name" "$expected" || true
    equal "getent ahosts $name" "$expected" "$(addresses_of ahosts "$name")"
}

is_now() {
    [[ $(addresses_of ahosts "$1") == "$2" ]]
}

generation() {
    lvindex_dump --json | jq .generation
}

# --- A directory that comes later, goes, and comes again ---------------------------------------------------------

watch_start
mkdir "$LIBVIRT"
status_write br0 "$(entry 192.0.2.1 52:54:00:00:00:01 one)"
becomes one 192.0.2.1
status_write br0 "$(entry 192.0.2.1 52:54:00:00:00:01 one)" "$(entry 192.0.2.2 52:54:00:00:00:02 two)"
becomes two 192.0.2.2

# Guests start and stop with no lease event at all.
macs_write br0 guest=52:54:00:00:00:02
becomes guest 192.0.2.2
macs_write br0
becomes guest "status 2"

# A damaged file keeps its leases, and is named, once.
echo '[{"ip-address": "192.' >"$LIBVIRT/br0.status"
macs_write br0 guest=52:54:00:00:00:02
becomes guest 192.0.2.2
becomes one 192.0.2.1
macs_write br0
becomes guest "status 2"
equal "the damaged file is named once" 1 "$(grep -c 'br0.status: damaged' "$SANDBOX/watch.err")"
status_write br0 "$(entry 192.0.2.2 52:54:00:00:00:02 two)"
becomes one "status 2"

# An undefined network takes its leases along.
rm "$LIBVIRT/br0.status" "$LIBVIRT/br0.macs"
becomes two "status 2"

# The directory itself may be removed and made again.
rmdir "$LIBVIRT"
mkdir "$LIBVIRT"
status_write br1 "$(entry 192.0.2.3 52:54:00:00:00:03 three)"
becomes three 192.0.2.3

# --- A dnsmasq that has no script at all --------------------------------------------------------------------------

lab_bridge
dnsmasq_start --interface=br0 --dhcp-range=192.168.150.128,192.168.150.254,1h
client_add alpha br0 52:54:00:00:00:0a
udhcpc_start alpha -x hostname:alpha
becomes alpha "$(ip4 alpha)"

# --- Together, and twice ------------------------------------------------------------------------------------------

# What comes together is one commit: not one for each file.
before=$(generation)
mkdir "$SANDBOX/staging"
for i in 1 2 3 4 5 6 7 8; do
    echo "[$(entry "198.51.100.$i" "52:54:00:00:01:0$i" "many$i")]" >"$SANDBOX/staging/net$i.status"
done
mv -t "$LIBVIRT" "$SANDBOX"/staging/*
becomes many8 198.51.100.8
becomes many1 198.51.100.1
after=$(generation)
if ((after - before <= 3)); then
    passed "eight files at once are a commit or two"
else
    failed "eight files at once are a commit or two" "there were $((after - before))"
fi

# A second watcher does no harm.
exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --leases "lan=$LEASES" >"$SANDBOX/second.out" 2>&1 &
second=$!
status_write br1 "$(entry 192.0.2.4 52:54:00:00:00:04 four)"
becomes four 192.0.2.4
becomes three "status 2"

for pid in "$WATCH_PID" "$second"; do
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    equal "SIGTERM ends it well" 0 "$status"
done
equal "the second had nothing to say" "" "$(cat "$SANDBOX/second.out")"
for line in 'br0: lease 192.0.2.1 added: one' 'br0: guest guest running' 'br0: guest guest gone' \
    'br0: lease 192.0.2.2 removed: two' "lan: lease $(ip4 alpha) added: alpha"; do
    equal "a line says: $line" 1 "$(grep -cFx "$line" "$WATCH_LOG" | sed 's/^[1-9].*/1/')"
done

finish
