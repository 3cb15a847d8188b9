#!/bin/bash
# lvindex-dump --check: each misconfiguration, planted alone into a host that is in order, is named, and nothing else.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# shellcheck source=SCRIPTDIR/findings.sh
source "$E2E_DIR/findings.sh"

# --- Nothing is there yet -----------------------------------------------------------------------------------------

finds "no index" "index.tdb: there is no index that could be read: no name is known"
event add 52:54:00:00:00:01 192.0.2.1 web
in_order "an index"
equal "as JSON" '[]' "$(check --json | sed '$d' | jq -c .)"

# --- nsswitch.conf --------------------------------------------------------------------------------------------------

nsswitch 'hosts: files dns'
finds "not there" "/etc/nsswitch.conf: neither lvindex nor lvindex_guest"
equal "as JSON" "/etc/nsswitch.conf: neither lvindex nor lvindex_guest" "$(check --json | sed '$d' | jq -r '.[0].what')"
nsswitch '#hosts: lvindex'
finds "a comment" "/etc/nsswitch.conf: neither lvindex nor lvindex_guest"
nsswitch 'hosts: files resolve [!UNAVAIL=return] lvindex_guest lvindex dns'
finds "behind resolve" '/etc/nsswitch.conf: "resolve" with an action "return" stands before the modules'
nsswitch 'hosts: files myhostname [ NOTFOUND = return ] lvindex'
finds "behind an action with blanks" '/etc/nsswitch.conf: "myhostname" with an action'
nsswitch 'hosts: files myhostname [SUCCESS=return notfound=RETURN] lvindex'
finds "behind one of two actions, in other letters" '/etc/nsswitch.conf: "myhostname" with an action'
nsswitch 'hosts: files myhostname[!UNAVAIL=return]lvindex'
finds "without blanks" '/etc/nsswitch.conf: "myhostname" with an action'
nsswitch $'hosts: files lvindex_guest lvindex\nhosts: files dns'
finds "the last line counts" "/etc/nsswitch.conf: neither lvindex nor lvindex_guest"
nsswitch 'hostsfile: lvindex'
finds "another line" "/etc/nsswitch.conf: neither lvindex nor lvindex_guest"
nsswitch $'hosts:\tfiles dns lvindex_guest lvindex'
finds "behind dns" '/etc/nsswitch.conf: "dns" stands before the modules'
nsswitch 'hosts: files lvindex resolve [!UNAVAIL=return] lvindex_guest dns'
finds "one of them behind resolve" '"resolve" with an action "return" stands before lvindex_guest: the search ends there'
nsswitch 'hosts: files lvindex_guest [NOTFOUND=return] lvindex dns'
finds "one of them behind the other" '"lvindex_guest" with an action "return" stands before lvindex: the search'
nsswitch 'hosts: files lvindex dns [NOTFOUND=return] lvindex_guest'
finds "one of them behind a DNS that ends" '"dns" with an action "return" stands before lvindex_guest: the search'
nsswitch 'hosts: resolve [!UNAVAIL=return] lvindex_guest [NOTFOUND=return] lvindex'
finds "one reason for both" '"resolve" with an action "return" stands before the modules: the search'
nsswitch 'hosts: files lvindex_gest lvindex dns'
finds "a mistyped word" '/etc/nsswitch.conf: "lvindex_gest" is no module of lvindex: there is no such module'
nsswitch 'hosts: files lvindex_gest dns'
finds "nothing but a mistyped word" '"lvindex_gest" is no module of lvindex' 'neither lvindex nor lvindex_guest'
for line in 'hosts: files lvindex dns lvindex_guest' 'hosts: lvindex_guest lvindex [NOTFOUND=return] lvindex_guest' \
    'hosts: files mdns4_minimal [NOTFOUND=return] lvindex_guest lvindex dns' \
    ' hosts : files [SUCCESS=return] lvindex resolve [!UNAVAIL=return] dns # dns' \
    'hosts: files [!NOTFOUND=return] lvindex' 'hosts: files [NOTFOUND=continue SUCCESS=return] lvindex' \
    'hosts: myhostname [!UNAVAIL=return NOTFOUND=continue] lvindex' \
    $'hosts: dns\nhosts:lvindex_guest[NOTFOUND=return]dns' \
    'hosts: lvindex_guest [NOTFOUND=return] dns'; do
    nsswitch "$line"
    in_order "${line//$'\n'/, }"
