# shellcheck shell=bash
# A libvirtd of our own, for the test of lvindex with libvirt itself: source it first. It moves the script into the
# sandbox of the end-to-end tests, and there hides what libvirt and lvindex have on this host.
#
# Of libvirt's drivers there is the one for networks alone: no guest is started, and the others look at the machine.
#
# Environment: BUILD, the build directory (default: build/ of the project). Exit: 0 passed, 1 failed, 77 skipped.

# shellcheck source=SCRIPTDIR/../e2e/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/harness.sh"

NETWORK=lab
DOMAIN=lab.example
BRIDGE=virbr7
STATUS=$SANDBOX/libvirt/$BRIDGE.status
DNSMASQ_LOG=$SANDBOX/dnsmasq.log
LIBVIRTD_PID=
HELPER_PATH= # where libvirt has its helper, once known
HELPER_NOW=original

# unavailable REASON [DETAIL]: libvirt cannot be had here, and the script is skipped. Shows all that was said.
unavailable() {
    tell
    trap - EXIT
    skip "$1${2:+: $(head -n 1 <<<"$2")}"
}

# --- Places ---------------------------------------------------------------------------------------------------

# own_directory PATH [DIRECTORY]: there is a new directory at PATH now, or DIRECTORY. What the host has beside it
# is seen as before, and nothing is made on the host where it has no such directory.
own_directory() {
    local path=$1 directory=${2-}
    [[ -d $path ]] || extend_host "$path"
    if [[ -n $directory ]]; then
        mount --bind "$directory" "$path"
    else
        mount -t tmpfs -o mode=0755 lvindex-sandbox "$path"
    fi
}

