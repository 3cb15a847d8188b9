#!/bin/bash
# Programs that never ask NSS: lvindex-sync --hosts-file keeps a file that they read, or that a DNS server answers
# them from.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
needs go musl-gcc strace

PROGRAMS=$BUILD/tests/e2e/programs
NAMES=$SANDBOX/names
FILE=$NAMES/hosts
LEASES=$SANDBOX/many.leases
WATCH_ERRORS=$SANDBOX/watch.err
WATCH_PID=

watch_start() {
    exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --hosts-file="$FILE" --leases="many=$LEASES" \
        </dev/null 2>>"$WATCH_ERRORS" >"$SANDBOX/watch.out" &
    WATCH_PID=$!
}

# event SECONDS ACTION MAC IP [NAME]: as the hook of another process tells it, with so much time left.
event() {
    local seconds=$1
    shift
    sandbox_env LVINDEX_NETWORK=other DNSMASQ_LEASE_EXPIRES=$(($(date +%s) + seconds)) "$BUILD/hook/lvindex-hook" "$@"
}

# has ADDRESS NAME: is this a line of the file?
has() {
    grep -qFx "$1"$'\t'"$2" "$FILE"
}

has_not() {
    ! has "$@"
}

# says TEXT...: exactly these are the watcher's complaints since the last call.
says() {
    equal "what the watcher says: ${1:-nothing}" "$(lines "$@")" "$(cat "$WATCH_ERRORS")"
    : >"$WATCH_ERRORS"
}

# --- A directory that comes later ---------------------------------------------------------------------------------

: >"$LEASES"
watch_start
succeeds "a missing directory is told" wait_until 5 test -s "$WATCH_ERRORS"
event 3600 add 52:54:00:00:01:01 198.51.100.1 first
sleep 0.3
says "lvindex-sync: $FILE: No such file or directory"
mkdir "$NAMES"
succeeds "the file is there with its directory" wait_until 1 has 198.51.100.1 first
equal "mode and owner" "644 0:0" "$(stat -c '%a %u:%g' "$FILE")"
files_are "$NAMES" hosts:644

# --- A machine, by a real dnsmasq that runs the hook ---------------------------------------------------------------

lab_start --domain=lab.example --script-on-renewal
client_add alpha br0 52:54:00:00:00:0a
udhcpc_start alpha -x hostname:alpha
wait_event "^ add .* $(ip4 alpha) alpha"
succeeds "the hook's event is in the file within a second" wait_until 1 has "$(ip4 alpha)" alpha.lab.example
equal "the file is what lvindex-dump --hosts prints" "$(lvindex_dump --hosts)" "$(cat "$FILE")"
equal "the canonical name comes first" "$(lines alpha.lab.example alpha)" \
    "$(awk -v ip="$(ip4 alpha)" '$1 == ip { print $2 }' "$FILE")"

# --- Programs that read the file -----------------------------------------------------------------------------------

# with_etc DIRECTORY COMMAND...: where this is /etc.
with_etc() {
    # shellcheck disable=SC2016 # the inner shell's
    unshare --mount -- sh -c 'mount --bind "$0" /etc && exec "$@"' "$@"
}

# A container that has the one file as it is now, and one that has its directory.
mkdir "$SANDBOX/etc.file" "$SANDBOX/etc.directory" "$SANDBOX/etc.dns"
touch "$SANDBOX/etc.file/hosts"
# They ask DNS as well, where nobody answers.
echo 'options timeout:1 attempts:1' | tee "$SANDBOX/etc.file/resolv.conf" >"$SANDBOX/etc.directory/resolv.conf"
ln -s "$FILE" "$SANDBOX/etc.directory/hosts"
with_file() {
    # shellcheck disable=SC2016 # the inner shell's
    with_etc "$SANDBOX/etc.file" sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$FILE" "$@"
}
with_directory() {
    with_etc "$SANDBOX/etc.directory" "$@"
}

