#!/bin/bash
# The administrator's own scripts (dhcp-script.d): what they get from a real dnsmasq and by hand, which of them run, and
# that none of them changes anything for the lease, for the others, or for whoever waits for the hook.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

SCRIPTS=$SANDBOX/config/dhcp-script.d
LOG=$SANDBOX/tmp/log
MAC=52:54:00:00:00:0a
IP=192.168.150.200

# script NAME: its text comes from standard input.
script() {
    { echo '#!/bin/bash'; cat; } >"$SCRIPTS/$1"
    chmod 0755 "$SCRIPTS/$1"
}

scripts_clear() {
    rm -rf "$SCRIPTS"
    mkdir "$SCRIPTS"
    rm -rf "$LOG"
}

# runs WHAT STATUS ARGUMENT...: the hook ends with that status; what it said is in $SANDBOX/out and err, and how many
# seconds it took in $TOOK.
runs() {
    local what=$1 expected=$2 status=0 start=${EPOCHREALTIME/./}
    shift 2
    lvindex_hook "$@" >"$SANDBOX/out" 2>"$SANDBOX/err" || status=$?
    TOOK=$(((${EPOCHREALTIME/./} - start) / 1000000))
    equal "$what: exit status" "$expected" "$status"
}

# said WHAT LINE...: exactly that on standard error, and nothing on standard output.
said() {
    local what=$1
    shift
    equal "$what: what it says" "$( (($# == 0)) || printf 'lvindex-hook: %s\n' "$@")" "$(cat "$SANDBOX/err")"
    equal "$what: standard output" "" "$(cat "$SANDBOX/out")"
}

# --- With dnsmasq ---------------------------------------------------------------------------------------------------

# It notes what it was given as the recorder of events does, and whether all bytes of arguments and environment are those
# that the hook itself was given.
mkdir "$SCRIPTS"
script 10-note <<END
cmp <(tail -z -n +2 /proc/\$PPID/cmdline) <(tail -z -n +3 /proc/\$\$/cmdline) || echo arguments >>$LOG.differ
cmp /proc/\$PPID/environ /proc/\$\$/environ || echo environment >>$LOG.differ
{ printf ' %q' "\$@"; for name in \${!DNSMASQ_*}; do printf ' %s=%q' "\$name" "\${!name}"; done; echo; } >>$LOG
echo 1 2 3 4 5
END
lab_start --domain=lab.example --leasefile-ro
client_add alpha br0 "$MAC"
client_add beta br0 52:54:00:00:00:0b
udhcpc_start alpha -x hostname:alpha -x '0x3c:2241242700'
udhcpc_start beta
dhclient6_start alpha alpha
wait_event "add $MAC $(ip4 alpha) alpha"
wait_event "add .* $(ip6 alpha) alpha"
wait_event "add 52:54:00:00:00:0b $(ip4 beta)"
beta=$(ip4 beta)
udhcpc_release beta
wait_event "del 52:54:00:00:00:0b $beta"
events_settle
alpha4=$(ip4 alpha)
events_forget
dnsmasq_restart
wait_event init
wait_event "old $MAC $alpha4 alpha"
events_settle
resolves alpha "$alpha4" "$(ip6 alpha)"
resolves alpha.lab.example "$alpha4" "$(ip6 alpha)"
dnsmasq_stop
equal "the script got what dnsmasq told the hook, and no event failed" "$(sed 's/^/0/' "$LOG")" "$(cat "$EVENTS")"
for action in init add old del; do
    succeeds "a script was run for $action" grep -q "^ $action" "$LOG"
done
equal "arguments and environment are the hook's, byte by byte" "" "$(cat "$LOG.differ" 2>/dev/null || true)"
equal "what it prints is in dnsmasq's log, once for each event but init, whose is on standard error" \
    "$(grep -cv '^ init' "$LOG") $(grep -c '^ init' "$LOG")" \
    "$(grep -c 'lvindex-hook: 10-note: 1 2 3 4 5' "$DNSMASQ_LOG") $(grep -c '^lvindex-hook: 10-note: 1 2 3 4 5' \
        "$SANDBOX/dnsmasq.out")"
equal "dnsmasq has read nothing but leases" "" "$(grep -iE 'ignoring|invalid|lease-init' "$DNSMASQ_LOG" || true)"

