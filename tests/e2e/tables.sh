#!/bin/bash
# lvindex-dump --network and --guest. What is expected here is what virsh of libvirt 9.0.0 printed for the same files.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LIBVIRT=$SANDBOX/libvirt
LATER=4000000000 # 2096-10-02 07:06:40 UTC

cat >"$LIBVIRT/virbr7.status" <<END
[ {"ip-address": "192.168.150.9", "mac-address": "52:54:00:00:00:03", "hostname": "zeta", "client-id": "01:aa", "expiry-time": $LATER},
  {"ip-address": "192.168.150.10", "mac-address": "52:54:00:00:00:02", "expiry-time": $LATER},
  {"ip-address": "192.168.150.11", "mac-address": "52:54:00:00:00:01", "hostname": "x y", "expiry-time": 0},
  {"ip-address": "10.9.9.9", "mac-address": "06-52:54:00:00:00:01", "hostname": "other", "expiry-time": $LATER},
  {"ip-address": "192.168.150.12", "mac-address": "52:54:00:00:00:01", "hostname": "exp", "expiry-time": 1000000000},
  {"iaid": "5", "ip-address": "fd00:150::105", "mac-address": "52:54:00:00:00:05", "hostname": "six", "client-id": "00:01:02", "server-duid": "00:03", "expiry-time": $LATER} ]
END
cat >"$LIBVIRT/lab.conf" <<END
interface=virbr7
dhcp-range=192.168.150.128,192.168.150.254,255.255.255.0,2h
dhcp-range=fd00:150::100,fd00:150::1ff,64,2h
END
chmod 0600 "$LIBVIRT/lab.conf"
macs_write virbr7 Web=52:54:00:00:00:03,52:54:00:00:00:77 other=52:54:00:00:00:02
succeeds "lvindex-sync" lvindex_sync

export TZ=UTC
virsh_table=" Expiry Time           MAC address            Protocol   IP address          Hostname   Client ID or DUID
-----------------------------------------------------------------------------------------------------------
 2096-10-02 07:06:40   06-52:54:00:00:00:01   ipv4       10.9.9.9/24         other      -
 1970-01-01 00:00:00   52:54:00:00:00:01      ipv4       192.168.150.11/24   x y        -
 2096-10-02 07:06:40   52:54:00:00:00:02      ipv4       192.168.150.10/24   -          -
 2096-10-02 07:06:40   52:54:00:00:00:03      ipv4       192.168.150.9/24    zeta       01:aa
 2096-10-02 07:06:40   52:54:00:00:00:05      ipv6       fd00:150::105/64    six        00:01:02"
equal "a network by its name" "$virsh_table" "$(lvindex_dump --network lab)"
equal "a network by its bridge" "$virsh_table" "$(lvindex_dump -n virbr7)"
fails "a network that nobody knows" 1 lvindex_dump --network nowhere
for format in --all --json --hosts --ssh-config; do
    fails "a network that nobody knows, $format" 1 lvindex_dump $format --network nowhere
    succeeds "a network that is known, $format" lvindex_dump $format --network lab
done
if ((EUID == 0)); then
    # A copy, for the build may be where only its owner looks.
    install -m 0755 "$BUILD/indexer/dump/lvindex-dump" "$SANDBOX/anybodys-dump"
    equal "the same for any user" "$virsh_table" \
        "$(sandbox_env "$(type -P setpriv)" --reuid=65534 --regid=65534 --clear-groups \
            "$SANDBOX/anybodys-dump" --network lab 2>&1)"
fi

guest_table=" Network   MAC address         Protocol   Address            Hostname
-----------------------------------------------------------------------
 virbr7    52:54:00:00:00:03   ipv4       192.168.150.9/24   zeta
 virbr7    52:54:00:00:00:77   -          -                  -"
equal "a guest" "$guest_table" "$(lvindex_dump --guest Web)"
equal "a guest in other case" "$guest_table" "$(lvindex_dump -g web)"
fails "a guest that does not run" 1 lvindex_dump --guest nobody
fails "two formats at once" 2 lvindex_dump --raw --stats

# A network without a lease is one all the same; undefined, it is none.
echo '[]' >"$LIBVIRT/virbr7.status.new"
mv "$LIBVIRT/virbr7.status.new" "$LIBVIRT/virbr7.status"
succeeds "lvindex-sync" lvindex_sync
equal "no lease, as virsh shows it" \
    " Expiry Time   MAC address   Protocol   IP address   Hostname   Client ID or DUID
-----------------------------------------------------------------------------------" \
    "$(lvindex_dump --network lab)"

# Renamed, with a name that only libvirt allows; then on another bridge.
mv "$LIBVIRT/lab.conf" "$LIBVIRT/my lab.conf"
succeeds "lvindex-sync" lvindex_sync
fails "its name before" 1 lvindex_dump --network lab
succeeds "its new name" lvindex_dump --network "my lab"
sed -i s/virbr7/virbr8/ "$LIBVIRT/my lab.conf"
succeeds "lvindex-sync" lvindex_sync
succeeds "on another bridge" lvindex_dump --network "my lab"
fails "the bridge before" 1 lvindex_dump --network virbr7
succeeds "the unnamed network, by hand" lvindex_hook add 52:54:00:00:00:01 192.0.2.1 unnamed
succeeds "is called -" lvindex_dump --network -

# The modules would not take this one.
chmod g+w "$INDEX"
fails "an index that others may write" 1 lvindex_dump
chmod g-w "$INDEX"
chmod 0600 "$INDEX"
fails "an index that is not open to all" 1 lvindex_dump
equal "what it says" 1 "$(lvindex_dump 2>&1 | grep -c "index.tdb: not everybody may read it: names resolve for some only\$")"
chmod 0644 "$INDEX"
chown 65534 "$INDEX"
fails "another user's index" 1 lvindex_dump
equal "what it says of that" 1 "$(lvindex_dump 2>&1 | grep -c "index.tdb: not root's own: the modules do not use it\$")"
chown 0 "$INDEX"
rm "$LIBVIRT"/virbr7.* "$LIBVIRT/my lab.conf"
succeeds "lvindex-sync" lvindex_sync
fails "an undefined network" 1 lvindex_dump --network "my lab"

fails "too many arguments" 2 lvindex_dump --all web
succeeds "--version" lvindex_dump --version

finish
