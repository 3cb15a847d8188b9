#!/bin/bash
# Static entries: the administrator's file, by itself, beside real leases, and followed by --watch; and who answers first:
# what is static, then leases, then neighbours.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

GUEST=52:54:00:00:00:0a
OTHER=52:54:00:00:00:0b
STATIC=$SANDBOX/config/static

static() {
    printf '%s\n' "$@" >"$STATIC.new"
    mv "$STATIC.new" "$STATIC"
}

export LVINDEX_NETWORK=br0
lab_start
macs_write br0 "guest=$GUEST"
client_add guest br0 "$GUEST"
client_add other br0 "$OTHER"

# --- Who goes before whom ----------------------------------------------------------------------------------------

# A neighbour alone; then a lease; then a static entry. And the other way round.
succeeds "arp-add" lvindex_hook arp-add "$GUEST" 192.168.150.20
resolves guest 192.168.150.20
udhcpc_start guest -x hostname:box
wait_event "add $GUEST $(ip4 guest) box"
lease=$(ip4 guest)
resolves guest "$lease"
resolves box "$lease"
static '# the real one' "192.168.150.10 box box.corp.example mac=$GUEST network=br0"
succeeds "lvindex-sync" lvindex_sync
resolves guest 192.168.150.10
resolves box 192.168.150.10
resolves box.corp.example 192.168.150.10
reverse 192.168.150.10 guest
equal "the host's names of it" "box.corp.example box" "$(lookup -s lvindex hosts 192.168.150.10 | awk '{ print $2, $3, $4 }' | xargs)"
explained=$(lvindex_dump --explain guest)
equal "--explain: each with its place" \
    "answers: static|kept back: a static entry answers instead|kept back: a static entry answers instead" \
    "$(grep '^guest ' <<<"$explained" | grep -oE 'answers: static|(kept back|last resort): .*' | paste -sd '|')"
succeeds "--explain tells where it comes from" grep -q "$STATIC" <<<"$explained"
static
succeeds "lvindex-sync" lvindex_sync
resolves guest "$lease"
resolves box "$lease"
unresolved box.corp.example
# By its name alone: it is the guest's name, too.
static "192.168.150.10 guest"
succeeds "lvindex-sync" lvindex_sync
for module in lvindex_guest lvindex; do
    equal "guest, by $module" 192.168.150.10 "$(lookup -s "$module" hosts guest | awk '{ print $1 }')"
done
resolves GUEST 192.168.150.10
reverse 192.168.150.10 guest
reverse "$lease" guest
equal "--explain: both modules, and why" \
    "answers: static|kept back: a static entry answers instead|kept back: a static entry answers instead|answers: static" \
    "$(lvindex_dump --explain guest | grep -oE 'answers: static|(kept back|last resort): .*' | paste -sd '|')"
equal "--hosts: one line of that name" "192.168.150.10 guest" "$(lvindex_dump --hosts | grep -w guest | xargs)"
succeeds "--hosts-file" lvindex_sync --hosts-file="$SANDBOX/tmp/hosts"
equal "--hosts-file: the same" "192.168.150.10 guest" "$(grep -w guest "$SANDBOX/tmp/hosts" | xargs)"
equal "getent hosts without a name: each address once" "192.168.150.10 192.168.150.20 $lease" \
    "$(lookup hosts | awk '/ guest$/ { print $1 }' | sort | xargs)"
# Also with the guest's network behind it, which nobody wrote down; so for its MAC, with a lease or without.
resolves guest.br0 192.168.150.10
static "192.168.150.10 mac=$GUEST"
succeeds "lvindex-sync" lvindex_sync
resolves guest 192.168.150.10
resolves guest.br0 192.168.150.10
succeeds "--explain guest.br0 shows the entry" grep -q "$STATIC .*answers: static" \
    <<<"$(lvindex_dump --explain guest.br0)"
