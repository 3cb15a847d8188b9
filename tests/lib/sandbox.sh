# shellcheck shell=bash
# A private machine for the end-to-end tests and the demonstration: source it, then call sandbox_enter.
#
# Everything lives in namespaces of its own: processes (they die with the script, however it ends), mounts (all
# files are on a tmpfs that only the script sees), network and host name. So nothing is left behind, not even
# after SIGKILL, and nothing that the host runs can be reached or disturbed.
#
# Needs $BUILD, the absolute path of the build directory.

SANDBOX=${LVINDEX_SANDBOX-}
SANDBOX_HOST=sandbox
SANDBOX_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
SANDBOX_LIB=$(cd "${BASH_SOURCE[0]%/*}" && pwd)

declare -A CLIENT_PID=()   # client → the process that holds its network namespace open
declare -A UDHCPC_PID=()   # client → its udhcpc
declare -A DHCLIENT_PID=() # client → its dhclient

# --- Entering -------------------------------------------------------------------------------------------------

# Can namespaces be had here? Prints why not.
sandbox_possible() {
    if [[ $EUID -ne 0 ]]; then
        echo "needs root"
        return 1
    fi
    local error
    if ! error=$(unshare --mount --net --uts --pid --fork true 2>&1); then
        echo "no namespaces can be created here: $error"
        return 1
    fi
}

