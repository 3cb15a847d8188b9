#!/bin/bash
# lvindex-dump's formats for other programs, and its filters.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LATER=4000000000

# event NETWORK EXPIRY DOMAIN ARGUMENT...
event() {
    local network=$1 expiry=$2 domain=$3
    shift 3
    succeeds "event: $*" sandbox_env LVINDEX_NETWORK="$network" DNSMASQ_LEASE_EXPIRES="$expiry" \
        DNSMASQ_DOMAIN="$domain" DNSMASQ_IAID="${IAID-}" "$BUILD/hook/lvindex-hook" "$@"
}
event lab "$LATER" lab.example add 52:54:00:00:00:01 192.0.2.1 web
event lab "$LATER" lab.example add 52:54:00:00:00:02 192.0.2.2 web
IAID=3 event lan "$LATER" '' add 00:01:02:03 fd00::3 six
event lan "$LATER" '' add 52:54:00:00:00:04 192.0.2.4 db1
event lan 1 '' add 52:54:00:00:00:05 192.0.2.5 gone
event lan "$LATER" '' add 52:54:00:00:00:06 192.0.2.6 fedora
event lan "$LATER" '' add 52:54:00:00:00:09 192.0.2.9
# A rebuilt machine: its first lease is a last resort.
succeeds "event: before it was rebuilt" sandbox_env DNSMASQ_CLIENT_ID=01:aa "$BUILD/hook/lvindex-hook" \
    add 52:54:00:00:00:07 192.0.2.7 built
succeeds "event: after it was rebuilt" sandbox_env DNSMASQ_CLIENT_ID=01:bb "$BUILD/hook/lvindex-hook" \
    add 52:54:00:00:00:07 192.0.2.8 built
# The guest's name is db1's no more, and one has a name that is no word.
macs_write virbr7 DB1=52:54:00:00:00:09 "Fedora VM=52:54:00:00:00:06" 'st*r=52:54:00:00:00:06'
succeeds "lvindex-sync" lvindex_sync

hosts="192.0.2.8	built
192.0.2.9	DB1
192.0.2.6	fedora
# not a name for this file: Fedora VM
fd00::3	six
192.0.2.6	st*r
192.0.2.2	web.lab.example
192.0.2.1	web.lab.example
192.0.2.2	web
192.0.2.1	web"
equal "--hosts" "$hosts" "$(lvindex_dump --hosts)"
equal "--hosts of a network" "$(grep fd00 <<<"$hosts")" "$(lvindex_dump --hosts --network=lan --address=fd00::3)"
equal "--hosts of a name" "$(grep $'\tweb$' <<<"$hosts")" "$(lvindex_dump --hosts --name=WEB)"
equal "--hosts of a guest" $'192.0.2.9\tDB1' "$(lvindex_dump --hosts --guest=db1)"

# The file as what it is: glibc's own service reads it.
lvindex_dump --hosts >"$SANDBOX/hosts.new"
cat "$SANDBOX/hosts.new" >"$SANDBOX/hosts"
equal "nss_files reads it" "192.0.2.1 192.0.2.2" "$(getent -s hosts:files hosts web | awk '{ print $1 }' | sort -u | xargs)"

lvindex_dump --ssh-config >"$SANDBOX/ssh_config"
equal "--ssh-config of a name" "Host web
    HostName 192.0.2.2
    HostKeyAlias web" "$(lvindex_dump --ssh-config --name=web)"
equal "--ssh-config: a pattern is no name" "# not a name for this file: st*r" \
    "$(grep -F 'st*r' "$SANDBOX/ssh_config")"
if [[ -n $(type -P ssh) ]]; then
    equal "ssh reads it" "192.0.2.8" "$(ssh -G -F "$SANDBOX/ssh_config" built 2>/dev/null | sed -n 's/^hostname //p')"
fi

# found OPTION...: the addresses that JSON has for these filters.
found() {
    lvindex_dump --json "$@" | jq -r '.leases[]."ip-address"' | xargs
}
equal "--network" "192.0.2.1 192.0.2.2" "$(found --network=lab)"
equal "--guest" "192.0.2.6" "$(found --guest="fedora vm")"
equal "--name, also a refused one" "192.0.2.4" "$(found --name=DB1)"
equal "--name with its domain" "192.0.2.1 192.0.2.2" "$(found --name=web.lab.example)"
equal "--name with a dot behind it" "192.0.2.1 192.0.2.2" "$(found --name=web.lab.example.)"
equal "--address" "fd00::3" "$(found --address=fd00:0::3)"
equal "--expired" "" "$(found --network=lab --expired)"
equal "all of them together" "192.0.2.2" "$(found --network=lab --name=web --address=192.0.2.2)"
equal "--all: the table, not virsh's" "NETWORK" "$(lvindex_dump --network=lab --all | head -c 7)"
# The pass above let go of what had expired decades ago; the next is an hour old.
event lan "$(($(date +%s) - 3600))" '' add 52:54:00:00:00:05 192.0.2.5 gone
equal "--expired" "192.0.2.5" "$(found --expired)"

# Names with suffixes: of each network, those of its own machines. What is also a client's own domain stands there once.
event lan "$LATER" '' add 52:54:00:00:00:0a 192.0.2.10 web
event lan "$LATER" '' add 52:54:00:00:00:0b 192.0.2.11 web2
event lab "$LATER" lab.example add 52:54:00:00:00:0c 192.0.2.12 App
printf 'lab lab.example lab.other\nlan lan.internal\n' >"$SANDBOX/config/networks"
succeeds "lvindex-sync" lvindex_sync
equal "--hosts: suffixes" "192.0.2.2	web.lab.example
192.0.2.1	web.lab.example
192.0.2.10	web.lan.internal
192.0.2.10	web
192.0.2.2	web
192.0.2.1	web
192.0.2.11	web2.lan.internal
192.0.2.11	web2" "$(lvindex_dump --hosts | grep $'\tweb')"
equal "--hosts: as its owner spells it" "192.0.2.12	App.lab.example
192.0.2.12	App" "$(lvindex_dump --hosts --address=192.0.2.12)"
equal "--hosts of a name with a suffix" "192.0.2.10	web.lan.internal" "$(lvindex_dump --hosts --name=web.LAN.internal)"
equal "--hosts: guests' names with suffixes" "192.0.2.9	DB1.lan.internal
192.0.2.9	DB1" "$(lvindex_dump --hosts --address=192.0.2.9)"

fails "no address" 2 lvindex_dump --address=web
fails "an empty name" 2 lvindex_dump --name=
fails "an empty name of a guest" 2 lvindex_dump --guest=
fails "two formats" 2 lvindex_dump --hosts --ssh-config
fails "no JSON of this" 2 lvindex_dump --hosts --json
fails "no filter for this" 2 lvindex_dump --raw --name=web
fails "nothing expired is answered" 2 lvindex_dump --hosts --expired
fails "a value is missing" 2 lvindex_dump --name

finish
