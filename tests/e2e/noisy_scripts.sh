#!/bin/bash
# Scripts of dhcp-script.d that print without an end, through dnsmasq: one that leaves a daemon behind, which goes on
# printing, and one that floods. Neither keeps dnsmasq, the lease or the other scripts.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

SCRIPTS=$SANDBOX/config/dhcp-script.d
LOG=$SANDBOX/tmp/log
DAEMON=$SANDBOX/tmp/daemon

# script NAME: its text comes from standard input.
script() {
    { echo '#!/bin/bash'; cat; } >"$SCRIPTS/$1"
    chmod 0755 "$SCRIPTS/$1"
}

mkdir "$SCRIPTS"
script 20-log <<<"echo \"\$1 \$3 \$4\" >>$LOG"
export LVINDEX_NETWORK=br0
lab_start
declare -A MAC=([alpha]=52:54:00:00:00:0a [beta]=52:54:00:00:00:0b [gamma]=52:54:00:00:00:0c)
for client in "${!MAC[@]}"; do
    client_add "$client" br0 "${MAC[$client]}"
done

# --- A daemon that goes on printing -----------------------------------------------------------------------------------

script 10-daemon <<END
[[ \$4 == alpha ]] || exit 0
setsid bash -c 'echo \$\$ >$DAEMON; while echo more; do sleep 0.05; done' &
until [[ -s $DAEMON ]]; do sleep 0.02; done
echo started
END
udhcpc_start alpha -x hostname:alpha
wait_event "add ${MAC[alpha]} $(ip4 alpha) alpha"
resolves alpha "$(ip4 alpha)"
equal "the next script has run" "add $(ip4 alpha) alpha" "$(grep alpha "$LOG")"
wait_until 10 process_gone "$(cat "$DAEMON")"
succeeds "the daemon is ended by the first thing that it prints to nobody" process_gone "$(cat "$DAEMON")"
udhcpc_start beta -x hostname:beta
wait_event "add ${MAC[beta]} $(ip4 beta) beta"
resolves beta "$(ip4 beta)"
succeeds "what the script said is in dnsmasq's log" grep -q 'lvindex-hook: 10-daemon: started' "$DNSMASQ_LOG"

# One that has its output redirected runs on.
rm -f "$DAEMON"
script 10-daemon <<END
[[ \$4 == gamma ]] || exit 0
setsid bash -c 'echo \$\$ >$DAEMON; while echo more; do sleep 0.05; done' </dev/null >/dev/null 2>&1 &
until [[ -s $DAEMON ]]; do sleep 0.02; done
END
udhcpc_start gamma -x hostname:gamma
wait_event "add ${MAC[gamma]} $(ip4 gamma) gamma"
resolves gamma "$(ip4 gamma)"
sleep 0.3
succeeds "a daemon with its output redirected runs on" kill -0 "$(cat "$DAEMON")"
kill "$(cat "$DAEMON")"
rm "$SCRIPTS/10-daemon"

# --- A flood ------------------------------------------------------------------------------------------------------------

script 10-flood <<'END'
[[ $4 == beta ]] || exit 0
exec yes "$(printf '%0200d' 7)"
END
rm -f "$LOG"
events_forget
udhcpc_kill beta
start=$SECONDS
udhcpc_start beta -x hostname:beta
resolves beta "$(ip4 beta)"
# dnsmasq itself gives out leases meanwhile; its script's turn comes when the flood is over.
udhcpc_kill gamma
udhcpc_start gamma -x hostname:delta
succeeds "dnsmasq does not wait for it" test $((SECONDS - start)) -lt 9
wait_event "(add|old) ${MAC[beta]} $(ip4 beta) beta" 30
wait_event "(add|old) ${MAC[gamma]} $(ip4 gamma) delta" 30
resolves beta "$(ip4 beta)"
resolves delta "$(ip4 gamma)"
succeeds "it had its ten seconds, and no more than two beside them" test $((SECONDS - start)) -ge 9 -a $((SECONDS - start)) -lt 25
equal "so many lines of it are in the log" 101 "$(grep -c 'lvindex-hook: 10-flood: ' "$DNSMASQ_LOG")"
succeeds "... and how it ended" grep -q "$SCRIPTS/10-flood: not done after 10 seconds: killed" "$DNSMASQ_LOG"
equal "the next script has run for both" "beta delta" "$(awk '{ print $3 }' "$LOG" | sort -u | xargs)"
equal "nothing of it runs on" "" "$(pgrep -x yes || true)"
dnsmasq_stop
equal "no event failed" "" "$(grep -v '^0 ' "$EVENTS" || true)"

finish
