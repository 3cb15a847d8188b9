#!/bin/bash
# The hook as libvirt's dnsmasq runs it: an empty environment, the root directory, and any umask.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_bridge

# bare UMASK ARGUMENT...: nothing but the state directory is set.
bare() (
    umask "$1"
    shift
    cd /
    exec env -i LVINDEX_DIR="$SANDBOX/state" "$BUILD/hook/lvindex-hook" "$@"
)

for mask in 022 000 077 027 0777; do
    rm -f "$SANDBOX"/state/*
    succeeds "add with umask $mask" bare "$mask" add 52:54:00:00:00:01 192.168.150.201 one
    state_is_clean
    succeeds "a second event" bare "$mask" add 52:54:00:00:00:02 192.168.150.202 two
    succeeds "a third one" bare "$mask" del 52:54:00:00:00:02 192.168.150.202 two
    state_is_clean
    resolves one 192.168.150.201
    unresolved two
done

# Modes that were changed are set right by the next event.
chmod 0600 "$INDEX"
succeeds "an event on an index with other modes" bare 077 add 52:54:00:00:00:03 192.168.150.203 three
state_is_clean

# A name in HOSTNAME is the host's affair, and not a client's.
succeeds "a HOSTNAME in the environment" sandbox_env HOSTNAME=elsewhere "$BUILD/hook/lvindex-hook" \
    add 52:54:00:00:00:04 192.168.150.204
unresolved elsewhere
lease_dumped 192.168.150.204 'has("hostname")' false

# TDB's switch for the careless does not reach the index: nothing of it is left out.
fsyncs() {
    strace -f -e trace=fsync,fdatasync,rename,renameat,renameat2 -o "$SANDBOX/strace" env -i \
        LVINDEX_DIR="$SANDBOX/state" "${@:2}" "$BUILD/hook/lvindex-hook" add 52:54:00:00:00:05 192.168.150.205 "$1"
    grep -Eo 'f(data)?sync\(|rename' "$SANDBOX/strace" | xargs
}
if [[ -n $(type -P strace) && -z ${LVINDEX_SANITIZER_PRELOAD-} ]]; then
    plain=$(fsyncs five)
    equal "the index is synced, renamed, and its directory synced" "fsync( rename fsync(" "${plain//fdatasync/fsync}"
    equal "TDB_NO_FSYNC changes nothing" "$plain" "$(fsyncs six TDB_NO_FSYNC=1)"
fi

# What is no index does not keep the hook from its work.
printf 'rubbish' >"$SANDBOX/tmp/index"
mv "$SANDBOX/tmp/index" "$INDEX"
equal "getent on a damaged index" "status 2" "$(addresses_of ahosts one)"
succeeds "an event on a damaged index" bare 022 add 52:54:00:00:00:01 192.168.150.201 one
resolves one 192.168.150.201
succeeds "the damaged one is kept aside" cmp "$SANDBOX/state/index.tdb.damaged" <(printf 'rubbish')
rm -f "$SANDBOX/state/index.tdb.damaged"

# json-c is loaded where there is JSON to be read, and only there.
library=$(ldd "$BUILD/indexer/sync/lvindex-sync" | awk '/libjson-c/ { print $3 }')
# shellcheck disable=SC2016 # for the inner shell
without_json_c=(unshare --mount sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$library")
libvirt_event=(env VIR_BRIDGE_NAME=virbr9 "$BUILD/hook/lvindex-hook" add 52:54:00:00:00:09 192.168.150.209 nine)
fails "without it, nothing else runs" 127 "${without_json_c[@]}" "$BUILD/indexer/sync/lvindex-sync" --version
succeeds "without it, a plain event" sandbox_env "${without_json_c[@]}" "$BUILD/hook/lvindex-hook" \
    add 52:54:00:00:00:07 192.168.150.207 seven
resolves seven 192.168.150.207
echo '[{"ip-address": "192.168.150.208", "mac-address": "52:54:00:00:00:08", "hostname": "eight"}]' \
    >"$SANDBOX/libvirt/virbr9.status"
before=$(sha256sum "$INDEX" "$SANDBOX/libvirt/virbr9.status")
fails "without it, an event that has to read .status" 1 sandbox_env "${without_json_c[@]}" "${libvirt_event[@]}"
equal "it says why" 1 "$(sandbox_env "${without_json_c[@]}" "${libvirt_event[@]}" 2>&1 | grep -c 'virbr9.status: .*shared library')"
equal "nothing has changed" "$before" "$(sha256sum "$INDEX" "$SANDBOX/libvirt/virbr9.status")"
succeeds "without it, init" sandbox_env VIR_BRIDGE_NAME=virbr9 "${without_json_c[@]}" "$BUILD/hook/lvindex-hook" init
succeeds "with it, the event" sandbox_env "${libvirt_event[@]}"
resolves eight 192.168.150.208
resolves nine 192.168.150.209

finish
