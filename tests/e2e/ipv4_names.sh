#!/bin/bash
# A name that a DHCP client sends resolves, in any case and both ways; stock TDB tools read the index.
# dnsmasq runs the hook itself here, not the recorder of the harness.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_bridge
dnsmasq_start "${LAB[@]}" --domain=lab.example --dhcp-script="$BUILD/hook/lvindex-hook"
client_add alpha br0 52:54:00:00:00:0a
client_add beta br0 52:54:00:00:00:0b

before=$EPOCHSECONDS
udhcpc_start alpha -x hostname:ALPHA
wait_until 5 lookup hosts alpha
alpha=$(ip4 alpha)
for name in alpha ALPHA AlphA alpha. alpha.lab.example ALPHA.lab.EXAMPLE alpha.lab.example.; do
    resolves "$name" "$alpha"
    equal "getent hosts $name" "$alpha" "$(addresses_of hosts "$name")"
done
reverse "$alpha" ALPHA.lab.example ALPHA
equal "getent ahosts tells all socket types" "STREAM DGRAM RAW" \
    "$(lookup ahosts alpha | awk '{ print $2 }' | xargs)"
unresolved alph
unresolved alphaa
unresolved alpha.other.example
unresolved lab.example
reverse 192.168.150.127

lease_dumped "$alpha" '[.network, ."mac-address", .hostname, .domain, ."client-id"]' \
    '["","52:54:00:00:00:0a","ALPHA","lab.example","01:52:54:00:00:00:0a"]'
lease_dumped "$alpha" "(.\"expiry-time\" - $before) as \$left | \$left >= 3600 and \$left < 3660" true
lease_dumped "$alpha" 'has("name-refused") or has("name-refused-reason") or has("iaid")' false
dumped "lvindex-dump: version" .version 4
table_shows "$alpha" 52:54:00:00:00:0a ALPHA
succeeds "lvindex-dump --raw" lvindex_dump --raw

# The second client must not disturb the first.
generation=$(lvindex_dump --json | jq .generation)
udhcpc_start beta -x hostname:beta
wait_until 5 lookup hosts beta
resolves beta "$(ip4 beta)"
reverse "$(ip4 beta)" beta.lab.example beta
resolves alpha "$alpha"
dumped "lvindex-dump: two leases" '.leases | length' 2
dumped "lvindex-dump: the generation grows" ".generation > $generation" true

# octet_key ADDRESS: its four bytes as tdbdump prints them, escaped where they are not printable.
octet_key() {
    local octet key=
    for octet in ${1//./ }; do
        if ((octet >= 32 && octet < 127)) && [[ $octet != 34 && $octet != 92 ]]; then
            key+=$(printf "\\x$(printf %x "$octet")")
        else
            key+=$(printf '\\%02X' "$octet")
        fi
    done
    echo "$key"
}

tdb_keys() {
    tdbdump "$INDEX" | sed -n 's/^key([0-9]*) = "\(.*\)"$/\1/p' | sort
}

beta_octets=$(octet_key "$(ip4 beta)")
alpha_octets=$(octet_key "$alpha")
equal "tdbdump lists the records of leases, names and addresses" \
    "$(lines "L\\00$alpha_octets" "L\\00$beta_octets" "a$alpha_octets" "a$beta_octets" \
        halpha halpha.lab.example hbeta hbeta.lab.example | sort)" \
    "$(tdb_keys | grep '^[Lah]')"
equal "tdbdump lists one meta record" 1 "$(tdb_keys | grep -cx V)"
equal "tdbdump lists a machine for each hardware address" "$(lines 'm\01RT\00\00\00\0A' 'm\01RT\00\00\00\0B')" \
    "$(tdb_keys | grep ^m)"
succeeds "tdbtool finds the index sound" grep -q 'integrity is OK' <(tdbtool "$INDEX" check)

finish
