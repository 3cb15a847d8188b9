# shellcheck shell=bash
# What the tests of `lvindex-dump --check` share: source it behind harness.sh.

MODULES=$BUILD/nss

check() {
    local status=0
    sandbox_env LD_LIBRARY_PATH="$MODULES" "$BUILD/indexer/dump/lvindex-dump" --check "$@" 2>&1 || status=$?
    echo "status $status"
}

in_order() {
    equal "in order: $1" "Nothing was found that would keep names from resolving.
status 0" "$(check)"
}

# finds WHAT TEXT...: a line for each finding, which begins with that text, and has a reason and a cure.
finds() {
    local what=$1 found
    shift
    found=$(check)
    equal "$what: so many findings" "$#" "$(grep -c '^.*: .*: .*; .*$\|^.*: [^;]*; .*$' <<<"$found")"
    local text
    for text; do
        if grep -Fq -- "$text" <<<"$found"; then
            passed "$what: $text"
        else
            failed "$what: $text" "$found"
        fi
    done
    equal "$what: exit status" "status 1" "$(tail -n 1 <<<"$found")"
}

nsswitch() {
    echo "$1" >"$SANDBOX/nsswitch.conf"
}

event() {
    succeeds "event: $*" sandbox_env LVINDEX_NETWORK="${NETWORK-}" DNSMASQ_CLIENT_ID="${CLIENT_ID-}" \
        "$BUILD/hook/lvindex-hook" "$@"
}

# check_as_nobody: the first line that a user without rights sees. The build directory may be one that others may not
# enter.
check_as_nobody() {
    if [[ ! -e $SANDBOX/open ]]; then
        mkdir "$SANDBOX/open"
        cp "$BUILD"/nss/libnss_lvindex*.so.2 "$BUILD/indexer/dump/lvindex-dump" "$SANDBOX/open"
    fi
    as_nobody LD_LIBRARY_PATH="$SANDBOX/open" "$SANDBOX/open/lvindex-dump" --check 2>&1
}

as_nobody() {
    sandbox_env "$1" setpriv --reuid=65534 --regid=65534 --clear-groups "${@:2}"
}
