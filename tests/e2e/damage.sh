#!/bin/bash
# A damaged index is rebuilt by the next event, whatever that is about: nothing that was read from a file waits for an
# event of its own network, and nothing that only the index knew is lost.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LIBVIRT=$SANDBOX/libvirt
GUEST=52:54:00:00:00:0a
MAC=52:54:00:00:00:10

# network_write NAME BRIDGE PREFIX: what libvirt keeps of a network with a host of each kind.
network_write() {
    printf '%s\n' "interface=$2" "dhcp-range=$3.2,$3.254,255.255.255.0" "domain=$1.example" >"$LIBVIRT/$1.conf"
    echo "52:54:00:00:01:01,$3.20,$1-reserved" >"$LIBVIRT/$1.hostsfile"
    printf '%s\t%s\n' "$3.30" "$1-added" >"$LIBVIRT/$1.addnhosts"
}

# The hook as dnsmasq calls it, of a network of libvirt's.
on_bridge() {
    local bridge=$1
    shift
    sandbox_env VIR_BRIDGE_NAME="$bridge" DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS + 3600)) "$BUILD/hook/lvindex-hook" "$@"
}

# What the index knows but for stamps, a line each; with REGEX, without the lines that match.
known() {
    lvindex_dump --json | jq -rc '(.leases, .entries)[] | [.kind // "lease", .network, ."ip-address", .hostname, .domain]' |
        sort | grep -Ev "${1-^$}"
}

# damage BYTE: flips one of its bits.
damage() {
    local byte
    byte=$(od -An -tu1 -j "$1" -N1 "$INDEX")
    # shellcheck disable=SC2059 # the octal number is the format
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$INDEX.bad" bs=1 seek="$1" conv=notrunc status=none
}

# damaged BYTE: a copy with that bit flipped takes the index's place.
damaged() {
    cp "$INDEX" "$INDEX.bad"
    damage "$1"
    mv "$INDEX.bad" "$INDEX"
}

# place TEXT: where the first of it is in the index.
place() {
    grep -abo -m1 -- "$1" "$INDEX" | head -n1 | cut -d: -f1
}

# --- The first event of all -------------------------------------------------------------------------------------

# Which network is on its bridge, it learns from a file that was never read.
network_write lab virbr9 192.168.9
succeeds "an event on a bridge" on_bridge virbr9 add "$MAC" 192.168.9.100 alpha
equal "brings libvirt's hosts of its network at once" \
    "$(lines '["host","virbr9","192.168.9.30","lab-added",null]' '["reserved","virbr9","192.168.9.20","lab-reserved",null]')" \
    "$(known '^."lease')"

# --- All there may be -------------------------------------------------------------------------------------------

network_write office virbr8 192.168.8
macs_write virbr8 "guest=$GUEST"
echo '192.168.7.1 printer printer.office.example' >"$SANDBOX/config/static"
echo 'lab corp.example' >"$SANDBOX/config/networks"
echo 'grace=3600' >"$SANDBOX/config/lvindex.conf"
succeeds "lvindex-sync" lvindex_sync
succeeds "an event of another network" on_bridge virbr8 add "$GUEST" 192.168.8.100 beta
succeeds "one of no network of libvirt's" lvindex_hook add 52:54:00:00:00:11 192.168.6.1 gamma
succeeds "a neighbour" lvindex_hook arp-add "$GUEST" 192.168.8.101
past=$((EPOCHSECONDS - 100))
for action in add del; do
    succeeds "a lease that is kept: $action" sandbox_env LVINDEX_NETWORK=other DNSMASQ_LEASE_EXPIRES=$past \
        "$BUILD/hook/lvindex-hook" "$action" "$GUEST" 192.168.5.1 delta
done
before=$(known)
equal "what there is of each kind" "$(lines '1 arp' '2 host' '1 kept' '3 lease' '2 reserved' '1 static')" \
    "$(cut -d'"' -f2 <<<"$before" | sort | uniq -c | awk '{ print $1, $2 }')"

# all_back WHAT: after an event that brought no more than a line with "new".
all_back() {
    equal "$1: all is back" "$before" "$(known '"new"')"
    resolves lab-reserved 192.168.9.20
    resolves office-added 192.168.8.30
    resolves printer 192.168.7.1
    resolves alpha.corp.example 192.168.9.100
    succeeds "$1: the index is sound" grep -q 'integrity is OK' <(tdbtool "$INDEX" check)
    rm "$INDEX.damaged"
}

# The checksum alone; a name; the record of a file that was read.
for at in 68 "$(place lab-reserved)" "$(place conf:lab)" "$(place hostsfile:office)"; do
    damaged "$at"
    succeeds "byte $at, an event on a bridge" on_bridge virbr9 add 52:54:00:00:00:20 192.168.9.200 new
    all_back "byte $at, an event on a bridge"
    damaged 68
    succeeds "an event of no network of libvirt's" lvindex_hook add 52:54:00:00:00:21 192.168.6.2 new
    all_back "an event of no network of libvirt's"
    damaged 68
    succeeds "a neighbour" lvindex_hook arp-add "$GUEST" 192.168.8.101
    all_back "a neighbour"
done

# Wherever the bit is: what a file has, leases of libvirt's networks included, is there after an event of any network.
of_files() {
    known '"gamma"|"new"|^."(arp|kept)"'
}
before=$(of_files)
tried=0
for ((at = 168; at < $(stat -c %s "$INDEX"); at += 211)); do
    damaged "$at"
    lvindex_hook add 52:54:00:00:00:11 192.168.6.1 gamma 2>"$SANDBOX/said" || true
    lost=$(comm -23 <(echo "$before") <(of_files))
    if [[ -n $lost || $(cat "$SANDBOX/said") != "lvindex-hook: $INDEX: damaged; using what still reads" ]]; then
        failed "a bit of byte $at" "$lost" "$(cat "$SANDBOX/said")"
    fi
    rm "$INDEX.damaged"
    tried=$((tried + 1))
done
if ((tried >= 30)); then
    passed "a bit anywhere"
else
    failed "a bit anywhere" "tried $tried times"
fi

# --- Static entries come from their files alone -----------------------------------------------------------------

# What they list no more by then is gone for good.
damaged 68
: >"$SANDBOX/config/static"
: >"$LIBVIRT/lab.hostsfile"
rm "$LIBVIRT/office.addnhosts"
succeeds "an event, and shorter files" lvindex_hook add 52:54:00:00:00:11 192.168.6.1 gamma
unresolved printer
unresolved lab-reserved
unresolved office-added
resolves office-reserved 192.168.8.20
rm "$INDEX.damaged"

# A file that cannot be read just then is read by a later event of its network.
damaged 68
mv "$LIBVIRT/lab.conf" "$SANDBOX/lab.conf"
ln -s "$SANDBOX/lab.conf" "$LIBVIRT/lab.conf"
succeeds "an event, and a file that cannot be read" on_bridge virbr9 add "$MAC" 192.168.9.100 alpha
rm "$LIBVIRT/lab.conf"
mv "$SANDBOX/lab.conf" "$LIBVIRT/lab.conf"
succeeds "the next event" on_bridge virbr9 add "$MAC" 192.168.9.100 alpha
resolves lab-added 192.168.9.30
rm "$INDEX.damaged"

finish