# extend_host PATH: makes PATH in a directory of ours that lies over its nearest parent, and shows what that has.
extend_host() {
    local path=$1 parent=${1%/*} beneath
    until [[ -d $parent ]]; do
        parent=${parent%/*}
    done
    if [[ $(findmnt -nro SOURCE -T "$parent") != lvindex-sandbox ]]; then
        beneath=$(mktemp -d "$SANDBOX/beneath.XXXXXX")
        mount --rbind "$parent" "$beneath"
        mount -t tmpfs -o mode=0755 lvindex-sandbox "$parent"
        find "$beneath" -mindepth 1 -maxdepth 1 -exec ln -s -t "$parent" {} +
    fi
    mkdir -p "$path"
}

# built_in VARIABLE: the directory that our programs use when it is not set. libvirt does not pass it on.
built_in() {
    "$BUILD/hook/lvindex-hook" --help | sed -n "s/^ *$1 .*(\(.*\))\$/\1/p"
}

own_places() {
    local place
    for place in /run /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
        own_directory "$place"
    done
    own_directory "$(built_in LVINDEX_DIR)" "$SANDBOX/state"
    own_directory "$(built_in LVINDEX_LIBVIRT_DIR)" "$SANDBOX/libvirt"
    own_directory "$(built_in LVINDEX_DEFINITIONS_DIR)" "$SANDBOX/definitions"
    own_directory "$(built_in LVINDEX_CONFIG_DIR)" "$SANDBOX/config"
}

# As the end-to-end tests have it, but for the places: everything is where it was built to be.
exec_sandbox_env() {
    local name
    local -a environment=()
    for name in ASAN_OPTIONS UBSAN_OPTIONS GCOV_ERROR_FILE; do
        [[ -z ${!name-} ]] || environment+=("$name=${!name}")
    done
    exec env -i "${environment[@]}" "$@"
}

# --- libvirtd -------------------------------------------------------------------------------------------------

libvirtd_prepare() {
    local program driver
    for program in libvirtd virsh findmnt; do
        [[ -n $(type -P "$program") ]] || unavailable "$program is not installed"
    done
    driver=$(find /usr/lib* -name libvirt_driver_network.so -print -quit)
    [[ -n $driver ]] || unavailable "libvirt's network driver is not installed"
    mkdir "$SANDBOX/drivers"
    ln -s "$driver" "$SANDBOX/drivers/"
    # For the reason that sandbox_binaries has.
    cp "$(type -P libvirtd)" "$SANDBOX/bin/"
    cat >"$SANDBOX/libvirtd.conf" <<END
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:file:$SANDBOX/libvirtd.log"
END
    own_places
    # getaddrinfo asks for no IPv4 addresses on a host that has none itself (AI_ADDRCONFIG), as here
    # while the network is destroyed.
    ip address add 198.51.100.1/32 dev lo
    # While nothing is plugged into a bridge, its IPv6 address would wait to be probed for.
    echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
}

libvirtd_start() {
    env -i PATH="$SANDBOX/bin:$SANDBOX_PATH" LIBVIRT_DRIVER_DIR="$SANDBOX/drivers" \
        "$SANDBOX/bin/libvirtd" --config "$SANDBOX/libvirtd.conf" </dev/null >>"$SANDBOX/libvirtd.out" 2>&1 &
    LIBVIRTD_PID=$!
    wait_until 15 libvirtd_settled && virsh uri >/dev/null 2>&1
}

# The last error that it wrote down.
libvirtd_complaint() {
    cat "$SANDBOX"/libvirtd.{out,log} 2>/dev/null | sed -n 's/.* error : [^ ]* : //p; /^[^0-9]/p' | tail -n 1
}

# It answers, or has given up.
libvirtd_settled() {
    virsh uri || process_gone "$LIBVIRTD_PID"
}

libvirtd_restart() {
    kill -TERM "$LIBVIRTD_PID"
    wait "$LIBVIRTD_PID" || true
    libvirtd_start
}

# As the administrator would, at UTC.
virsh() {
    env HOME="$SANDBOX/tmp" TZ=UTC timeout 30 virsh --quiet --connect network:///system "$@" </dev/null
}

# --- The network ----------------------------------------------------------------------------------------------

# As virt-manager makes one. Not forwarding, and so no firewall; dnsmasq writes its log for us to read, and does not
# wait 3 seconds for the echo of each new address.
network_define() {
    cat >"$SANDBOX/network.xml" <<END
<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>$NETWORK</name>
  <forward mode='open'/>
  <bridge name='$BRIDGE' stp='off' delay='0'/>
  <mac address='52:54:00:00:07:01'/>
  <domain name='$DOMAIN'/>
  <dns>
    <host ip='192.168.150.98'>
      <hostname>printer</hostname>
      <hostname>copier.$DOMAIN</hostname>
    </host>
    <host ip='fd00:150::98'>
      <hostname>printer</hostname>
    </host>
  </dns>
  <ip address='192.168.150.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.150.128' end='192.168.150.254'><lease expiry='2' unit='hours'/></range>
      <host mac='52:54:00:00:00:99' name='www' ip='192.168.150.99'/>
    </dhcp>
  </ip>
  <ip family='ipv6' address='fd00:150::1' prefix='64'>
    <dhcp>
      <range start='fd00:150::100' end='fd00:150::1ff'><lease expiry='2' unit='hours'/></range>
      <host id='0:3:0:1:52:54:0:0:0:97' name='six' ip='fd00:150::97'/>
    </dhcp>
  </ip>
  <dnsmasq:options>
    <dnsmasq:option value='log-facility=$DNSMASQ_LOG'/>
    <dnsmasq:option value='log-dhcp'/>
    <dnsmasq:option value='no-ping'/>
  </dnsmasq:options>
</network>
END
    virsh net-define "$SANDBOX/network.xml"
}

# Starts it, and plugs in again who was plugged in when it was destroyed: CLIENT...
network_start() {
    virsh net-start "$NETWORK"
    plug "$@"
}

plug() {
    local client
    for client; do
        ip link set "to-$client" master "$BRIDGE" up
    done
}

# The network's dnsmasq, the one of the two processes that serves.
network_dnsmasq() {
    cat "/run/libvirt/network/$NETWORK.pid" 2>/dev/null
}

# --- The helper -----------------------------------------------------------------------------------------------

# What the running dnsmasq was told to call.
helper_find() {
    HELPER_PATH=$(tr '\0' '\n' <"/proc/$(network_dnsmasq)/cmdline" | sed -n 's/^--dhcp-script=//p')
    [[ -x $HELPER_PATH ]]
}

# helper_use lvindex|original: from the next event on.
helper_use() {
    if [[ $1 == "$HELPER_NOW" ]]; then
        return
    fi
    if [[ $1 == lvindex ]]; then
        mount --bind "$BUILD/hook/lvindex-hook" "$HELPER_PATH"
    else
        # Lazily: it may be running.
        umount --lazy "$HELPER_PATH"
    fi
    HELPER_NOW=$1
}

# --- What virsh shows -----------------------------------------------------------------------------------------

# virsh_leases [MAC]: `virsh net-dhcp-leases` without the expiry times, a line a lease, or what it says instead.
virsh_leases() {
    virsh net-dhcp-leases "$NETWORK" ${1:+--mac "$1"} 2>&1 |
        awk '/^error:/ { print; next } NF { print $3, $4, $5, $6, $7 }' | sort
}

# virsh_expiry ADDRESS: when this lease ends, in seconds since 1970.
virsh_expiry() {
    local date
    date=$(virsh net-dhcp-leases "$NETWORK" 2>&1 | awk -v address="$1" 'index($5, address "/") == 1 { print $1, $2 }')
    [[ -z $date ]] || date --utc --date "$date" +%s
}

# What libvirtd reads: but for what differs from one minute to the next, its text.
status_text() {
    sed -E 's/("expiry-time": )[0-9]+/\1TIME/; s/("server-duid": )"[0-9a-f:]+"/\1"DUID"/' "$STATUS" 2>&1
}

# --- Checks that wait -----------------------------------------------------------------------------------------

# soon WHAT EXPECTED COMMAND...: what COMMAND prints becomes this within ten seconds. They are not spent on all that
# a first failure entails.
soon() {
    local what=$1 expected=$2 deadline=$((${EPOCHREALTIME/./} + (FAILURES > 2 ? 1 : 10) * 1000000)) actual
    shift 2
    while :; do
        actual=$("$@" 2>&1) || true
        if [[ $actual == "$expected" ]] || ((${EPOCHREALTIME/./} > deadline)); then
            break
        fi
        sleep 0.05
    done
    if [[ $actual == "$expected" ]]; then
        passed "$what"
    else
        failed "$what" "expected:" "$expected" "actual:" "$actual"
    fi
}

# Waits until libvirt's and our files have been left alone for a second: events that change nothing for whoever asks
# are over then.
events_settle() {
    local before
    until before=$(files_now) && sleep 1 && [[ $(files_now) == "$before" ]]; do
        :
    done
}

files_now() {
    find "$SANDBOX/state" "$SANDBOX/libvirt" -printf '%p %i %C@\n' | sort
}

# answers NAME ADDRESS...: NAME resolves to these soon, and to no other; unknown without any.
answers() {
    local name=$1
    shift
    if (($# == 0)); then
        soon "getent hosts $name: unknown" "status 2" sorted_addresses_of hosts "$name"
        soon "getent ahosts $name: unknown" "status 2" sorted_addresses_of ahosts "$name"
        return
    fi
    soon "getent ahosts $name" "$(lines "$@" | sort)" sorted_addresses_of ahosts "$name"
    soon "getent hosts $name" "$(lines "$@" | sort | answered_by_hosts)" sorted_addresses_of hosts "$name"
}

# names_of ADDRESS NAME: NAME with the network's domain is its canonical name soon, and NAME the next one; it has none
# when NAME is empty.
names_of() {
    soon "getent hosts $1: ${2:-no name}" "${2:+$2.$DOMAIN $2}" first_names "$1"
}

sorted_addresses_of() {
    follow_libvirt
    addresses_of "$@" | sort
}

first_names() {
    follow_libvirt
    lookup hosts "$1" | awk '{ print $2, $3 }'
}

# libvirt's own helper tells us nothing.
follow_libvirt() {
    [[ $HELPER_NOW == lvindex ]] || lvindex_sync
}

# `getent hosts` tells the IPv6 addresses of a name, and the others when it has none.
answered_by_hosts() {
    awk '{ all[NR] = $0 } /:/ { ipv6 = 1 } END { for (i = 1; i <= NR; i++) if (!ipv6 || all[i] ~ /:/) print all[i] }'
}

# --- Ending ---------------------------------------------------------------------------------------------------

# What one wants to see of a test that failed.
tell() {
    local file
    for file in "$SANDBOX"/libvirtd.log "$SANDBOX"/libvirtd.out "$DNSMASQ_LOG" "$SANDBOX"/client/*/*.log \
        "$SANDBOX"/libvirt/*; do
        if [[ -s $file ]]; then
            echo "# ---- ${file#"$SANDBOX"/}"
            grep -av 'sent size:' "$file" | tail -n 100 | sed 's/^/# /'
        fi
    done
    if [[ -e $INDEX ]]; then
        echo "# ---- lvindex-dump"
        lvindex_dump 2>&1 | sed 's/^/# /'
    fi
}