# known_to COMMAND... : alpha is, by both its names and its address.
known_to() {
    equal "$*: its names" "$(lines "$(ip4 alpha)" "$(ip4 alpha)")" "$("$@" alpha alpha.lab.example 2>&1)"
    equal "$*: its address" alpha.lab.example "$("$@" "$(ip4 alpha)" 2>&1 | awk '{ print $1 }' | sed 's/\.$//')"
    fails "$*: no other name" 1 "$@" beta
}
for way in with_file with_directory; do
    for program in lookup-go lookup-musl; do
        known_to "$way" "$PROGRAMS/$program"
    done
done
for program in lookup-go lookup-musl; do
    fails "$program does not know it otherwise" 1 with_etc "$SANDBOX/etc.file" "$PROGRAMS/$program" alpha
done
# Built with cgo, Go asks the modules by itself, as nsswitch.conf names services that it does not know.
host_program "$PROGRAMS/lookup-cgo" \
    alpha.lab.example >"$SANDBOX/cgo.out" 2>&1 || true
equal "Go with cgo asks the modules" "$(ip4 alpha)" "$(cat "$SANDBOX/cgo.out")"

# What waits for a line before it looks up the name, which has no lease before.
with_directory sh -c 'read -r line; exec "$@"' - "$PROGRAMS/lookup-musl" later >"$SANDBOX/later.out" 2>&1 < <(
    event 3600 add 52:54:00:00:01:02 198.51.100.2 later
    wait_until 5 has 198.51.100.2 later
    echo
)
equal "a container that ran before sees the change" 198.51.100.2 "$(cat "$SANDBOX/later.out")"

# --- DNS servers that read the file --------------------------------------------------------------------------------

# dns_start ADDRESS OPTION...: a dnsmasq that answers there; its process is in $!.
dns_start() {
    local address=$1
    shift
    "$SANDBOX/bin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
        --bind-interfaces --listen-address="$address" --local=/lab.example/ --domain-needed "$@" </dev/null >"$SANDBOX/dns.out" 2>&1 &
}

# by_dns ADDRESS COMMAND...: as on a machine that asks this server and has nothing else.
by_dns() {
    echo "nameserver $1" >"$SANDBOX/etc.dns/resolv.conf"
    echo 'hosts: dns' >"$SANDBOX/etc.dns/nsswitch.conf"
    shift
    with_etc "$SANDBOX/etc.dns" "$@"
}

answers() {
    by_dns "$1" getent ahostsv4 "$2" | grep -q "^$3 "
}
no_answer() {
    ! by_dns "$1" getent ahostsv4 "$2"
}

dns_start 127.0.0.1 --hostsdir="$NAMES"
dns_start 127.0.0.2 --addn-hosts="$FILE"
ADDN_PID=$!
for server in 127.0.0.1 127.0.0.2; do
    succeeds "DNS at $server: alpha" wait_until 5 answers "$server" alpha "$(ip4 alpha)"
    known_to by_dns "$server" "$PROGRAMS/lookup-go"
    known_to by_dns "$server" "$PROGRAMS/lookup-musl"
    equal "DNS at $server, backwards" "$(ip4 alpha) alpha.lab.example" \
        "$(by_dns "$server" getent hosts "$(ip4 alpha)" | awk '{ print $1, $2 }')"
done
client_add beta br0 52:54:00:00:00:0b
udhcpc_start beta -x hostname:beta
succeeds "--hostsdir: a new machine, by itself" wait_until 5 answers 127.0.0.1 beta.lab.example "$(ip4 beta)"
kill -HUP "$ADDN_PID"
succeeds "--addn-hosts: a new machine, after SIGHUP" wait_until 5 answers 127.0.0.2 beta.lab.example "$(ip4 beta)"

# --- When it is written, and when not ------------------------------------------------------------------------------

succeeds "the file has settled" wait_until 5 has "$(ip4 beta)" beta
before=$(identity "$FILE")
generation=$(lvindex_dump --json | jq .generation)
events_forget
udhcpc_renew alpha
wait_event "^ old .* $(ip4 alpha) alpha"
event 3600 add 52:54:00:00:01:09 198.51.100.9
macs_write br7 nobody=52:54:00:00:01:77
sleep 1
if (($(lvindex_dump --json | jq .generation) > generation)); then
    passed "the index changed meanwhile"
else
    failed "the index changed meanwhile" "generation $generation"
