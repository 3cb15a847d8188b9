#!/bin/bash
# lvindex-dump --check: what the options, files and leases of the dnsmasq that run tell.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
# shellcheck source=SCRIPTDIR/findings.sh
source "$E2E_DIR/findings.sh"

event add 52:54:00:00:00:01 192.0.2.1 web
lab_bridge
IPV4=192.168.150.128,192.168.150.254,1h
HOOKED=(--interface=br0 --script-on-renewal --dhcp-script="$BUILD/hook/lvindex-hook")
RUNNING="dnsmasq (process"

started() {
    dnsmasq_start --interface=br0 "$@"
}

# unhooked WHAT ARGUMENT...: with these options it gives out leases, and nobody hears of them.
unhooked() {
    local what=$1
    shift
    started "$@"
    finds "$what" "$RUNNING $DNSMASQ_PID): does not run the hook, and nothing follows its leases"
    dnsmasq_stop
}

# leaseless WHAT ARGUMENT...: with these options it gives out none.
leaseless() {
    local what=$1
    shift
    started "$@"
    in_order "$what"
    dnsmasq_stop
}

# --- Ranges ---------------------------------------------------------------------------------------------------------

leaseless "ra-only" --enable-ra --dhcp-range=fd00:150::,ra-only
leaseless "slaac" --enable-ra --dhcp-range=fd00:150::,slaac,64,1h
leaseless "ra-names" --enable-ra --dhcp-range=::,constructor:br0,ra-names
leaseless "ra-stateless" --enable-ra --dhcp-range=fd00:150::,ra-stateless
leaseless "proxy" --dhcp-range=192.168.150.0,proxy
unhooked "an IPv6 range" --dhcp-range=fd00:150::100,fd00:150::1ff,64,1h
unhooked "with router advertisements" --enable-ra --dhcp-range=fd00:150::100,fd00:150::1ff,ra-names,slaac,64,1h
unhooked "with a tag" --dhcp-range=set:red,$IPV4
unhooked "static" --dhcp-range=192.168.150.0,static
unhooked "one of two" --enable-ra --dhcp-range=fd00:150::,ra-only --dhcp-range=$IPV4

# --- How options are written ------------------------------------------------------------------------------------------

mkdir "$SANDBOX/conf.d" "$SANDBOX/a b"
# conf LINE...: a configuration.
conf() {
    printf '%s\n' "$@" >"$SANDBOX/conf.d/lab.conf"
}

unhooked "a long option that is abbreviated" --dhcp-ran=$IPV4
unhooked "its value behind it" --dhcp-ran $IPV4
unhooked "short ones together" -Rk -qF$IPV4
unhooked "their value behind them" -qF $IPV4
unhooked "the value of one that is none of ours" -u root -F $IPV4
leaseless "what is a value" -k --txt-record=a.example,--dhcp-range="$IPV4"
ln -s "$BUILD/hook/lvindex-hook" "$SANDBOX/a b/hook"
conf "dhcp-range = $IPV4 # one" "dhcp-script=\"$SANDBOX/a b/hook\" # the \"hook\"" script-on-renewal
leaseless "a quoted value" --conf-dir="$SANDBOX/conf.d,*.conf"
conf "dhcp-range=$IPV4" 'dhcp-script="'"$SANDBOX"'/a \"#b/hook"' script-on-renewal
mv "$SANDBOX/a b" "$SANDBOX/a \"#b"
leaseless "a quoted value with what ends it, and a comment's beginning" -7 "$SANDBOX/conf.d,*.conf"

conf "dhcp-range=$IPV4" script-on-renewal
head -c 65M < <(yes '# so many comments') >>"$SANDBOX/conf.d/lab.conf"
started --conf-dir="$SANDBOX/conf.d,*.conf"
finds "a configuration that nobody has" \
    "$RUNNING $DNSMASQ_PID): its configuration is too large to be read whole: whether it runs the hook is not known"
dnsmasq_stop

# --- Files that changed -----------------------------------------------------------------------------------------------

conf script-on-renewal
dnsmasq_start "${HOOKED[@]}" --dhcp-range=$IPV4 --conf-dir="$SANDBOX/conf.d,*.conf"
in_order "a configuration as it was read"
sleep 2.1
touch "$SANDBOX/conf.d/other"
in_order "another file"
touch "$SANDBOX/conf.d/lab.conf"
finds "a file that changed" \
    "conf.d/lab.conf: changed after dnsmasq (process $DNSMASQ_PID) was started: it runs with the older one; restart it"
