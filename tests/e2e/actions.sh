#!/bin/bash
# What the hook does with actions that are not its own, with bad input, and with closed standard files.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_bridge
MAC=52:54:00:00:00:0a
IP=192.168.150.200

# Before there is an index, other actions do not make one.
for action in tftp relay-snoop frobnicate; do
    succeeds "$action without an index" lvindex_hook "$action" 52:54:00:00:00:01 192.168.150.201 name
done
files_are "$SANDBOX/state"

succeeds "add" lvindex_hook add "$MAC" "$IP" alpha
resolves alpha "$IP"
before=$(identity "$INDEX")

# dnsmasq's other actions have arguments of their own.
succeeds "tftp" lvindex_hook tftp 1234 192.168.150.201 /srv/tftp/file
succeeds "relay-snoop" lvindex_hook relay-snoop fe80::1 br0 fd00:150:1::/64
succeeds "an action of the future" lvindex_hook frobnicate
succeeds "an action of the future, with arguments" lvindex_hook frobnicate "$MAC" "$IP" alpha extra
unchanged "other actions leave the index alone" "$INDEX" "$before"

# rejects WHAT [VARIABLE=VALUE...] ARGUMENT...: exit 1, one line that says what and why, the index untouched.
rejects() {
    local what=$1 status=0 before
    local -a variables=()
    shift
    while [[ $1 == *=* ]]; do
        variables+=("$1")
        shift
    done
    before=$(identity "$INDEX")
    sandbox_env "${variables[@]}" "$BUILD/hook/lvindex-hook" "$@" >"$SANDBOX/out" 2>"$SANDBOX/err" || status=$?
    equal "$what: exit status" 1 "$status"
    equal "$what: one line on stderr, as 'lvindex-hook: what: why'" 1 \
        "$(grep -Ec '^lvindex-hook: [^:]+.*: .+$' "$SANDBOX/err")$(tail -n +2 "$SANDBOX/err")"
    equal "$what: the line is printable" "" "$(LC_ALL=C tr -d '\n\40-\176' <"$SANDBOX/err")"
    equal "$what: nothing on stdout" "" "$(cat "$SANDBOX/out")"
    unchanged "$what: the index" "$INDEX" "$before"
}

# repeat TEXT COUNT
repeat() {
    # shellcheck disable=SC2046 # one argument each
    printf "$1%.0s" $(seq "$2")
}

NEW=192.168.150.201
for action in add old del; do
    rejects "$action with a bad IP" "$action" "$MAC" 192.168.150.300 name
done
rejects "an IP that is a name" add "$MAC" alpha name
rejects "an empty IP" add "$MAC" '' name
rejects "an IP with more behind it" add "$MAC" "$NEW/24" name
rejects "an IP with a newline" add "$MAC" $'192.168.150.201\n' name
rejects "a bad MAC" add 52:54:00:00:00:zz "$NEW" name
rejects "an empty MAC" add '' "$NEW" name
rejects "a MAC of 17 octets" add "$(repeat 52: 16)52" "$NEW" name
rejects "an over-long MAC" add "$(repeat 52: 40000)52" "$NEW" name
rejects "a MAC with escape sequences" add $'\e[2J' "$NEW" name
rejects "an expiry that is a word" DNSMASQ_LEASE_EXPIRES=soon add "$MAC" "$NEW" name
rejects "an expiry below zero" DNSMASQ_LEASE_EXPIRES=-1 add "$MAC" "$NEW" name
rejects "an expiry with more behind it" DNSMASQ_LEASE_EXPIRES=17x add "$MAC" "$NEW" name
rejects "an expiry beyond 64 bits" DNSMASQ_LEASE_EXPIRES=99999999999999999999 add "$MAC" "$NEW" name
rejects "a length that is a word" DNSMASQ_LEASE_LENGTH=long add "$MAC" "$NEW" name
rejects "a bad client-id" DNSMASQ_CLIENT_ID=xyz add "$MAC" "$NEW" name
rejects "a client-id of 256 octets" "DNSMASQ_CLIENT_ID=$(repeat 01: 255)01" add "$MAC" "$NEW" name
rejects "a bad DUID" DNSMASQ_IAID=1 add nonsense fd00:150::5 name
rejects "a bad IAID" DNSMASQ_IAID=one add 00:01:02 fd00:150::5 name
rejects "an IAID beyond 32 bits" DNSMASQ_IAID=4294967296 add 00:01:02 fd00:150::5 name
rejects "a bad IPv6 MAC" DNSMASQ_IAID=1 DNSMASQ_MAC=zz add 00:01:02 fd00:150::5 name
rejects "an over-long host name" add "$MAC" "$NEW" "$(repeat n 256)"
rejects "a huge host name" add "$MAC" "$NEW" "$(repeat n 131000)"
rejects "an over-long domain" "DNSMASQ_DOMAIN=$(repeat d. 150)d" add "$MAC" "$NEW" name
rejects "an over-long interface" DNSMASQ_INTERFACE=abcdefghijklmnop add "$MAC" "$NEW" name
rejects "an over-long network" "LVINDEX_NETWORK=$(repeat n 64)" add "$MAC" "$NEW" name
for action in arp-add arp-del; do
    rejects "$action with a bad IP" "$action" "$MAC" 192.168.150.300
    rejects "$action with a bad MAC" "$action" 52:54:00:00:00:zz "$NEW"
    rejects "$action with a bad network" LVINDEX_NETWORK=a/b "$action" "$MAC" "$NEW"