# --- Which actions, in what order -----------------------------------------------------------------------------------------

scripts_clear
for name in b.sh 9-c A 10-a _z; do
    script "$name" <<<"echo \"\${0##*/} \$#: \$*\" >>$LOG"
done
for action in add old del tftp arp-add arp-del relay-snoop frobnicate; do
    rm -f "$LOG"
    runs "$action" 0 "$action" "$MAC" "$IP" "a  b"
    said "$action"
    equal "$action: all of them, in the order of their names, with its arguments" \
        "$(printf "%s 4: $action $MAC $IP a  b\n" 10-a 9-c A _z b.sh)" "$(cat "$LOG")"
done
rm -f "$LOG"
runs "an action without arguments" 0 frobnicate
equal "an action without arguments" "10-a 1: frobnicate" "$(head -n 1 "$LOG")"
rm -f "$LOG"
succeeds "--version" lvindex_hook --version
fails "no arguments" 2 lvindex_hook
succeeds "no action, no script" test ! -e "$LOG"

# Our own trouble is not theirs.
runs "an event that fails" 1 add nonsense "$IP"
equal "an event that fails" "10-a 3: add nonsense $IP" "$(head -n 1 "$LOG")"
rm -f "$LOG"
runs "an event of an unknown form" 2 add "$MAC" "$IP" name more
equal "an event of an unknown form" "10-a 5: add $MAC $IP name more" "$(head -n 1 "$LOG")"

# --- After the commit -------------------------------------------------------------------------------------------------

# The script asks as any program does, and takes the lock.
scripts_clear
preload=${LVINDEX_SANITIZER_PRELOAD:+LD_PRELOAD=$LVINDEX_SANITIZER_PRELOAD ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0}
script ask <<END
flock -n $SANDBOX/state/lock echo free
env LD_LIBRARY_PATH=$BUILD/nss $preload getent hosts "\$4" | tr -s ' '
END
runs "a name in its own event" 0 add "$MAC" "$IP" gamma
said "a name in its own event" "ask: free" "ask: $IP gamma"
runs "a name after its end" 0 del "$MAC" "$IP" gamma
said "a name after its end" "ask: free"

# Another event comes and goes while a script of the first one runs.
scripts_clear
mkfifo "$SANDBOX/tmp/begun" "$SANDBOX/tmp/go"
script wait <<END
[[ \$4 == first ]] || exit 0
echo >$SANDBOX/tmp/begun
read -r <$SANDBOX/tmp/go
END
lvindex_hook add "$MAC" "$IP" first &
hook=$!
read -r <"$SANDBOX/tmp/begun"
runs "an event while a script of another runs" 0 add 52:54:00:00:00:0b 192.168.150.201 second
succeeds "the first one still waits for its script" kill -0 "$hook"
resolves first "$IP"
resolves second 192.168.150.201
echo >"$SANDBOX/tmp/go"
status=0
wait "$hook" || status=$?
equal "the first event" 0 "$status"

# --- Which files ------------------------------------------------------------------------------------------------------

scripts_clear
for name in 1-fine 2-foreign 3-group 4-others 5-linked 6-plain '7 odd' 9-fine .hidden README 1.dpkg-old 1~ 1.disabled; do
    script "$name" <<<"echo \"\${0##*/}\" >>$LOG"
done
chown nobody "$SCRIPTS/2-foreign"
chmod g+w "$SCRIPTS/3-group"
chmod o+w "$SCRIPTS/4-others"
mv "$SCRIPTS/5-linked" "$SANDBOX/tmp/"
ln -s "$SANDBOX/tmp/5-linked" "$SCRIPTS/"
chmod -x "$SCRIPTS/6-plain"
mkfifo -m 0755 "$SCRIPTS/8-fifo"
mkdir "$SCRIPTS/lib"
runs "files of all kinds" 0 add "$MAC" "$IP" first
said "files of all kinds" "$SCRIPTS/2-foreign: not run: not root's own" \
    "$SCRIPTS/3-group: not run: others may write it" "$SCRIPTS/4-others: not run: others may write it" \
    "$SCRIPTS/5-linked: not run: a symbolic link" \
    "$SCRIPTS/7 odd: not run: the name has other characters than letters, digits, \"-\", \"_\" and \".\"" \
    "$SCRIPTS/8-fifo: not run: not a regular file"