macs_write br0 "renamed=$GUEST"
succeeds "lvindex-sync" lvindex_sync
resolves renamed.br0 192.168.150.10
unresolved guest.br0
macs_write br0 "guest=$GUEST"
static
succeeds "lvindex-sync" lvindex_sync
resolves guest "$lease"
udhcpc_release guest
wait_event "del $GUEST $lease box"
resolves guest 192.168.150.20
static "192.168.150.10 mac=$GUEST"
succeeds "lvindex-sync" lvindex_sync
resolves guest.br0 192.168.150.10
static
succeeds "lvindex-sync" lvindex_sync

# What libvirt only reserves for it puts it nowhere: its lease answers, until it has no other.
udhcpc_start guest -x hostname:box
wait_event "add $GUEST $(ip4 guest) box"
lease=$(ip4 guest)
printf 'interface=br0\ndhcp-range=192.168.150.2,192.168.150.254\n' >"$SANDBOX/libvirt/default.conf"
echo "$GUEST,192.168.150.61,box" >"$SANDBOX/libvirt/default.hostsfile"
succeeds "lvindex-sync" lvindex_sync
resolves box "$lease"
resolves guest "$lease"
explained=$(lvindex_dump --explain box)
succeeds "--explain: the lease answers" grep -q "$lease .*answers\$" <<<"$explained"
succeeds "--explain: instead of the other" grep -q "192.168.150.61 .*kept back: a lease answers instead" <<<"$explained"
succeeds "add, by hand" lvindex_hook add "$OTHER" 192.168.150.31 box
resolves box "$lease"
reverse 192.168.150.31
succeeds "del, by hand" lvindex_hook del "$OTHER" 192.168.150.31 box
udhcpc_release guest
wait_event "del $GUEST $lease"
resolves box 192.168.150.61
succeeds "--explain: until there is none" grep -q "answers: reserved" <<<"$(lvindex_dump --explain box)"
rm "$SANDBOX"/libvirt/default.*
succeeds "lvindex-sync" lvindex_sync
unresolved box
resolves guest 192.168.150.20

# Whose name it is: another machine that calls itself so is refused, until the entry is gone.
udhcpc_start other -x hostname:printer
wait_event "add $OTHER $(ip4 other) printer"
resolves printer "$(ip4 other)"
static "192.168.150.11 printer"
succeeds "lvindex-sync" lvindex_sync
resolves printer 192.168.150.11
equal "its address has no name" "" "$(addresses_of hosts "$(ip4 other)" | grep -v status)"
succeeds "--explain tells whose it is" grep -q "static entry" <<<"$(lvindex_dump --explain "$(ip4 other)")"
static "192.168.150.11 printer" "$(ip4 other) printer2"
succeeds "lvindex-sync" lvindex_sync
reverse "$(ip4 other)" printer2
static
succeeds "lvindex-sync" lvindex_sync
resolves printer "$(ip4 other)"

# This host's own name is nobody else's.
static "192.168.150.12 $(uname -n) spare"
succeeds "lvindex-sync" lvindex_sync
equal "this host's name" "status 2" "$(lookup -s lvindex hosts "$(uname -n)" >/dev/null; echo "status $?")"
resolves spare 192.168.150.12

# --- Who reads it ------------------------------------------------------------------------------------------------

# The hook, at the next event of whatever lease.
static "fd00:150::7 six" "192.168.150.7 seven six"
udhcpc_kill other
udhcpc_start other -x hostname:scanner
wait_event "old $OTHER $(ip4 other) scanner" || true
resolves six 192.168.150.7 fd00:150::7
resolves seven 192.168.150.7
unresolved spare