done
rejects "a network that is a path" LVINDEX_NETWORK=../etc add "$MAC" "$NEW" name

# Wrong usage.
fails "no arguments" 2 lvindex_hook
for action in add old del; do
    fails "$action alone" 2 lvindex_hook "$action"
    fails "$action without an address" 2 lvindex_hook "$action" "$MAC"
done
for action in arp-add arp-del; do
    fails "$action alone" 2 lvindex_hook "$action"
    fails "$action without an address" 2 lvindex_hook "$action" "$MAC"
done
fails "an unknown option" 2 lvindex_hook --frobnicate
succeeds "--help" lvindex_hook --help
succeeds "--version" lvindex_hook --version
unchanged "wrong usage leaves the index alone" "$INDEX" "$before"

# A name that may not be indexed is no error.
succeeds "a host name of 64 bytes" lvindex_hook add 52:54:00:00:00:01 "$NEW" "$(repeat n 64)"
unresolved "$(repeat n 64)"
lease_dumped "$NEW" 'has("hostname")' false
succeeds "a dotted host name" lvindex_hook old 52:54:00:00:00:01 "$NEW" a.b.c
unresolved a.b.c
succeeds "hardware types and lengths that are real" lvindex_hook add 20- 192.168.150.202 infiniband
succeeds "hardware types and lengths that are real" lvindex_hook add 06-aa:bb:cc:dd:ee:ff 192.168.150.203 token-ring
resolves infiniband 192.168.150.202
lease_dumped 192.168.150.203 '."mac-address"' 06-aa:bb:cc:dd:ee:ff

# Closed standard files: the first file opened is not mistaken for one of them. On a damaged index the hook has
# something to say while it has files open.
closed() {
    local which=$1
    shift
    case $which in
    all) lvindex_hook "$@" <&- >&- 2>&- ;;
    output) lvindex_hook "$@" >&- 2>&- ;;
    error) lvindex_hook "$@" 2>&- ;;
    input-and-error) lvindex_hook "$@" <&- 2>&- ;;
    esac
}
for which in all output error input-and-error; do
    succeeds "add with closed files: $which" closed "$which" add 52:54:00:00:00:02 192.168.150.210 closed
    resolves closed 192.168.150.210
    before=$(identity "$INDEX")
    fails "bad input with closed files: $which" 1 closed "$which" add "$MAC" nonsense name
    unchanged "no message has gone into the index" "$INDEX" "$before"
    printf 'rubbish' >"$INDEX.bad"
    mv "$INDEX.bad" "$INDEX"
    succeeds "add to a damaged index with closed files: $which" closed "$which" add "$MAC" "$IP" alpha
    succeeds "the index is sound" grep -q 'integrity is OK' <(tdbtool "$INDEX" check)
    resolves alpha "$IP"
    equal "nothing has gone into the other files" "index.tdb.damaged:7 lock:0" \
        "$(find "$SANDBOX/state" -type f ! -name index.tdb ! -name index.old -printf '%f:%s\n' | sort | xargs)"
    rm -f "$INDEX.damaged"
done

finish