done
sandbox_nsswitch
chmod 0600 "$SANDBOX/nsswitch.conf"
finds "closed to others" "/etc/nsswitch.conf: not everybody may read it"
chmod 0644 "$SANDBOX/nsswitch.conf"

# --- Modules and index ------------------------------------------------------------------------------------------------

mkdir "$SANDBOX/nowhere"
MODULES=$SANDBOX/nowhere
finds "no modules" "module lvindex_guest: libnss_lvindex_guest.so.2: cannot open" "module lvindex: libnss_lvindex.so.2: cannot"
nsswitch 'hosts: files lvindex'
finds "the one module that is named" "module lvindex: libnss_lvindex.so.2: cannot"
sandbox_nsswitch
MODULES=$BUILD/nss

chmod g+w "$INDEX"
finds "writable by others" "module lvindex_guest: does not take the index" "module lvindex: does not take the index" \
    "index.tdb: others may write it"
chmod 0600 "$INDEX"
finds "readable by root alone" "index.tdb: not everybody may read it"
chmod 0644 "$INDEX"
chown 65534 "$INDEX"
finds "another user's" "module lvindex_guest: does not take the index" "module lvindex: does not take the index" \
    "index.tdb: not root's own"
chown 0 "$INDEX"
chmod 0700 "$SANDBOX/state"
finds "a closed directory" "/state: not everybody may read it"
chmod 0755 "$SANDBOX/state"

cp "$INDEX" "$SANDBOX/sound"
# A byte of a record's, which breaks no structure: the modules answer on.
offset=$(grep -abo 'web' "$INDEX" | tail -n 1 | cut -d: -f1)
printf 'X' | dd of="$INDEX" bs=1 seek="$offset" conv=notrunc status=none
finds "damaged" "index.tdb: damaged"
mv "$SANDBOX/sound" "$INDEX"
in_order "the sound one again"

# --- Leases -----------------------------------------------------------------------------------------------------------

event add 52:54:00:00:00:02 192.0.2.2 web
finds "two machines of one name" "web: the name of two machines, 52:54:00:00:00:01 and 52:54:00:00:00:02"
event old 52:54:00:00:00:02 192.0.2.2 db
CLIENT_ID=ff:01:02 event old 52:54:00:00:00:02 192.0.2.2 db
CLIENT_ID=ff:01:02 event add 52:54:00:00:00:03 192.0.2.3 three
finds "two machines of one client-id" "client-id ff:01:02: of two machines, 52:54:00:00:00:02 and 52:54:00:00:00:03"
event del 52:54:00:00:00:03 192.0.2.3
NETWORK=lab event add 52:54:00:00:00:02 192.0.2.2 db
finds "a lease twice" '192.0.2.2: one lease under two networks, "" and "lab"'
NETWORK=lab event del 52:54:00:00:00:02 192.0.2.2
in_order "leases"

# --- Sources ----------------------------------------------------------------------------------------------------------

macs_write virbr7 web=52:54:00:00:00:01
finds "nobody follows libvirt's files" "1 change in the files of libvirt and dnsmasq: virbr7: guest web running"
macs_write virbr7 web=52:54:00:00:00:01 db=52:54:00:00:00:02
finds "two changes" "2 changes in the files of libvirt and dnsmasq, the first: virbr7: guest "
succeeds "lvindex-sync" lvindex_sync
in_order "followed"
echo '{' >"$SANDBOX/libvirt/virbr7.status"
finds "a damaged file of libvirt's" "virbr7.status: damaged"
rm "$SANDBOX/libvirt/virbr7.status"
chmod 0700 "$SANDBOX/libvirt" "$SANDBOX/definitions"
equal "what a user may not read is passed over" "Nothing was found that would keep names from resolving." \
    "$(check_as_nobody)"
chmod 0755 "$SANDBOX/libvirt" "$SANDBOX/definitions"

