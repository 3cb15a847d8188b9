#!/bin/bash
# The hook where the host has no /dev/null, or cannot have a script watched: the event counts, and what failed is told.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

needs strace unshare

SCRIPTS=$SANDBOX/config/dhcp-script.d
SCRIPT=$SCRIPTS/10-script
mkdir "$SCRIPTS"
printf '#!/bin/sh\necho ran >>%s\n' "$SANDBOX/tmp/log" >"$SCRIPT"
chmod 0755 "$SCRIPT"

# hook_ends WHAT STATUS PREFIX... -- ARGUMENT...: that status of the hook behind a prefix, and what it said in
# $SANDBOX/out and err.
hook_ends() {
    local what=$1 expected=$2 status=0
    local -a prefix=()
    shift 2
    while [[ $1 != -- ]]; do
        prefix+=("$1")
        shift
    done
    sandbox_env "${prefix[@]}" "$BUILD/hook/lvindex-hook" "${@:2}" >"$SANDBOX/out" 2>"$SANDBOX/err" || status=$?
    equal "$what: exit status" "$expected" "$status"
}

# said WHAT LINE...
said() {
    local what=$1
    shift
    equal "$what: what it says" "$(printf 'lvindex-hook: %s\n' "$@")" "$(cat "$SANDBOX/err")"
}

known() {
    equal "$1: it is known" "$2" "$(lvindex_dump --json --name="$2" | jq -r '.leases[].hostname')"
}

unknown() {
    equal "$1: it is not known" 0 "$(lvindex_dump --json --name="$2" | jq '.leases | length')"
}

# --- No /dev/null ---------------------------------------------------------------------------------------------------

# A device that there is no driver for.
mknod -m 0666 "$SANDBOX/null" c 250 250
WHY=$(dd if="$SANDBOX/null" of="$SANDBOX/tmp/out" 2>&1 | sed -n 's/.*: //; 1p') || true
without_null() {
    NULL=(unshare --mount /bin/bash -c 'mount --bind "$0" /dev/null && exec "$@"' "$SANDBOX/null" "$@")
}

without_null
rm "$SCRIPT"
hook_ends "nothing is closed" 0 "${NULL[@]}" -- add 52:54:00:00:00:01 192.0.2.1 one
equal "nothing is closed: what it says" "" "$(cat "$SANDBOX/err")"
known "nothing is closed" one
# Else a file of ours would be taken for standard input.
without_null /bin/bash -c 'exec "$@" <&-' bash
hook_ends "standard input is closed" 1 "${NULL[@]}" -- add 52:54:00:00:00:02 192.0.2.2 two
said "standard input is closed" "/dev/null: $WHY"
unknown "standard input is closed" two
hook_ends "init: a dnsmasq must start all the same" 0 "${NULL[@]}" -- init
said "init" "/dev/null: $WHY"
printf '#!/bin/sh\necho ran >>%s\n' "$SANDBOX/tmp/log" >"$SCRIPT"
chmod 0755 "$SCRIPT"
without_null
hook_ends "a script" 0 "${NULL[@]}" -- add 52:54:00:00:00:03 192.0.2.3 three
said "a script" "standard output: $WHY" "$SCRIPT: $WHY"
known "a script" three

# --- A name of this host that is no label --------------------------------------------------------------------------

LONG=$(printf 'h%.0s' {1..64})
hook_ends "a host name of 64 letters" 0 unshare --uts /bin/bash -c 'printf %s "$0" >/proc/sys/kernel/hostname && exec "$@"' "$LONG" \
    -- add 52:54:00:00:00:07 192.0.2.7 seven
known "a host name of 64 letters" seven

# --- Calls that fail ------------------------------------------------------------------------------------------------

# The sanitizers cannot look for leaks where strace looks on.
if [[ -z ${LVINDEX_SANITIZER_PRELOAD-} ]]; then
    # failing CALL ERROR: a prefix with which it fails in the hook, and not in the script.
    failing() {
        FAILING=(strace -o "$SANDBOX/strace" -e "trace=$1" -e "inject=$1:error=$2")
    }

    failing pidfd_open EMFILE
    hook_ends "not watched" 0 "${FAILING[@]}" -- add 52:54:00:00:00:04 192.0.2.4 four
    said "not watched" "$SCRIPT: cannot be watched, and is killed: Too many open files"
    known "not watched" four
    failing pipe2 EMFILE
    hook_ends "no pipe" 0 "${FAILING[@]}" -- add 52:54:00:00:00:05 192.0.2.5 five
    said "no pipe" "$SCRIPT: Too many open files"
    known "no pipe" five
    rm -f "$SANDBOX/tmp/log"
    failing wait4,waitid ECHILD
    hook_ends "its end is not told" 0 "${FAILING[@]}" -- add 52:54:00:00:00:06 192.0.2.6 six
    said "its end is not told" "$SCRIPT: No child processes"
    equal "its end is not told: it ran" ran "$(cat "$SANDBOX/tmp/log")"
fi

finish