fi
unchanged "what changes no answer leaves the file alone" "$FILE" "$before"

udhcpc_release beta
beta_is_gone() {
    ! grep beta "$FILE"
}
succeeds "a release takes the lines away" wait_until 2 beta_is_gone
succeeds "and --hostsdir's answer" wait_until 5 no_answer 127.0.0.1 beta.lab.example

event 3 add 52:54:00:00:01:03 198.51.100.3 brief
succeeds "a short lease is a line" wait_until 1 has 198.51.100.3 brief
succeeds "which goes when it expires" wait_until 5 has_not 198.51.100.3 brief
succeeds "and not much later" test "$(date +%s)" -le $(($(lvindex_dump --json |
    jq '.leases[] | select(."ip-address" == "198.51.100.3") | ."expiry-time"') + 1))

# --- What others do to it ------------------------------------------------------------------------------------------

echo precious >"$SANDBOX/victim"
victim=$(identity "$SANDBOX/victim")
ln -s "$SANDBOX/victim" "$NAMES/.hosts.new"
event 3600 add 52:54:00:00:01:04 198.51.100.4 fourth
succeeds "a link at the temporary name" wait_until 1 has 198.51.100.4 fourth
files_are "$NAMES" hosts:644
# At once: a file that is missing is made again within milliseconds.
ln -s "$SANDBOX/victim" "$SANDBOX/link"
mv -T "$SANDBOX/link" "$FILE"
succeeds "a link in the file's place is told" wait_until 5 test -s "$WATCH_ERRORS"
event 3600 add 52:54:00:00:01:05 198.51.100.5 fifth
sleep 0.3
says "lvindex-sync: $FILE: a symbolic link, which is neither followed nor replaced"
equal "the link stays" "$SANDBOX/victim" "$(readlink "$FILE")"
unchanged "what the links led to" "$SANDBOX/victim" "$victim"
rm "$FILE"
succeeds "without it, the file is made again" wait_until 2 has 198.51.100.5 fifth
: >"$FILE"
succeeds "one that was emptied is, too" wait_until 2 has 198.51.100.5 fifth
says ""

# --- Readers never see half of it ----------------------------------------------------------------------------------

seq 1 3000 | awk '{ printf "0 52:54:02:00:%02x:%02x 10.7.%d.%d many%d *\n",
    int($1 / 256), $1 % 256, int($1 / 256), $1 % 256, $1 }' >"$LEASES.new"
echo '0 52:54:02:01:00:01 10.8.0.1 zzz *' >>"$LEASES.new"
mv "$LEASES.new" "$LEASES"
event 3600 add 52:54:02:01:00:02 10.8.0.2 aaa
succeeds "many leases" wait_until 10 has 10.8.0.1 zzz
succeeds "and the first" wait_until 10 has 10.8.0.2 aaa

# What each reading saw, counted.
read_all() {
    while [[ ! -e $SANDBOX/flooded ]]; do
        awk 'NR == 1 { first = $2 } { last = $2 } NF != 2 { bad = 1 } END { print first, last, (NR > 3000), bad + 0 }' "$FILE"
    done | sort | uniq -c
}
read_all >"$SANDBOX/seen" &
reader=$!
# Two that write it do not get into each other's way.
exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --hosts-file="$FILE" </dev/null >"$SANDBOX/second.out" 2>&1 &
second=$!
inodes=$(for i in {1..150}; do
    event 3600 add "52:54:03:00:00:$(printf %02x "$i")" "10.9.0.$i" "flood$i" || echo failed
    stat -c %i "$FILE"
done | sort -u | wc -l)
touch "$SANDBOX/flooded"
wait "$reader"
kill -TERM "$second"
wait "$second"
equal "the second writer had nothing to say" "" "$(cat "$SANDBOX/second.out")"
equal "every reading was of a whole file" "aaa zzz 1 0" "$(awk '{ $1 = ""; print substr($0, 2) }' "$SANDBOX/seen")"
if ((inodes >= 5 && $(awk '{ print $1 }' "$SANDBOX/seen") >= 20)); then
    passed "it was read and replaced many times"
else
    failed "it was read and replaced many times" "$(cat "$SANDBOX/seen")" "$inodes files"