# An empty place to mount our files on: one that hides neither the sources nor what was built.
sandbox_spot() {
    local spot
    for spot in /mnt /media /srv; do
        if [[ -d $spot && ${BUILD-}/ != "$spot"/* && $SANDBOX_LIB/ != "$spot"/* ]]; then
            echo "$spot"
            return
        fi
    done
    echo "sandbox: none of /mnt, /media and /srv can be mounted on" >&2
    return 1
}

# Runs this script again, with its arguments, inside new namespaces; inside, prepares them.
sandbox_enter() {
    if [[ -z $SANDBOX ]]; then
        LVINDEX_SANDBOX=$(sandbox_spot)
        export LVINDEX_SANDBOX
        # Not what nohup(1) has ignored: the tests look at the signals that a program ignores.
        exec env --default-signal=HUP unshare --mount --net --uts --pid --fork --kill-child --mount-proc -- bash "$0" "$@"
    fi
    # A first process of a PID namespace ignores every signal that it has no handler for.
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    umask 022
    export LC_ALL=C.UTF-8 PATH=$SANDBOX_PATH
    mount -t tmpfs -o mode=0755 lvindex-sandbox "$SANDBOX"
    mkdir "$SANDBOX"/{state,libvirt,definitions,config,bin,client,tmp}
    cd "$SANDBOX"
    hostname "$SANDBOX_HOST"
    ip link set lo up
    sandbox_resolver
    sandbox_binaries
}

# The recommended line, but for DNS.
sandbox_nsswitch() {
    printf 'hosts: files lvindex_guest lvindex\n' >"$SANDBOX/nsswitch.conf"
}

# Names come from /etc/hosts and our modules alone, and not through an nscd of the host.
sandbox_resolver() {
    sandbox_nsswitch
    printf '127.0.0.1 localhost\n::1 localhost\n' >"$SANDBOX/hosts"
    mount --bind "$SANDBOX/nsswitch.conf" /etc/nsswitch.conf
    # A minimal system has none.
    if [[ -e /etc/hosts ]]; then
        mount --bind "$SANDBOX/hosts" /etc/hosts
    fi
    if [[ -d /run/nscd ]]; then
        mount -t tmpfs none /run/nscd
    fi
}

# AppArmor profiles go by path, and would keep dhclient and dnsmasq out of our directory: run copies.
sandbox_binaries() {
    local program
    for program in dnsmasq dhclient; do
        if [[ -n $(type -P "$program") ]]; then
            cp "$(type -P "$program")" "$SANDBOX/bin/"
        fi
    done
}

# Functions called exec_… replace the shell that calls them, so that `exec_… &` leaves its own process in $!.

# The environment of everything that belongs to lvindex; the rest is empty, as under libvirt.
sandbox_env() {
    (exec_sandbox_env "$@")
}

exec_sandbox_env() {
    local -a environment=(
        "LVINDEX_DIR=${LVINDEX_DIR-$SANDBOX/state}"
        "LVINDEX_LIBVIRT_DIR=$SANDBOX/libvirt"
        "LVINDEX_DEFINITIONS_DIR=$SANDBOX/definitions"
        "LVINDEX_CONFIG_DIR=$SANDBOX/config"
    )
    local name
    for name in LVINDEX_NETWORK VIR_BRIDGE_NAME TZ ASAN_OPTIONS UBSAN_OPTIONS GCOV_ERROR_FILE MALLOC_PERTURB_; do
        if [[ -n ${!name-} ]]; then
            environment+=("$name=${!name}")
        fi
    done
    exec env -i "${environment[@]}" "$@"
}

# --- Waiting --------------------------------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: polls until COMMAND succeeds. When it did not in time, says so, with the output of
# a last try, whose exit status it returns.
wait_until() {
    local seconds=$1 deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((${EPOCHREALTIME/./} > deadline)); then
            echo "after $seconds seconds this still fails: $*" >&2
            "$@" >&2
            return
        fi
        sleep 0.05
    done
}

process_gone() {
    ! kill -0 "$1" 2>/dev/null
}

# --- Network --------------------------------------------------------------------------------------------------

# bridge_add NAME ADDRESS/LENGTH...: a bridge of the host's side.
bridge_add() {
    local bridge=$1 address
    shift
    ip link add name "$bridge" type bridge stp_state 0 forward_delay 0
    # Nobody else has our addresses: they need not be probed for.
    echo 0 >"/proc/sys/net/ipv6/conf/$bridge/accept_dad"
    for address; do
        ip address add "$address" dev "$bridge"
    done
    ip link set "$bridge" up
}

# client_add NAME BRIDGE MAC: a machine in its own network namespace, plugged into BRIDGE as eth0.
client_add() {
    local client=$1 bridge=$2 mac=$3
    mkdir "$SANDBOX/client/$client"
    unshare --net sleep infinity &
    CLIENT_PID[$client]=$!
    wait_until 5 client_isolated "$client"
    ip link add name "to-$client" type veth peer name eth0 netns "${CLIENT_PID[$client]}"
    ip link set "to-$client" master "$bridge" up
    in_client "$client" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad'
    in_client "$client" ip link set lo up
    in_client "$client" ip link set eth0 address "$mac" up
    wait_until 5 client_linked "$client"
}

client_isolated() {
    [[ $(readlink "/proc/${CLIENT_PID[$1]}/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

# The link is up on both sides, and has its link-local address (dhclient does not start without).
client_linked() {
    ip link show "to-$1" | grep -q LOWER_UP &&
        in_client "$1" ip -6 address show dev eth0 scope link | grep inet6 | grep -qv tentative
}

in_client() {
    (exec_in_client "$@")
}

exec_in_client() {
    local client=$1
    shift
    exec nsenter --target "${CLIENT_PID[$client]}" --net -- "$@"
}

client_file() {
    cat "$SANDBOX/client/$1/$2" 2>/dev/null
}

# The address that the client has from its last lease.
ip4() {
    client_file "$1" ip4
}

ip6() {
    client_file "$1" ip6
}

# --- dnsmasq --------------------------------------------------------------------------------------------------

DNSMASQ_PID=
DNSMASQ_ARGUMENTS=()
DNSMASQ_LOG=

# dnsmasq_start ARGUMENT...: a dnsmasq in the foreground of its own; what is common to all is added.
dnsmasq_start() {
    DNSMASQ_ARGUMENTS=("$@")
    DNSMASQ_LOG=$SANDBOX/dnsmasq.log
    local started
    started=$(dnsmasq_starts)
    # --no-ping: no client of ours has an address that it was not given.
    exec_sandbox_env "$SANDBOX/bin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --pid-file= \
        --log-facility="$DNSMASQ_LOG" --log-dhcp --no-resolv --no-hosts --no-ping --dhcp-authoritative \
        --dhcp-leasefile="$SANDBOX/dnsmasq.leases" --bind-interfaces --except-interface=lo \
        "${DNSMASQ_ARGUMENTS[@]}" </dev/null >>"$SANDBOX/dnsmasq.out" 2>&1 &
    DNSMASQ_PID=$!
    if ! wait_until 15 dnsmasq_started_after "$started"; then
        echo "dnsmasq does not start:" >&2
        cat "$SANDBOX/dnsmasq.out" "$DNSMASQ_LOG" >&2
        return 1
    fi
}

dnsmasq_starts() {
    grep -c ' started, version ' "$SANDBOX/dnsmasq.log" 2>/dev/null || true
}

dnsmasq_started_after() {
    [[ $(dnsmasq_starts) -gt ${1:-0} ]]
}

# Stops it, and waits for its script runner, a process of its own, to have passed on the last event.
dnsmasq_stop() {
    local helpers helper
    helpers=$(pgrep -P "$DNSMASQ_PID" || true)
    kill -TERM "$DNSMASQ_PID"
    wait "$DNSMASQ_PID" || true
    for helper in $helpers; do
        wait_until 15 process_gone "$helper"
    done
    DNSMASQ_PID=
}

dnsmasq_restart() {
    dnsmasq_stop
    dnsmasq_start "${DNSMASQ_ARGUMENTS[@]}"
}

dnsmasq_hup() {
    kill -HUP "$DNSMASQ_PID"
}

# --- DHCP clients ---------------------------------------------------------------------------------------------

# udhcpc_start CLIENT ARGUMENT...: asks for an IPv4 lease and waits for it; udhcpc runs on, to renew it.
udhcpc_start() {
    local client=$1
    shift
    rm -f "$SANDBOX/client/$client/ip4"
    CLIENT_DIR=$SANDBOX/client/$client exec_in_client "$client" \
        udhcpc -f -i eth0 -s "$SANDBOX_LIB/dhcp-client-script" -t 10 -T 1 -A 1 "$@" \
        </dev/null >>"$SANDBOX/client/$client/udhcpc.log" 2>&1 &
    UDHCPC_PID[$client]=$!
    wait_until 15 test -s "$SANDBOX/client/$client/ip4"
}

# Asks for the lease anew, by unicast, as a running machine does.
udhcpc_renew() {
    kill -USR1 "${UDHCPC_PID[$1]}"
}

# Gives the lease back.
udhcpc_release() {
    kill -USR2 "${UDHCPC_PID[$1]}"
    wait_until 10 test ! -e "$SANDBOX/client/$1/ip4"
}

# Ends udhcpc, if it runs, without a word to the server, as a machine does that loses power.
udhcpc_kill() {
    if [[ -z ${UDHCPC_PID[$1]-} ]]; then
        return
    fi
    kill -KILL "${UDHCPC_PID[$1]}"
    wait "${UDHCPC_PID[$1]}" 2>/dev/null || true
    unset "UDHCPC_PID[$1]"
    rm -f "$SANDBOX/client/$1/ip4"
    in_client "$1" ip -4 address flush dev eth0
}

# dhclient6_start CLIENT [HOSTNAME]: asks for an IPv6 lease and waits for it; dhclient runs on.
dhclient6_start() {
    local client=$1 host=${2-} directory=$SANDBOX/client/$1
    {
        echo 'timeout 20;'
        # The name goes in option 39 (RFC 4704), the only place that DHCPv6 has for it.
        [[ -z $host ]] || printf 'send fqdn.fqdn "%s";\nsend fqdn.encoded on;\nsend fqdn.server-update on;\n' "$host"
    } >"$directory/dhclient.conf"
    rm -f "$directory/ip6"
    exec_dhclient6 "$client" -d &
    DHCLIENT_PID[$client]=$!
    wait_until 20 test -s "$directory/ip6"
}

# exec_dhclient6 CLIENT ARGUMENT...: dhclient with the files of this client.
exec_dhclient6() {
    local client=$1 directory=$SANDBOX/client/$1
    shift
    CLIENT_DIR=$directory exec_in_client "$client" "$SANDBOX/bin/dhclient" -6 -v "$@" \
        -cf "$directory/dhclient.conf" -lf "$directory/dhclient.leases" -pf "$directory/dhclient.pid" \
        -sf "$SANDBOX_LIB/dhcp-client-script" -e "CLIENT_DIR=$directory" eth0 \
        </dev/null >>"$directory/dhclient.log" 2>&1
}

# Gives the lease back; the running dhclient is ended by it.
dhclient6_release() {
    (exec_dhclient6 "$1" -r)
    wait_until 10 process_gone "${DHCLIENT_PID[$1]}"
}

dhclient6_kill() {
    kill -KILL "${DHCLIENT_PID[$1]}"
    wait "${DHCLIENT_PID[$1]}" 2>/dev/null || true
}

# --- Looking up -----------------------------------------------------------------------------------------------

# A program as any of the host runs, but for the place of the modules and of the index.
host_program() {
    local -a environment=("LD_LIBRARY_PATH=$BUILD/nss")
    if [[ -n ${LVINDEX_SANITIZER_PRELOAD-} ]]; then
        # It is not built with the sanitizer, and keeps memory until the end, as glibc does.
        environment+=("LD_PRELOAD=$LVINDEX_SANITIZER_PRELOAD"
            "ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0:verify_asan_link_order=0")
    fi
    sandbox_env "${environment[@]}" "$@"
}

lookup() {
    host_program getent "$@"
}

lvindex_hook() {
    sandbox_env "$BUILD/hook/lvindex-hook" "$@"
}

lvindex_sync() {
    sandbox_env "$BUILD/indexer/sync/lvindex-sync" "$@"
}

lvindex_dump() {
    sandbox_env "$BUILD/indexer/dump/lvindex-dump" "$@"
}