echo "4000000000 52:54:00:00:00:08 192.0.2.8 eight *" >"$SANDBOX/lan.leases"
succeeds "a lease file" lvindex_sync --leases=lan="$SANDBOX/lan.leases"
rm "$SANDBOX/lan.leases"
finds "a lease file that is gone" \
    "$SANDBOX/lan.leases: the lease file is gone: its leases are answered until they expire"
succeeds "its lease is forgotten" lvindex_sync --forget=eight
in_order "a lease file that is gone, and leaves nothing"

# --- dnsmasq ----------------------------------------------------------------------------------------------------------

lab_bridge
RANGE=(--interface=br0 --dhcp-range=192.168.150.128,192.168.150.254,1h)
printf '#!/bin/sh\nexec true\n' >"$SANDBOX/bin/other"
chmod +x "$SANDBOX/bin/other"
dnsmasq_start "${RANGE[@]}" --dhcp-script="$SANDBOX/bin/other"
finds "a dnsmasq with another script" "does not run the hook, and nothing follows its leases"
dnsmasq_stop
dnsmasq_start "${RANGE[@]}" --dhcp-script=/bin/true
finds "a dnsmasq with another program" "does not run the hook, and nothing follows its leases"
dnsmasq_stop
# As libvirt runs one, whose .status the index follows.
VIR_BRIDGE_NAME=virbr9 dnsmasq_start "${RANGE[@]}"
finds "one of libvirt's without leases that are known" "does not run the hook, and nothing follows its leases"
echo '[{"ip-address": "192.168.150.201", "mac-address": "52:54:00:00:00:0a", "expiry-time": 4000000000}]' \
    >"$SANDBOX/libvirt/virbr9.status"
succeeds "its leases are followed" lvindex_sync
in_order "one of libvirt's"
dnsmasq_stop
rm "$SANDBOX/libvirt/virbr9.status"
succeeds "it is gone" lvindex_sync

dnsmasq_start "${RANGE[@]}"
finds "a dnsmasq without the hook" "dnsmasq (process $DNSMASQ_PID): does not run the hook, and nothing follows its leases"
echo "4000000000 52:54:00:00:00:09 192.168.150.200 nine *" >"$SANDBOX/dnsmasq.leases"
succeeds "its lease file is followed" lvindex_sync --leases="$SANDBOX/dnsmasq.leases"
in_order "a dnsmasq whose lease file is followed"
dnsmasq_stop
rm "$SANDBOX/dnsmasq.leases"
: >"$SANDBOX/dnsmasq.leases"

succeeds "without its leases" lvindex_sync --leases="$SANDBOX/dnsmasq.leases"

dnsmasq_start "${RANGE[@]}" --dhcp-script="$BUILD/hook/lvindex-hook"
finds "no renewals" "dnsmasq (process $DNSMASQ_PID): runs the hook without script-on-renewal"
dnsmasq_stop

mkdir "$SANDBOX/elsewhere"
dnsmasq_start "${RANGE[@]}" --script-on-renewal --dhcp-script="$SANDBOX/elsewhere/lvindex-hook"
finds "no hook at that path" "dnsmasq (process $DNSMASQ_PID): cannot run $SANDBOX/elsewhere/lvindex-hook: No such file"
cp "$BUILD/hook/lvindex-hook" "$SANDBOX/elsewhere/"
chmod a-x "$SANDBOX/elsewhere/lvindex-hook"
finds "a hook that is not executable" "cannot run $SANDBOX/elsewhere/lvindex-hook: Permission denied"
dnsmasq_stop

# A script that runs the hook.
dnsmasq_start "${RANGE[@]}" --dhcp-script="$HOOK" --script-on-renewal
in_order "a dnsmasq whose script runs the hook"
dnsmasq_stop

# What matters stands in its files, too.
mkdir "$SANDBOX/conf.d"
echo "script-on-renewal # and more" >"$SANDBOX/conf.d/lvindex.conf"
echo "dhcp-script=/bin/false" >"$SANDBOX/conf.d/lvindex.conf~"
dnsmasq_start "${RANGE[@]}" --dhcp-script="$BUILD/hook/lvindex-hook" --conf-dir="$SANDBOX/conf.d"
in_order "a dnsmasq with the hook"