# --watch, at once.
exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch >/dev/null 2>"$SANDBOX/watch.err" &
watcher=$!
is_now() {
    [[ $(addresses_of ahosts "$1") == "$2" ]]
}
becomes() {
    wait_until 10 is_now "$1" "$2" || true
    equal "getent ahosts $1" "$2" "$(addresses_of ahosts "$1")"
}
static "192.168.150.8 eight"
becomes eight 192.168.150.8
becomes six "status 2"
rm "$STATIC"
becomes eight "status 2"
rmdir "$SANDBOX/config"
mkdir "$SANDBOX/config"
static "192.168.150.9 nine"
becomes nine 192.168.150.9
# ... and the settings beside it.
past=$((EPOCHSECONDS - 100))
DNSMASQ_LEASE_EXPIRES=$past succeeds "an expired lease" sandbox_env "DNSMASQ_LEASE_EXPIRES=$past" \
    "$BUILD/hook/lvindex-hook" add "$GUEST" 192.168.150.30 box
succeeds "arp-del" lvindex_hook arp-del "$GUEST" 192.168.150.20
unresolved guest
echo grace=3600 >"$SANDBOX/config/lvindex.conf.new"
mv "$SANDBOX/config/lvindex.conf.new" "$SANDBOX/config/lvindex.conf"
becomes guest 192.168.150.30
kill "$watcher"
wait "$watcher" || true

# --- Tools -------------------------------------------------------------------------------------------------------

static "192.168.150.10 box web.corp.example mac=$GUEST network=br0" "192.168.150.11 printer"
succeeds "lvindex-sync" lvindex_sync
equal "the table" "br0 192.168.150.10 $GUEST box guest static - br0 192.168.150.10 - web.corp.example - static -" \
    "$(lvindex_dump --address=192.168.150.10 | tail -n +2 | xargs)"
equal "JSON" '["static","","192.168.150.11","printer",[]] ["static","br0","192.168.150.10","box",["guest"]] ["static","br0","192.168.150.10","web",[]]' \
    "$(lvindex_dump --json | jq -c '.entries[] | select(.kind == "static") | [.kind, .network, ."ip-address", .hostname, .guests]' | xargs -d '\n')"
equal "JSON: leases are leases" "lease" "$(lvindex_dump --json | jq -r '[.leases[].kind // "lease"] | unique[]')"
succeeds "--hosts" grep -q '^192.168.150.10.*web.corp.example' <<<"$(lvindex_dump --hosts)"
equal "--check finds nothing in the sources" "" "$(lvindex_dump --check | grep -i 'static\|change' || true)"

# It is forgotten where it is written down.
before=$(identity "$INDEX")
fails "--forget of a static entry" 1 lvindex_sync --forget printer
succeeds "it says what to do" grep -q "static entry 192.168.150.11: take it out of $STATIC" \
    <<<"$(lvindex_sync --forget printer 2>&1 || true)"
unchanged "the index" "$INDEX" "$before"
# ... but a neighbour was only seen.
succeeds "arp-add" lvindex_hook arp-add "$GUEST" 192.168.150.20
succeeds "--forget of a neighbour" lvindex_sync --forget 192.168.150.20
equal "it is gone" "" "$(lvindex_dump --address=192.168.150.20 | tail -n +2)"

# --- What is wrong with it ---------------------------------------------------------------------------------------

# Told with its place; no other line is lost.
static "192.168.150.10 box" "192.168.150 printer" "  192.168.150.12 spa!re" "192.168.150.13 last"
fails "lvindex-sync with bad lines" 1 lvindex_sync
equal "each with its place" "static:2:1: static:3:18:" "$(lvindex_sync 2>&1 | grep -o 'static:[0-9]*:[0-9]*:' | xargs)"
resolves box 192.168.150.10
resolves last 192.168.150.13
unresolved printer
equal "--check names both" 2 "$(lvindex_dump --check | grep -c 'static:[23]:')"
equal "the hook does not read it again" "" "$(lvindex_hook arp-add "$GUEST" 192.168.150.21 2>&1)"
static "192.168.150.10 box" "192.168.150 printer" "  192.168.150.12 spa!re" "192.168.150.13 last" "192.168.150.14 new"
hook_said=$(lvindex_hook arp-add "$GUEST" 192.168.150.20 2>&1)
resolves new 192.168.150.14
equal "the hook tells them, too, and does its work" "static:2:1: static:3:18:" \
    "$(grep -o 'static:[0-9]*:[0-9]*:' <<<"$hook_said" | xargs)"
