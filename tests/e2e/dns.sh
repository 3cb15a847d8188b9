#!/bin/bash
# What of our names reaches DNS, with "dns" behind our modules: nothing that they know; what they do not, also where the
# suffix is a network's own, unless nsswitch.conf says that it ends there.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
needs python3

ASKED=$SANDBOX/tmp/asked

# Without the file, glibc asks 127.0.0.1.
echo 'nameserver 127.0.0.1' >"$SANDBOX/resolv.conf"
if [[ -e /etc/resolv.conf ]]; then
    mount --bind "$SANDBOX/resolv.conf" /etc/resolv.conf
fi
python3 "$E2E_DIR/programs/dns_listener.py" "$ASKED" 127.0.0.1 &
listener=$!
wait_until 10 test -e "$ASKED"

# reach_dns DATABASE NAME WANTED: "NAME", or "" for nothing.
reach_dns() {
    local before
    before=$(wc -l <"$ASKED")
    lookup "$1" "$2" >/dev/null || true
    equal "getent $1 $2: what reaches DNS" "$3" "$(tail -n "+$((before + 1))" "$ASKED" | sort -u | xargs)"
}

all_reach_dns() {
    local database
    for database in hosts ahosts ahostsv4; do
        reach_dns "$database" "$@"
    done
}

lab_bridge
export LVINDEX_NETWORK=br0
echo 'br0 lab.example' >"$SANDBOX/config/networks"
printf '%s printer.corp.example network=br0\n' 192.168.150.9 fd00:150::9 >"$SANDBOX/config/static"
macs_write br0 "guest=52:54:00:00:00:0a"
succeeds "add" lvindex_hook add 52:54:00:00:00:0a 192.168.150.201 web
succeeds "add of what has expired" sandbox_env DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS - 60)) \
    "$BUILD/hook/lvindex-hook" add 52:54:00:00:00:0b 192.168.150.202 past

printf 'hosts: files lvindex_guest lvindex dns\n' >"$SANDBOX/nsswitch.conf"
for name in web guest web.lab.example guest.lab.example web.br0; do
    reach_dns ahosts "$name" ""
    reach_dns ahostsv4 "$name" ""
    # `getent hosts` asks for IPv6 alone first: a name that has none is not found so, and DNS is asked.
    reach_dns hosts "$name" "$name"
done
for name in printer.corp.example printer.lab.example printer; do
    all_reach_dns "$name" ""
done
for name in none none.example none.lab.example past.lab.example none.br0; do
    all_reach_dns "$name" "$name"
done
unresolved none.lab.example

# It ends there, for all names that are not known.
printf 'hosts: files lvindex_guest lvindex [NOTFOUND=return] dns\n' >"$SANDBOX/nsswitch.conf"
for name in web.lab.example none.lab.example none; do
    all_reach_dns "$name" ""
done
# Without an index, DNS has its turn.
rm "$INDEX"
all_reach_dns none.lab.example none.lab.example


# dnsmasq in between keeps the suffix to itself, if it is told so.
upstream=$SANDBOX/tmp/upstream
python3 "$E2E_DIR/programs/dns_listener.py" "$upstream" 127.0.0.2 &
wait_until 10 test -e "$upstream"
kill "$listener"
wait "$listener" 2>/dev/null || true
exec_sandbox_env "$SANDBOX/bin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
    --listen-address=127.0.0.1 --bind-interfaces --server=127.0.0.2 --local=/lab.example/ --user=root &
asks_upstream() {
    lookup hosts first.example
    grep -qx first.example "$upstream"
}
wait_until 10 asks_upstream || true
lookup hosts none.lab.example || true
lookup hosts last.example || true
equal "what dnsmasq asks: nothing of local=/lab.example/" "first.example last.example" "$(sort -u "$upstream" | xargs)"
succeeds "add" lvindex_hook add 52:54:00:00:00:0a 192.168.150.201 web
finish
