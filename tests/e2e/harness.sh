# shellcheck shell=bash
# What the end-to-end tests share: source it first. It moves the script into a sandbox (see ../lib/sandbox.sh),
# and gives it a recorder of lease events and the checks. A script ends with `finish`.
#
# Environment: BUILD, the build directory (default: build/ of the project). Exit: 0 passed, 1 failed, 77 skipped.

set -euo pipefail

E2E_DIR=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
PROJECT=${E2E_DIR%/tests/e2e}
BUILD=$(cd "${BUILD:-$PROJECT/build}" && pwd)
export BUILD

# shellcheck source=SCRIPTDIR/../lib/sandbox.sh
source "$PROJECT/tests/lib/sandbox.sh"
# shellcheck source=SCRIPTDIR/../lib/checks.sh
source "$PROJECT/tests/lib/checks.sh"

skip() {
    echo "1..0 # SKIP $1"
    exit 77
}

# needs PROGRAM...: skips the script when one is not installed.
needs() {
    local program
    for program; do
        [[ -n $(PATH=$SANDBOX_PATH type -P "$program") ]] || skip "$program is not installed"
    done
}

if [[ -z $SANDBOX ]]; then
    needs dnsmasq udhcpc dhclient tdbdump jq ip nsenter unshare pgrep getent
    reason=$(sandbox_possible) || skip "$reason"
fi
sandbox_enter "$@"

INDEX=$SANDBOX/state/index.tdb
EVENTS=$SANDBOX/events
HOOK=$SANDBOX/bin/record-event

# --- Recording events -----------------------------------------------------------------------------------------

# dnsmasq calls this recorder, which calls the hook as it was called itself and then notes, in one line: the
# exit status, the arguments, and dnsmasq's variables. A test thus knows when an event was dealt with.
cat >"$HOOK" <<EOF
#!/bin/sh
$BUILD/hook/lvindex-hook "\$@"
status=\$?
# %q: host names are hostile.
/bin/bash -c 'printf "%s" "\$0"; printf " %q" "\$@"; for name in \${!DNSMASQ_*}; do
    printf " %s=%q" "\$name" "\${!name}"; done; echo' \$status "\$@" >>$EVENTS
exit \$status
EOF
chmod +x "$HOOK"
: >"$EVENTS"
EVENTS_SEEN=0

# From here on, only events that come after count.
events_forget() {
    EVENTS_SEEN=$(wc -l <"$EVENTS")
}

# event_seen REGEX: was an event noted whose arguments and variables match? Its line starts with a space.
event_seen() {
    tail -n "+$((EVENTS_SEEN + 1))" "$EVENTS" | sed 's/^[0-9]*//' | grep -Eq -- "$1"
}

# wait_event REGEX: waits until one was dealt with.
wait_event() {
    if wait_until "${2-15}" event_seen "$1"; then
        return
    fi
    failed "an event matching '$1' comes" "none of these matches:" "$(tail -n "+$((EVENTS_SEEN + 1))" "$EVENTS")"
}

# Waits until no event has come for a second.
events_settle() {
    local before
    until before=$(wc -l <"$EVENTS") && sleep 1 && [[ $(wc -l <"$EVENTS") == "$before" ]]; do
        :
    done
}

# --- The usual network ----------------------------------------------------------------------------------------

# lab_bridge: the addresses of the upper half are for clients, see resolves_in_order.
lab_bridge() {
    bridge_add br0 192.168.150.1/24 fd00:150::1/64
}

# lab_start ARGUMENT...: the bridge, and a dnsmasq on it for IPv4 and IPv6, with the recorder as its script.
lab_start() {
    lab_bridge
    dnsmasq_start "${LAB[@]}" --dhcp-script="$HOOK" "$@"
}

LAB=(
    --interface=br0
    --dhcp-range=192.168.150.128,192.168.150.254,1h
    --dhcp-range=fd00:150::100,fd00:150::1ff,64,1h
    --enable-ra
)

# macs_write BRIDGE GUEST=MAC[,MAC...]...: the file in which libvirt keeps the running guests of a network.
macs_write() {
    local file=$SANDBOX/libvirt/$1.macs
    shift
    jq -n '[$ARGS.positional[] | capture("^(?<domain>.*)=(?<macs>.*)$") | .macs |= split(",")]' --args "$@" \
        >"$file.new"
    mv "$file.new" "$file"
}

# --- Checks ---------------------------------------------------------------------------------------------------

# resolves_in_order NAME ADDRESS...: exactly so. glibc sorts what getaddrinfo returns by how many leading bits an
# address shares with the one it would be reached from (RFC 6724, rule 9), and keeps our order between equals: the
# addresses must be in one half of their network, and the bridge's in the other.
resolves_in_order() {
    local name=$1
    shift
    equal "getent ahosts $name, in order" "$(lines "$@")" "$(addresses_of ahosts "$name")"
    equal "getent ahosts $name, in order, as gethostbyname tells them" "$(lines "$@")" "$(addresses_of hosts "$name")"
}