fi
succeeds "the last event is there" wait_until 2 has 10.9.0.150 flood150
equal "and all others" "$(lvindex_dump --hosts)" "$(cat "$FILE")"
files_are "$NAMES" hosts:644

# --- Doing nothing ---------------------------------------------------------------------------------------------------

ticks() {
    awk '{ print $14 + $15 }' "/proc/$WATCH_PID/stat"
}
sleep 1
before=$(ticks)
sleep 3
if (($(ticks) - before <= 5)); then
    passed "it rests when nothing changes"
else
    failed "it rests when nothing changes" "$(($(ticks) - before)) hundredths of a second in three"
fi
kill -TERM "$WATCH_PID"
status=0
wait "$WATCH_PID" || status=$?
equal "SIGTERM ends it well" 0 "$status"
says ""

# --- Once --------------------------------------------------------------------------------------------------------------

once() {
    lvindex_sync --hosts-file="$FILE" "$@"
}
before=$(identity "$FILE")
succeeds "a pass" once
unchanged "leaves it alone" "$FILE" "$before"
event 3600 del 52:54:02:01:00:02 10.8.0.2 aaa
succeeds "a pass" once
succeeds "brings it in line" has_not 10.8.0.2 aaa
cd "$NAMES"
succeeds "a name without a directory" lvindex_sync -H other
succeeds "is here" cmp hosts other
rm other
cd "$SANDBOX"
fails "a missing directory" 1 lvindex_sync --hosts-file="$SANDBOX/missing/hosts"
equal "in one line" "lvindex-sync: $SANDBOX/missing/hosts: No such file or directory" \
    "$(lvindex_sync --hosts-file="$SANDBOX/missing/hosts" 2>&1)"
fails "a directory in its place" 1 lvindex_sync --hosts-file="$SANDBOX/state"
event 3600 add 52:54:00:00:01:06 198.51.100.6 sixth
# shellcheck disable=SC2016 # the inner shell's
fails "one that may not be written" 1 sandbox_env unshare --mount -- \
    sh -c 'mount -o bind,ro "$0" "$0" && exec "$@"' "$NAMES" "$BUILD/indexer/sync/lvindex-sync" --hosts-file="$FILE"
succeeds "what could not be written comes with the next" once
succeeds "and is there" has 198.51.100.6 sixth

# A disk on which a sync takes five seconds: events do not wait for it, another that writes the file does.
event 3600 add 52:54:00:00:01:07 198.51.100.7 seventh
# LeakSanitizer does not work beside strace.
ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 exec_sandbox_env strace -o /dev/null -e trace=fsync -e inject=fsync:delay_enter=5000000:when=1 \
    "$BUILD/indexer/sync/lvindex-sync" --hosts-file="$FILE" </dev/null >"$SANDBOX/slow.out" 2>&1 &
slow=$!
succeeds "a file on a slow disk is begun" wait_until 5 test -e "$NAMES/.hosts.new"
begun=$EPOCHREALTIME
event 3600 add 52:54:00:00:01:08 198.51.100.8 eighth
took=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
if ((took < 2500)); then
    passed "an event meanwhile does not wait"
else
    failed "an event meanwhile does not wait" "$took ms"
fi
succeeds "another that writes it" once
equal "came behind it" "$(lvindex_dump --hosts)" "$(cat "$FILE")"
status=0
wait "$slow" || status=$?
equal "which ended well" "0 " "$status $(cat "$SANDBOX/slow.out")"
files_are "$NAMES" hosts:644

before=$(identity "$FILE")
mv "$INDEX" "$SANDBOX/index.aside"
mkdir "$INDEX"
fails "an index that cannot be read" 1 once
rmdir "$INDEX"
mv "$SANDBOX/index.aside" "$INDEX"
unchanged "leaves the file as it is" "$FILE" "$before"

fails "given twice" 2 once --hosts-file="$FILE"
fails "with --forget" 2 once --forget=alpha
fails "no name" 2 lvindex_sync --hosts-file=
fails "no file's name" 2 lvindex_sync --hosts-file="$NAMES/"
fails "the host's own" 2 lvindex_sync --hosts-file=/etc/../etc/hosts

finish
