#!/bin/bash
# An index that is too large for one file: names resolve from its base, from what changed since, and what is gone is gone.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_bridge
COUNT=2500
address_of() {
    echo "10.9.$(($1 / 250)).$(($1 % 250 + 1))"
}
mac_of() {
    printf '52:54:00:00:%02x:%02x' $(($1 / 256)) $(($1 % 256))
}

# bases: the bases there are.
bases() {
    (cd "$SANDBOX/state" && ls base-*.tdb 2>/dev/null || true)
}

LEASES=$SANDBOX/tmp/leases
for ((i = 0; i < COUNT; i++)); do
    echo "4000000000 $(mac_of "$i") $(address_of "$i") host-$i *"
done >"$SANDBOX/tmp/all-leases"
cp "$SANDBOX/tmp/all-leases" "$LEASES"
macs_write virbr9 first="$(mac_of 1)" last="$(mac_of $((COUNT - 1)))"
succeeds "lvindex-sync" lvindex_sync --leases="$LEASES"
equal "a base" base-1.tdb "$(bases)"
for i in 0 1 777 $((COUNT - 1)); do
    resolves "host-$i" "$(address_of "$i")"
done
resolves first "$(address_of 1)"
resolves last "$(address_of $((COUNT - 1)))"
reverse "$(address_of 777)" host-777
unresolved host-$COUNT
equal "--stats: leases and files" "$COUNT index.tdb base-1.tdb" \
    "$(lvindex_dump --stats --json | jq -r '[.leases, .files[].name] | join(" ")')"
table_head=$(lvindex_dump --stats | sed -n 2p)
equal "--stats: a line for people" "leases: $COUNT, records: $(lvindex_dump --raw | wc -l)" "$table_head"
fails "--stats with another format" 2 lvindex_dump --stats --raw

# Beside the base: a new lease, one that is gone, one with another name.
before=$(identity "$SANDBOX/state/base-1.tdb")
succeeds "add" lvindex_hook add 52:54:00:01:00:01 10.9.200.1 newcomer
resolves newcomer 10.9.200.1
succeeds "del" lvindex_hook del "$(mac_of 777)" "$(address_of 777)"
unresolved host-777
equal "getent hosts $(address_of 777)" "status 2" "$(addresses_of hosts "$(address_of 777)")"
succeeds "another name" lvindex_hook old "$(mac_of 5)" "$(address_of 5)" renamed
resolves renamed "$(address_of 5)"
unresolved host-5
resolves host-6 "$(address_of 6)"
succeeds "and back" lvindex_hook add "$(mac_of 777)" "$(address_of 777)" host-777
resolves host-777 "$(address_of 777)"
dumped "lvindex-dump: all of them" '.leases | length' $((COUNT + 1))
unchanged "the base is what it was" "$SANDBOX/state/base-1.tdb" "$before"

# Every other lease goes at once: a new base, which is another one again.
awk 'NR % 2' "$LEASES" >"$LEASES.new"
mv "$LEASES.new" "$LEASES"
succeeds "lvindex-sync" lvindex_sync --leases="$LEASES"
unresolved host-1
resolves host-2 "$(address_of 2)"
resolves newcomer 10.9.200.1
# The base before stays until the event after.
succeeds "add" lvindex_hook add 52:54:00:01:00:02 10.9.200.2 latecomer
equal "one base" 1 "$(bases | wc -l)"
resolves latecomer 10.9.200.2

# A small index again.
: >"$LEASES"
succeeds "lvindex-sync" lvindex_sync --leases="$LEASES"
succeeds "add" lvindex_hook add 52:54:00:01:00:03 10.9.200.3 last-one
resolves newcomer 10.9.200.1
resolves last-one 10.9.200.3
unresolved host-2
equal "no base" "" "$(bases)"

# Large again, and removed, as README tells: index.tdb is all that has to go.
cp "$SANDBOX/tmp/all-leases" "$LEASES"
succeeds "lvindex-sync" lvindex_sync --leases="$LEASES"
equal "one base" 1 "$(bases | wc -l)"
rm "$SANDBOX/state/index.tdb"
succeeds "an index from nothing" lvindex_hook add 52:54:00:01:00:03 10.9.200.3 last-one
equal "no base" "" "$(bases)"
unresolved newcomer
finish
