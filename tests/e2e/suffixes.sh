#!/bin/bash
# Names with a suffix of their network, as every program asks for them, and the file that says which there are.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
needs python3

WEB=52:54:00:00:00:0a
DB=52:54:00:00:00:0b
NETWORKS=$SANDBOX/config/networks
NOTFOUND='status 2'

# canonical COMMAND NAME: the name that `getent COMMAND NAME` tells beside its first address.
canonical() {
    lookup "$1" "$2" | sed -n '1s/^[^ ]* *\(STREAM *\)\?//p' | tr -s ' '
}

# canonical_is NAME EXPECTED: for whoever asks for all addresses, or for those of one family.
canonical_is() {
    equal "getent ahosts $1: canonical name" "$2" "$(canonical ahosts "$1")"
    equal "getent ahostsv4 $1: canonical name" "$2" "$(canonical ahostsv4 "$1")"
    equal "AI_CANONNAME of $1" "$2" "$(ask_python "
print(socket.getaddrinfo('$1', None, socket.AF_INET, 0, 0, socket.AI_CANONNAME)[0][3])")"
}

ask_python() {
    host_program /usr/bin/python3 -c "import socket$1" 2>&1
}

# error_of NAME FAMILY: what gethostbyname2 and getaddrinfo say of a name that has no address.
error_of() {
    ask_python "
try:
    print(socket.getaddrinfo('$1', None, socket.$2))
except socket.gaierror as e:
    print(e.errno == socket.EAI_NONAME and 'NONAME' or e.errno == socket.EAI_NODATA and 'NODATA' or e)"
}

export LVINDEX_NETWORK=br0
lab_start --domain=own.example
macs_write br0 "Web Server=$WEB" "db1.example.com=$DB"
client_add web br0 "$WEB"
client_add db br0 "$DB"
udhcpc_start web -x hostname:Web
udhcpc_start db -x hostname:db
dhclient6_start db db
wait_event "add $WEB $(ip4 web) Web"
wait_event "add $DB $(ip4 db) db"
wait_event "add .* $(ip6 db) db"

# --- The network's own name -------------------------------------------------------------------------------------

resolves Web.br0 "$(ip4 web)"
resolves "web server.BR0." "$(ip4 web)"
resolves db1.example.com.br0 "$(ip4 db)" "$(ip6 db)"
canonical_is web.br0 Web
unresolved web.br1
unresolved none.br0
reverse "$(ip4 web)" "Web Server" # the guests' module is asked first
printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
reverse "$(ip4 web)" Web.own.example Web
sandbox_nsswitch

# --- Suffixes of its own ----------------------------------------------------------------------------------------

printf '# suffixes\nbr0\tlab.example lab\nother else.example\n' >"$NETWORKS"
succeeds "lvindex-sync takes it in" lvindex_sync
for suffix in lab.example lab br0 LAB.Example.; do
    resolves "web.$suffix" "$(ip4 web)"
    resolves "Web Server.$suffix" "$(ip4 web)"
    resolves "db1.example.com.$suffix" "$(ip4 db)" "$(ip6 db)"
    resolves "db.$suffix" "$(ip4 db)" "$(ip6 db)"
done
unresolved web.else.example
unresolved none.lab.example
unresolved lab.example
equal "a name under a suffix that is not known" NONAME "$(error_of none.lab.example AF_INET)"
equal "one that is known in the other family alone" NODATA "$(error_of web.lab.example AF_INET6)"
for name in web web.lab web.br0 web.lab.example web.own.example; do
    canonical_is "$name" Web.lab.example
done
canonical_is db1.example.com db1.example.com.lab.example
equal "gethostbyname tells the short name, too" "$(ip4 web) Web.lab.example Web" "$(lookup hosts web | tr -s ' ')"
reverse "$(ip4 db)" db1.example.com.lab.example db1.example.com
printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
reverse "$(ip4 web)" Web.lab.example Web.own.example Web
reverse "$(ip6 db)" db.lab.example db.own.example db
sandbox_nsswitch

# Static entries have the suffixes of their network.
echo '192.168.150.99 nas nas.far.example network=br0' >"$SANDBOX/config/static"
succeeds "lvindex-sync takes it in" lvindex_sync
resolves nas.lab 192.168.150.99
canonical_is nas nas.lab.example
reverse 192.168.150.99 nas.lab.example nas.far.example nas
rm "$SANDBOX/config/static"
succeeds "lvindex-sync without it" lvindex_sync
unresolved nas.lab.example

# --- What lvindex-dump tells of it --------------------------------------------------------------------------------

# explained NAME TEXT: a line of --explain NAME.
explained() {
    equal "--explain $1 tells: $2" 1 "$(lvindex_dump --explain "$1" | grep -cF -- "$2")"
}