bridge_add br1 192.168.151.1/24
exec_second_dnsmasq() {
    exec_sandbox_env "$@" "$SANDBOX/bin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
        --log-facility="$SANDBOX/second.log" --dhcp-leasefile="$SANDBOX/second.leases" --bind-interfaces --except-interface=lo \
        --interface=br1 --dhcp-range=192.168.151.128,192.168.151.254,1h --script-on-renewal \
        --dhcp-script="$BUILD/hook/lvindex-hook" </dev/null
}

second_dnsmasq_stop() {
    kill "$second"
    wait "$second" || true
    rm "$SANDBOX/second.log"
}

exec_second_dnsmasq &
second=$!
wait_until 15 grep -q 'started, version' "$SANDBOX/second.log"
finds "two with one name" 'tells the hook the network "", as another one does'
equal "whose environment may not be read" 0 "$(check_as_nobody | grep -c 'tells the hook')"
second_dnsmasq_stop

mkdir "$SANDBOX/other"
LVINDEX_DIR=$SANDBOX/other exec_second_dnsmasq &
second=$!
wait_until 15 grep -q 'started, version' "$SANDBOX/second.log"
in_order "a second one with an index of its own"
second_dnsmasq_stop

# --- Scripts of the administrator's own --------------------------------------------------------------------------------

SCRIPTS=$SANDBOX/config/dhcp-script.d
mkdir "$SCRIPTS"
printf '#!/bin/sh\n' >"$SCRIPTS/10-good"
chmod 0755 "$SCRIPTS/10-good"
cp -p "$SCRIPTS/10-good" "$SCRIPTS/20-aside.disabled"
in_order "a script"
cp -p "$SCRIPTS/10-good" "$SCRIPTS/30 odd"
ln -s 10-good "$SCRIPTS/40-link"
mkfifo "$SCRIPTS/50-fifo"
cp -p "$SCRIPTS/10-good" "$SCRIPTS/60-foreign"
chown 65534 "$SCRIPTS/60-foreign"
cp -p "$SCRIPTS/10-good" "$SCRIPTS/70-open"
chmod o+w "$SCRIPTS/70-open"
chmod a-x "$SCRIPTS/10-good"
finds "scripts that do not run" "10-good: not executable: lvindex-hook does not run it; chmod +x it" \
    "30 odd: the name has other characters" "40-link: a symbolic link" "50-fifo: not a regular file" \
    "60-foreign: not root's own" "70-open: others may write it"
chmod g+w "$SCRIPTS"
finds "a directory that others may write to" "dhcp-script.d: others may write it: lvindex-hook runs no script of yours"
rm -r "$SCRIPTS"
: >"$SCRIPTS"
finds "no directory" "dhcp-script.d: Not a directory: lvindex-hook runs no script of yours; make it a directory"
rm "$SCRIPTS"
in_order "without scripts"

# --- nscd -------------------------------------------------------------------------------------------------------------

mkdir -p /run/nscd
mount -t tmpfs none /run/nscd
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/nscd/socket")'
mkdir "$SANDBOX/etc"
cp /etc/{nsswitch.conf,hosts,passwd,group,ld.so.cache} "$SANDBOX/etc"
mount --bind "$SANDBOX/etc" /etc
in_order "a socket that an nscd left behind"
rm /run/nscd/socket
python3 - <<'END' &
import socket, time
listener = socket.socket(socket.AF_UNIX)
listener.bind("/run/nscd/socket")
listener.listen(99)
time.sleep(1000)
END
nscd=$!
wait_until 15 test -S /run/nscd/socket
finds "nscd with another file than its own" "nscd: caches host names"
printf '%s\n' 'enable-cache passwd yes' '	enable-cache	hosts	yes' >/etc/nscd.conf
finds "nscd" "nscd: caches host names"
echo 'enable-cache hosts no' >>/etc/nscd.conf
in_order "an nscd that keeps no host names"
echo 'enable-cache passwd yes' >/etc/nscd.conf
in_order "an nscd that nobody told of host names"
umount /etc
kill "$nscd"
wait "$nscd" || true
umount /run/nscd

fails "other options beside it" 2 lvindex_dump --check --raw

finish
