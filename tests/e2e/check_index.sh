#!/bin/bash
# lvindex-dump --check: an index that is there, and not open to all; with a base, and in a closed place.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
# shellcheck source=SCRIPTDIR/findings.sh
source "$E2E_DIR/findings.sh"

BASE=$SANDBOX/state/base-1.tdb
for ((i = 0; i < 2500; i++)); do
    printf '4000000000 52:54:00:00:%02x:%02x 10.9.%d.%d host-%d *\n' $((i / 256)) $((i % 256)) $((i / 250)) $((i % 250 + 1)) "$i"
done >"$SANDBOX/tmp/leases"
succeeds "lvindex-sync" lvindex_sync --leases="$SANDBOX/tmp/leases"
equal "a base" "$BASE" "$(ls "$SANDBOX"/state/base-*.tdb)"
in_order "a base"

# warning: what a table says on standard error.
warning() {
    lvindex_dump 2>&1 >/dev/null
}

chmod 0600 "$BASE"
finds "a base for root alone" "base-1.tdb: not everybody may read it: names resolve for some users only"
equal "a base for root alone, in a table" \
    "lvindex-dump: $BASE: not everybody may read it: names resolve for some only" "$(warning)"
equal "as a user without the right" \
    "module lvindex_guest: does not take the index (Permission denied)
module lvindex: does not take the index (Permission denied)
$BASE: not everybody may read it" "$(check_as_nobody | sed 's/: it answers.*//; s/: names resolve.*//')"
equal "its table names the base" "lvindex-dump: $BASE: Permission denied" \
    "$(as_nobody A=B "$SANDBOX/open/lvindex-dump" 2>&1)"
chmod 0666 "$BASE"
finds "a base for others to write" "module lvindex_guest: does not take" "module lvindex: does not take" \
    "base-1.tdb: others may write it"
chmod 0644 "$BASE"
chown 65534 "$BASE"
finds "a base of another user" "module lvindex_guest: does not take" "module lvindex: does not take" \
    "base-1.tdb: not root's own"
chown 0 "$BASE"
in_order "a base again"

cp "$BASE" "$SANDBOX/sound"
offset=$(grep -abo 'host-7' "$BASE" | tail -n 1 | cut -d: -f1)
printf 'X' | dd of="$BASE" bs=1 seek="$offset" conv=notrunc status=none
finds "a damaged base" "$BASE: damaged"
cp "$SANDBOX/sound" "$SANDBOX/state/new"
mv "$SANDBOX/state/new" "$BASE"

mv "$INDEX" "$SANDBOX/state/other.tdb"
ln -s other.tdb "$INDEX"
finds "a symbolic link" "module lvindex_guest: does not take" "module lvindex: does not take" \
    "$INDEX: cannot be read: Too many levels of symbolic links"
rm "$INDEX"
mv "$SANDBOX/state/other.tdb" "$INDEX"

# A directory above.
mkdir -p "$SANDBOX/closed/inner"
cp -a "$SANDBOX/state" "$SANDBOX/closed/inner/state"
export LVINDEX_DIR=$SANDBOX/closed/inner/state
in_order "a directory in others"
chmod 0700 "$SANDBOX/closed"
finds "a closed directory above" "$SANDBOX/closed: not everybody may enter it: names resolve for some users only"
equal "as a user who may not enter it" 1 "$(check_as_nobody | grep -c "$SANDBOX/closed: not everybody may enter it")"
equal "who is not told that there is none" 0 "$(check_as_nobody | grep -c "there is no index")"
ln -s "$SANDBOX/closed/inner/state" "$SANDBOX/link"
export LVINDEX_DIR=$SANDBOX/link
finds "a closed directory behind a link" "$SANDBOX/closed: not everybody may enter it"
unset LVINDEX_DIR

finish