explained web.lab.example 'Host name under the suffix "lab.example" of network br0, key "hweb":'
explained "Web Server.lab" 'Guest name under the suffix "lab" of network br0, key "gweb server":'
explained none.lab.example 'Host name under the suffix "lab.example" of network br0, key "hnone": not in the index'
explained none.lab.example 'NOTFOUND is definite: names under "lab.example" are those of network br0, where this is none'
succeeds "an event of the past" sandbox_env DNSMASQ_LEASE_EXPIRES=$((EPOCHSECONDS - 60)) \
    "$BUILD/hook/lvindex-hook" add 52:54:00:00:00:0d 192.168.150.77 past
explained past.lab.example 'NOTFOUND is definite: names under "lab.example"'
for name in web web.lab.example none.else.example; do
    equal "--explain $name: nothing definite" 0 "$(lvindex_dump --explain "$name" | grep -c 'definite')"
done
equal "--explain --json" '["host","lab.example","br0",["Web"]]' "$(lvindex_dump --explain web.lab.example --json |
    jq -c '.records[] | select(.suffix and .kind == "host") | [.kind, .suffix, .networks, [.candidates[].name]]')"

equal "--hosts: names as reverse look-ups tell them" \
    "Web.lab.example Web.own.example Web" "$(lvindex_dump --hosts | awk -v ip="$(ip4 web)" '$1 == ip && $2 ~ /^[Ww]eb/ {
        print $2 }' | xargs)"
equal "--hosts of a guest with dots" "db1.example.com.lab.example db1.example.com" \
    "$(lvindex_dump --hosts | awk -v ip="$(ip4 db)" '$1 == ip && /db1/ { print $2 }' | xargs)"
equal "--ssh-config" "Host Web.lab.example
    HostName $(ip4 web)
    HostKeyAlias Web.lab.example" "$(lvindex_dump --ssh-config --name=web.lab.example)"
printf 'br0\tlab.example lab\nbad/name x\nbr0 lab..x\n' >"$NETWORKS"
findings=$(lvindex_dump --check) || true
equal "--check: a network's name" 1 "$(grep -c "config/networks:2:1: not a network's name" <<<"$findings")"
equal "--check: a suffix" 1 "$(grep -c "config/networks:3:5: not a domain" <<<"$findings")"
printf 'br0\tlab.example lab\n' >"$NETWORKS"
findings=$(lvindex_dump --check) || true
equal "--check: a sound file" 0 "$(grep -c "config/networks" <<<"$findings")"

# --- What the hook reads, and what the watcher sees --------------------------------------------------------------

echo 'br0 new.example' >"$NETWORKS"
events_forget
dnsmasq_restart
wait_event "old $WEB $(ip4 web)"
resolves web.new.example "$(ip4 web)"
unresolved web.lab.example
canonical_is web Web.new.example

# becomes NAME ADDRESS|'status 2': soon, and stays so.
becomes() {
    wait_until 5 is_now "$1" "$2" || true
    equal "getent ahosts $1" "$2" "$(addresses_of ahosts "$1")"
}

is_now() {
    [[ $(addresses_of ahosts "$1") == "$2" ]]
}

exec_sandbox_env "$BUILD/indexer/sync/lvindex-sync" --watch --verbose >"$SANDBOX/watch.out" 2>"$SANDBOX/watch.err" &
watcher=$!
# As an editor does it, in place, and then with a mistake.
echo 'br0 third.example' >"$NETWORKS.new"
mv "$NETWORKS.new" "$NETWORKS"
becomes web.third.example "$(ip4 web)"
becomes web.new.example "$NOTFOUND"
printf 'br0 fourth.example\nbr0 -bad. fifth.example\n' >"$NETWORKS"
becomes web.fifth.example "$(ip4 web)"
resolves web.fourth.example "$(ip4 web)"
equal "the mistake is told with its place" 1 "$(grep -c "networks:2:5: not a domain" "$SANDBOX/watch.err")"
chmod o+w "$NETWORKS"
echo 'br0 evil.example' >"$NETWORKS"
wait_until 5 grep -q 'others may write' "$SANDBOX/watch.err"
unresolved web.evil.example
resolves web.fourth.example "$(ip4 web)"
rm "$NETWORKS"
becomes web.fourth.example "$NOTFOUND"
becomes web.br0 "$(ip4 web)"
canonical_is web Web
kill -TERM "$watcher"
wait "$watcher" || true
for line in 'br0: suffixes: third.example' 'br0: suffixes: none'; do
    equal "a line says: $line" 1 "$(grep -cFx "$line" "$SANDBOX/watch.out")"
done

# --- A client's name is no way round it ---------------------------------------------------------------------------

echo 'br0 lab.example' >"$NETWORKS"
client_add thief br0 52:54:00:00:00:0c
udhcpc_start thief -x hostname:db1
wait_event "add 52:54:00:00:00:0c $(ip4 thief) db1"
macs_write br0 "db1=$DB"
events_forget
dnsmasq_restart
wait_event "old 52:54:00:00:00:0c $(ip4 thief) db1"
resolves db1.lab.example "$(ip4 db)" "$(ip6 db)"
printf 'hosts: lvindex\n' >"$SANDBOX/nsswitch.conf"
unresolved db1.lab.example
unresolved db1.br0
sandbox_nsswitch

finish