equal "... once" "" "$(lvindex_hook arp-add "$GUEST" 192.168.150.21 2>&1)"
touch "$STATIC"
equal "... not when it was only touched" "" "$(lvindex_hook arp-add "$GUEST" 192.168.150.21 2>&1)"
succeeds "arp-del" lvindex_hook arp-del "$GUEST" 192.168.150.21
equal "a pass by hand tells them all the same" "static:2:1: static:3:18:" \
    "$(lvindex_sync 2>&1 | grep -o 'static:[0-9]*:[0-9]*:' | xargs)"
equal "the neighbour is in" 192.168.150.20 "$(lvindex_dump --address=192.168.150.20 --json | jq -r '.entries[0]."ip-address"')"

# Whoever asks once is told all; whoever is called again and again, enough.
static $'192.168.150.10 box\nno\nno\nno\nno\nno\nno\nno'
equal "a pass by hand names each" 7 "$(lvindex_sync 2>&1 | grep -c 'static:[0-9]*:1:')"
equal "... and again" 7 "$(lvindex_sync 2>&1 | grep -c 'static:[0-9]*:1:')"
equal "--check names each" 7 "$(lvindex_dump --check | grep -c 'static:[0-9]*:1:')"
static $'192.168.150.10 box\nno\nno\nno\nno\nno\nno'
equal "the hook names five" "5 1" "$(lvindex_hook arp-add "$GUEST" 192.168.150.20 2>&1 |
    awk '/static:[0-9]+:1:/ { told++ } /static: 1 more bad line:/ { more++ } END { print told, more }')"
static "192.168.150.10 box" "192.168.150.13 last"
succeeds "lvindex-sync without bad lines" lvindex_sync

# One that anybody may write is not read; what was known stays.
chmod 0666 "$STATIC"
fails "lvindex-sync with a file of anybody's" 1 lvindex_sync
resolves last 192.168.150.13
chmod 0644 "$STATIC"
chown 65534 "$STATIC"
fails "lvindex-sync with a file of another user's" 1 lvindex_sync
resolves last 192.168.150.13
# Nor do names go for the moment in which somebody writes it in place, or with the whole directory.
rm "$STATIC"
static "192.168.150.13 last" "192.168.150.14 old"
succeeds "lvindex-sync" lvindex_sync
resolves old 192.168.150.14
: >"$STATIC"
(sleep 0.1 && echo "192.168.150.13 last" >>"$STATIC") &
succeeds "an event while it is written" lvindex_hook arp-add "$GUEST" 192.168.150.20
wait $!
resolves last 192.168.150.13
unresolved old
mv "$SANDBOX/config" "$SANDBOX/config.aside"
equal "the hook names it with its missing directory" \
    "lvindex-hook: $STATIC: its directory is missing: what it said stays" \
    "$(lvindex_hook arp-add "$GUEST" 192.168.150.21 2>&1 | grep static)"
fails "lvindex-sync without the directory" 1 lvindex_sync
resolves last 192.168.150.13
mv "$SANDBOX/config.aside" "$SANDBOX/config"
# A file that is no text costs nothing but itself.
rm "$STATIC"
head -c 100000 /dev/urandom >"$STATIC"
fails "lvindex-sync with noise" 1 lvindex_sync
unresolved last
rm "$STATIC"
mkfifo "$STATIC"
fails "lvindex-sync with a pipe" 1 lvindex_sync
rm "$STATIC"
succeeds "lvindex-sync without the file" lvindex_sync
state_is_clean

finish