equal "files of all kinds: what ran" "$(lines 1-fine 9-fine)" "$(cat "$LOG")"
findings=$(lvindex_dump --check || true)
equal "--check names what is executable and skipped by its name" "$(lines "$SCRIPTS"/{1.dpkg-old,1~,README})" \
    "$(sed -n 's/: executable, but called like a leftover: lvindex-hook does not run it; .*//p' <<<"$findings" | sort)"
succeeds "... but not what was put aside on purpose" test -z "$(grep -F -e .hidden -e 1.disabled <<<"$findings")"

scripts_clear
script one <<<"echo >>$LOG"
for directory in "$SCRIPTS" "$SANDBOX/config"; do
    chmod 0775 "$directory"
    runs "a directory that others may write" 0 add "$MAC" "$IP" first
    said "a directory that others may write" "$directory: nothing is run: others may write it"
    chmod 0755 "$directory"
    chown nobody "$directory"
    runs "a directory of others" 0 add "$MAC" "$IP" first
    said "a directory of others" "$directory: nothing is run: not root's own"
    chown root "$directory"
done
mv "$SCRIPTS" "$SANDBOX/tmp/scripts"
ln -s "$SANDBOX/tmp/scripts" "$SCRIPTS"
runs "a directory behind a link" 0 add "$MAC" "$IP" first
said "a directory behind a link" "$SCRIPTS: nothing is run: a symbolic link"
rm "$SCRIPTS"
: >"$SCRIPTS"
runs "a file in place of the directory" 0 add "$MAC" "$IP" first
said "a file in place of the directory" "$SCRIPTS: Not a directory"
rm "$SCRIPTS"
succeeds "none of these was run" test ! -e "$LOG"

# --- Those that fail ----------------------------------------------------------------------------------------------------

scripts_clear
script 1 <<<'exit 3'
script 2 <<<'kill -SEGV $$'
printf 'echo no first line\n' >"$SCRIPTS/3"
printf '#!/nowhere/interpreter\n' >"$SCRIPTS/4"
chmod +x "$SCRIPTS"/[34]
script 5 <<<'echo out; echo err >&2; cat; readlink /proc/self/fd/0; grep -E "SigIgn:.*[1-7]......$" /proc/self/status'
runs "scripts that fail" 0 add "$MAC" "$IP" failing
said "scripts that fail" "$SCRIPTS/1: exit status 3" "$SCRIPTS/2: killed by signal 11 (Segmentation fault)" \
    "$SCRIPTS/3: Exec format error" "$SCRIPTS/4: No such file or directory" "5: out" "5: err" "5: /dev/null" \
    "$SCRIPTS/5: exit status 1"
resolves failing "$IP"

# What the hook ignores for itself, scripts do not; what it was left, they are.
scripts_clear
script ignored <<<'sed -n "s/^SigIgn:.*\(.....\)$/\1/p" /proc/self/status'
runs "signals" 0 frobnicate
said "signals" "ignored: 00000"
equal "signals that are ignored" "lvindex-hook: ignored: 05000" "$(trap '' TERM PIPE; lvindex_hook frobnicate 2>&1)"

# Standard files that are closed.
scripts_clear
script say <<<"echo something; echo ran >>$LOG"
closed() {
    lvindex_hook "$@" <&- >&- 2>&-
}
succeeds "closed standard files" closed add "$MAC" "$IP" closed
equal "closed standard files: the script ran" ran "$(cat "$LOG")"
resolves closed "$IP"

# --- What is printed ------------------------------------------------------------------------------------------------------

scripts_clear
script flood <<'END'
printf '\e[2J\rroot\0%600d\n' 1
yes $'\e]0;x\a' | head -n 100000
echo the end
END
runs "a flood" 0 add "$MAC" "$IP" flood
equal "a flood: so many lines" 101 "$(wc -l <"$SANDBOX/err")"
equal "a flood: each line is the hook's, and printable" "" \
    "$(LC_ALL=C grep -vE '^lvindex-hook: flood: [ -~]{1,560}$' "$SANDBOX/err" || true)"
