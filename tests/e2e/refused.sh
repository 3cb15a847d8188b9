#!/bin/bash
# Names that dnsmasq refuses, and names that no client may have: the lease is kept, the name is no answer.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

OWNER=52:54:00:00:00:0a
STRANGER=52:54:00:00:00:0b

# refused CLIENT NAME: its lease is on record with the name and a reason, and nothing leads to it.
refused() {
    lease_dumped "$(ip4 "$1")" '[."name-refused", has("hostname"), (."name-refused-reason" | length > 0)]' \
        "[\"$2\",false,true]"
    reverse "$(ip4 "$1")"
}

lab_start --domain=lab.example --dhcp-host="$OWNER,www"
client_add owner br0 "$OWNER"
client_add stranger br0 "$STRANGER"

udhcpc_start owner -x hostname:something
wait_event "add $OWNER $(ip4 owner) www"
resolves www "$(ip4 owner)"
resolves www.lab.example "$(ip4 owner)"
reverse "$(ip4 owner)" www.lab.example www
unresolved something
lease_dumped "$(ip4 owner)" '[.hostname, has("name-refused")]' '["www",false]'

# The owner's name, which dnsmasq does not give to the stranger, then another, then again the owner's.
udhcpc_start stranger -x hostname:www
wait_event "add $STRANGER $(ip4 stranger) DNSMASQ.*SUPPLIED_HOSTNAME=www"
refused stranger www
table_shows "$(ip4 stranger)"
events_forget
udhcpc_kill stranger
udhcpc_start stranger -x hostname:visitor
wait_event "old $STRANGER $(ip4 stranger) visitor"
resolves visitor "$(ip4 stranger)"
lease_dumped "$(ip4 stranger)" '[.hostname, has("name-refused")]' '["visitor",false]'
events_forget
udhcpc_kill stranger
udhcpc_start stranger -x hostname:WWW
wait_event "(old|add) $STRANGER $(ip4 stranger)"
events_settle
resolves www "$(ip4 owner)"
resolves www.lab.example "$(ip4 owner)"

# ask HEX: the stranger comes with this option 12, raw.
ask() {
    events_forget
    udhcpc_release stranger
    udhcpc_kill stranger
    wait_event "del $STRANGER"
    udhcpc_start stranger -x "0x0c:$1"
    wait_event "add $STRANGER $(ip4 stranger)"
}

hex() {
    printf '%s' "$1" | od -An -tx1 | tr -d ' \n'
}

# dnsmasq passes these on; we do not.
for name in localhost LocalHost wpad isatap _gateway _outbound 12345 "$SANDBOX_HOST" SANDBOX; do
    ask "$(hex "$name")"
    refused stranger "$name"
    case ${name,,} in
    # These have addresses: from /etc/hosts, and because glibc reads the digits as one.
    localhost | 12345) fails "$name is not the stranger" 1 grep -F "$(ip4 stranger)" <<<"$(addresses_of ahosts "$name")" ;;
    *) unresolved "$name" ;;
    esac
done

# Raw bytes that are no name: nothing of them reaches a terminal.
ask "$(hex $'evil\n192.168.150.66 bank')"
unresolved evil
unresolved bank
reverse "$(ip4 stranger)"
lease_dumped "$(ip4 stranger)" 'has("hostname")' false
succeeds "lvindex-dump prints one line a lease" test "$(lvindex_dump | grep -c '^192.168.150.66')" = 0
ask 1b5b324a07ff
lease_dumped "$(ip4 stranger)" 'has("hostname")' false
succeeds "lvindex-dump prints no control characters" test -z "$(lvindex_dump | LC_ALL=C tr -d '\n\40-\176')"
succeeds "lvindex-dump --json prints no control characters" \
    test -z "$(lvindex_dump --json | LC_ALL=C tr -d '\n\t\40-\176\200-\377')"
succeeds "lvindex-dump --raw prints no control characters" test -z "$(lvindex_dump --raw | LC_ALL=C tr -d '\n\t\40-\176')"

# An underscore is what real machines use.
ask "$(hex build_host)"
resolves build_host "$(ip4 stranger)"

resolves www "$(ip4 owner)"

# With --dhcp-ignore-names no client's name counts.
udhcpc_kill stranger
dnsmasq_stop
events_forget
dnsmasq_start "${DNSMASQ_ARGUMENTS[@]}" --dhcp-ignore-names
client_add late br0 52:54:00:00:00:0c
udhcpc_start late -x hostname:late
wait_event "add 52:54:00:00:00:0c $(ip4 late) DNSMASQ"
unresolved late
unresolved late.lab.example
refused late late

finish