rm "$SANDBOX/conf.d/lab.conf"
echo dhcp-authoritative >"$SANDBOX/conf.d/new.conf"
finds "a file that came" "conf.d/new.conf: changed after dnsmasq (process $DNSMASQ_PID) was started"
dnsmasq_restart
in_order "restarted"
dnsmasq_stop

# --- Namespaces -------------------------------------------------------------------------------------------------------

# unshared OPTION... -- COMMAND: a dnsmasq in namespaces of its own, with a file that only it sees.
unshared() {
    mkdir -p "$SANDBOX/own"
    # shellcheck disable=SC2016 # for the inner shell
    exec_sandbox_env unshare --mount "$@" sh -c '
        mount -t tmpfs none "$0/own"
        echo "dhcp-range=$1" >"$0/own/conf"
        exec "$0/bin/dnsmasq" --keep-in-foreground --conf-file="$0/own/conf" --pid-file= --no-resolv --no-hosts \
            --log-facility="$0/unshared.log" --dhcp-leasefile="$0/unshared.leases" --bind-interfaces \
            --except-interface=lo --interface=br0 </dev/null' "$SANDBOX" "$IPV4"
}

unshared --propagation=private &
unshared=$!
wait_until 15 grep -q 'started, version' "$SANDBOX/unshared.log"
finds "with mounts of its own" "does not run the hook, and nothing follows its leases"
kill "$unshared"
wait "$unshared" || true
rm "$SANDBOX/unshared.log"
unshared --pid --fork --kill-child &
unshared=$!
wait_until 15 grep -q 'started, version' "$SANDBOX/unshared.log"
in_order "another machine's processes"
# unshare itself passes over SIGTERM.
pkill -KILL -P "$unshared"
wait "$unshared" || true

# --- The script -------------------------------------------------------------------------------------------------------

dnsmasq_start "${HOOKED[@]}" --dhcp-range=$IPV4 --dhcp-scriptuser=nobody
finds "another user" "$RUNNING $DNSMASQ_PID): runs the hook as user nobody: it cannot write the index"
dnsmasq_stop
dnsmasq_start "${HOOKED[@]}" --dhcp-range=$IPV4 --dhcp-scriptuser=root
in_order "root"
dnsmasq_stop
printf '#!/bin/sh\n  # %s was here\nexit 0\n' "$BUILD/hook/lvindex-hook" >"$SANDBOX/bin/comment"
chmod +x "$SANDBOX/bin/comment"
unhooked "a script that names the hook in a comment" --dhcp-range=$IPV4 --script-on-renewal \
    --dhcp-script="$SANDBOX/bin/comment"

# --- Leases -----------------------------------------------------------------------------------------------------------

LEASES=$SANDBOX/dnsmasq.leases
dnsmasq_start "${HOOKED[@]}" --dhcp-range=$IPV4
in_order "each lease is known"
dnsmasq_stop
printf '%s\n' "4000000000 52:54:00:00:00:0a 192.168.150.201 ten *" "1000 52:54:00:00:00:0b 192.168.150.202 past *" \
    "4000000000 52:54:00:00:00:0c 192.168.150.203 twelve *" >"$LEASES"
# What a hook that could not write has left behind.
printf '#!/bin/sh\nfalse || exit 1 # %s\n' "$BUILD/hook/lvindex-hook" >"$SANDBOX/bin/failing"
chmod +x "$SANDBOX/bin/failing"
dnsmasq_start --interface=br0 --dhcp-range=$IPV4 --script-on-renewal --dhcp-script="$SANDBOX/bin/failing"
finds "leases whose events failed" \
    "$LEASES: 2 of the leases of dnsmasq (process $DNSMASQ_PID) are not in the index, the first: 192.168.150.201: their events were lost"
event add 52:54:00:00:00:0a 192.168.150.201 ten
event add 52:54:00:00:00:0c 192.168.150.203 twelve
in_order "and were told again"
dnsmasq_stop

dnsmasq_start --interface=br0 --dhcp-range=$IPV4 --leasefile-ro --dhcp-script="$BUILD/hook/lvindex-hook"
in_order "leasefile-ro"
echo "4000000000 52:54:00:00:00:09 192.168.150.200 nine *" >"$LEASES"
exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --leases="$LEASES" &
sync=$!
wait_until 15 lookup hosts nine
finds "leasefile-ro, and its file is followed" \
    "$LEASES: lvindex-sync reads it, and dnsmasq (process $DNSMASQ_PID) has leasefile-ro: that file never changes again"
kill "$sync"
wait "$sync" || true
in_order "leasefile-ro, and its file was imported"
dnsmasq_stop

finish