succeeds "a flood: a long line is cut" grep -Eq '^lvindex-hook: flood: \\x1b\[2J\\x0droot\\x00 +\.\.\.$' "$SANDBOX/err"
equal "a flood: its end" "lvindex-hook: flood: more than 100 lines; the others are left out" "$(tail -n 1 "$SANDBOX/err")"

# A child that stays behind holds nothing: whoever reads what the hook prints sees its end.
scripts_clear
script behind <<END
echo before
sleep 100 &
echo \$! >>$LOG
END
start=$SECONDS
output=$(lvindex_hook add "$MAC" "$IP" behind 2>&1)
succeeds "a child that stays behind: nobody waits for it" test $((SECONDS - start)) -lt 60
equal "a child that stays behind: what was printed" "lvindex-hook: behind: before" "$output"
succeeds "a child that stays behind: it runs on" kill "$(cat "$LOG")"

# --- init -----------------------------------------------------------------------------------------------------------------

scripts_clear
listing=$(lvindex_hook init)
script print <<<"echo 1 2 3 4 5; echo \"\$*\" >>$LOG"
runs "init" 0 init
equal "init: the listing, and nothing else" "$listing" "$(cat "$SANDBOX/out")"
equal "init: what scripts print is elsewhere" "lvindex-hook: print: 1 2 3 4 5" "$(cat "$SANDBOX/err")"
equal "init: the script ran" init "$(cat "$LOG")"
# Its reader has all of it before the scripts have ended.
rm "$SCRIPTS/print"
script wait <<<"read -r <$SANDBOX/tmp/go"
# No shell of ours stands between, which would hold the pipe open, too.
got=$(exec_sandbox_env "$BUILD/hook/lvindex-hook" init | { cat; echo >"$SANDBOX/tmp/go"; })
equal "init: the listing is complete while scripts run" "$listing" "$got"

# --- Those that hang ------------------------------------------------------------------------------------------------------

# One of each kind, at the same time: at an event, each has its ten seconds, at init all of them together.
scripts_clear
script 1-hangs <<<'[[ $1 == add || $1 == init ]] || exit 0; trap "" TERM; echo begun; while :; do sleep 600; done'
script 2-after <<<"echo \"\$1\" >>$LOG"
lvindex_hook init >"$SANDBOX/init.out" 2>"$SANDBOX/init.err" &
hook=$!
wait_until 5 grep -q fd00: "$SANDBOX/init.out"
runs "a script that hangs" 0 add "$MAC" "$IP" hanging
said "a script that hangs" "1-hangs: begun" "$SCRIPTS/1-hangs: not done after 10 seconds: killed"
succeeds "a script that hangs: it has its time, and no more" test "$TOOK" -ge 10 -a "$TOOK" -le 20
resolves hanging "$IP"
status=0
wait "$hook" || status=$?
equal "init with a script that hangs: exit status" 0 "$status"
equal "init with a script that hangs: the listing" "$listing" "$(cat "$SANDBOX/init.out")"
equal "init with a script that hangs: what it says" "$(printf 'lvindex-hook: %s\n' "1-hangs: begun" \
    "$SCRIPTS/1-hangs: not done after 10 seconds: killed" \
    "$SCRIPTS/2-after: not run: the time for all scripts at init is over")" "$(cat "$SANDBOX/init.err")"
equal "after it, others run at an event, and not at init" add "$(cat "$LOG")"
equal "nothing of it runs on" "" "$(pgrep -f "^sleep 600" || true)"

# --- Without scripts --------------------------------------------------------------------------------------------------------

# An event costs one call that fails, then. Behind it, a build that counts what is reached writes its counts.
rm -rf "$SCRIPTS"
if [[ -n $(type -P strace) && -z ${LVINDEX_SANITIZER_PRELOAD-} ]]; then
    sandbox_env strace -f -o "$SANDBOX/strace" "$BUILD/hook/lvindex-hook" add "$MAC" "$IP" none
    succeeds "without the directory: it is the last that is looked for" \
        grep -q 'openat(.*config/dhcp-script\.d", .* = -1 ENOENT' <(sed '/\.gcda"/,$d' "$SANDBOX/strace" | tail -n 3)
fi

finish
