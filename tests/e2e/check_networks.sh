#!/bin/bash
# lvindex-dump --check: networks that the administrator's files name and nobody knows, and this host's own name in them.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
# shellcheck source=SCRIPTDIR/findings.sh
source "$E2E_DIR/findings.sh"

NETWORK=lab event add 52:54:00:00:00:01 192.0.2.1 web
macs_write virbr0 guest=52:54:00:00:00:02
printf 'interface=virbr1\ndhcp-range=192.168.122.2,192.168.122.254,255.255.255.0,1h\n' >"$SANDBOX/libvirt/default.conf"
printf '%s\n' 'lab lab.example' 'virbr0 guests.example' 'default default.example' '. here.example' \
    >"$SANDBOX/config/networks"
printf '%s\n' '192.0.2.10 printer network=lab' '192.0.2.11 scanner' >"$SANDBOX/config/static"
succeeds "lvindex-sync" lvindex_sync
in_order "networks that are known"

echo 'labb lab.example corp.example' >>"$SANDBOX/config/networks"
succeeds "lvindex-sync" lvindex_sync
finds "a mistyped network" \
    "config/networks: no lease, guest or libvirt network is known of network \"labb\": what is said of it concerns nobody"
sed -i '$d' "$SANDBOX/config/networks"
echo '192.0.2.12 copier fax network=virbr' >>"$SANDBOX/config/static"
succeeds "lvindex-sync" lvindex_sync
finds "a mistyped network of a static entry" \
    "config/static: no lease, guest or libvirt network is known of network \"virbr\": what is said of it concerns nobody"
sed -i '$d' "$SANDBOX/config/static"
echo "192.0.2.13 $SANDBOX_HOST" >>"$SANDBOX/config/static"
succeeds "lvindex-sync" lvindex_sync
finds "this host's own name" "config/static: $SANDBOX_HOST: this host's own name: it is not answered for another machine"
sed -i '$d' "$SANDBOX/config/static"
succeeds "lvindex-sync" lvindex_sync
in_order "mended"

finish