# reverse ADDRESS NAME...: the canonical name and then the aliases; without NAME, none is known.
reverse() {
    local address=$1 output status=0
    shift
    output=$(lookup hosts "$address" 2>&1 | tr -s ' '; exit "${PIPESTATUS[0]}") || status=$?
    if ((status != 0)); then
        output="status $status${output:+: $output}"
    fi
    if (($# == 0)); then
        equal "getent hosts $address: unknown" "status 2" "$output"
    else
        equal "getent hosts $address" "$address $*" "$output"
    fi
}

# dumped WHAT FILTER EXPECTED: what jq's FILTER (raw, compact) makes of `lvindex-dump --json`.
dumped() {
    equal "$1" "$3" "$(lvindex_dump --json 2>&1 | jq -rc "$2" 2>&1)"
}

# lease_dumped ADDRESS FILTER EXPECTED: of the one lease with this address; "null" when there is none.
lease_dumped() {
    dumped "lvindex-dump: $2 of $1" ".leases | map(select(.[\"ip-address\"] == \"$1\")) | .[0] | $2" "$3"
}

# not_dumped ADDRESS: there is no lease with it any more.
not_dumped() {
    dumped "lvindex-dump: no lease $1" "[.leases[] | select(.[\"ip-address\"] == \"$1\")] | length" 0
}

# table_shows TEXT...: each is somewhere in the table that people read.
table_shows() {
    local table text
    table=$(lvindex_dump 2>&1) || true
    for text; do
        if [[ $table == *"$text"* ]]; then
            passed "lvindex-dump: shows '$text'"
        else
            failed "lvindex-dump: shows '$text'" "$table"
        fi
    done
}

# What tells whether a file was written or replaced: device, inode, size, times, and the bytes.
identity() {
    stat -c '%d:%i:%s:%Y:%Z' "$1"
    sha256sum <"$1"
}

# unchanged WHAT FILE IDENTITY
unchanged() {
    equal "$1" "$3" "$(identity "$2")"
}

# files_are DIRECTORY NAME:MODE...: exactly these files.
files_are() {
    local directory=$1
    shift
    equal "files in ${directory##*/}" "$(lines "$@" | sort)" \
        "$(find "$directory" -mindepth 1 -printf '%P:%m\n' | sort)"
}

# state_is_clean: nothing is left in the state directory but the index and the lock; a base, the index before, and the
# base that was just replaced may be there.
state_is_clean() {
    equal "files in state" "$(lines index.tdb:644 lock:600)" \
        "$(find "$SANDBOX/state" -mindepth 1 -printf '%P:%m\n' | grep -Ev '^index\.old:|^base-[0-9]+\.tdb:644$' | sort)"
    equal "bases in state: two at the most" "" "$(find "$SANDBOX/state" -name 'base-*.tdb' | sed 1,2d)"
}

# --- Ending ---------------------------------------------------------------------------------------------------

# Whatever a test is about: no event fails that is not meant to, and nothing is left beside the index.
finish() {
    if [[ -n $DNSMASQ_PID ]]; then
        dnsmasq_stop
        equal "no event failed" "" "$(grep -v '^0 ' "$EVENTS" || true)"
        equal "dnsmasq has nothing to say about its script" "" \
            "$(grep -E 'script process|dnsmasq-script|lease-init' "$DNSMASQ_LOG" || true)"
    fi
    state_is_clean
    echo "1..$CHECKS"
    trap - EXIT
    if ((FAILURES > 0)); then
        tell
        exit 1
    fi
    exit 0
}

# What one wants to see of a test that failed.
tell() {
    local log
    for log in "$EVENTS" "$SANDBOX"/dnsmasq.log "$SANDBOX"/dnsmasq.out "$SANDBOX"/client/*/*.log; do
        if [[ -s $log ]]; then
            echo "# ---- ${log#"$SANDBOX"/}"
            grep -v 'sent size:' "$log" | tail -n 100 | sed 's/^/# /'
        fi
    done
    if [[ -e $INDEX ]]; then
        echo "# ---- lvindex-dump"
        lvindex_dump 2>&1 | sed 's/^/# /'
    fi
}

aborted() {
    local status=$?
    echo "Bail out! ${0##*/} ended with status $status before its end${ABORTED_AT:+, at $ABORTED_AT}"
    tell
    exit "$((status == 0 || status == 77 ? 1 : status))"
}

set -E
ABORTED_AT=
# The command, and the line of the script itself, whatever function it called.
trap 'ABORTED_AT="line $((${#BASH_LINENO[@]} > 1 ? BASH_LINENO[-2] : LINENO)): $BASH_COMMAND"' ERR
trap aborted EXIT
