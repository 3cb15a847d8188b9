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

finish
