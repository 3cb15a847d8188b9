# shellcheck shell=bash
# What the machine holds that the pages' commands are typed on: fresh_machine, then one of the scene_ functions.
# They run as root in the sandbox of `run`, with the programs installed and the usual directories.

STATE=/var/lib/lvindex
LIBVIRT=/var/lib/libvirt/dnsmasq
LAN_LEASES=/var/lib/lan.leases
NOW=$(date +%s)

# --- A machine without leases -----------------------------------------------------------------------------------

fresh_machine() {
    end_dnsmasqs
    local place
    for place in "$STATE" /usr/lib/libvirt/libvirt_leaseshelper; do
        if mountpoint -q "$place"; then
            umount "$place"
        fi
    done
    find /run /var/lib /var/backups /usr/lib/libvirt "$SANDBOX/home" -mindepth 1 -delete
    find /etc -mindepth 1 -maxdepth 1 ! -name nsswitch.conf ! -name hosts -exec rm -rf {} +
    cp -a "$SANDBOX"/etc.fresh/. /etc/
    printf 'hosts: files lvindex_guest lvindex\n' >/etc/nsswitch.conf
    mkdir -p "$LIBVIRT" /etc/libvirt/qemu /etc/dnsmasq.d /var/lib/misc /var/lib/dpkg /run/nscd \
        "$SANDBOX/home/.ssh/config.d"
    : >/var/lib/dpkg/status
    printf '#!/bin/sh\n' >/usr/lib/libvirt/libvirt_leaseshelper
    chmod +x /usr/lib/libvirt/libvirt_leaseshelper
    chown -R nobody "$SANDBOX/home"
}

# Those that run in the background.
end_dnsmasqs() {
    local file
    for file in /run/docs-*.pid; do
        [[ ! -e $file ]] || kill "$(cat "$file")" || true
    done
    [[ ! -e /sys/class/net/br0 ]] || ip link delete br0
}

# event NETWORK SECONDS ACTION MAC IP [NAME]: what dnsmasq tells of a lease with so much time left.
event() {
    local network=$1 seconds=$2
    shift 2
    LVINDEX_NETWORK=$network DNSMASQ_LEASE_EXPIRES=$((NOW + seconds)) DNSMASQ_INTERFACE=br0 \
        /usr/libexec/lvindex-hook "$@"
}

# guests GUEST=MAC...: they run on libvirt's network; each is defined, too.
guests() {
    local guest
    jq -n '[$ARGS.positional[] | capture("^(?<domain>.*)=(?<macs>.*)$") | .macs |= split(",")]' --args "$@" \
        >"$LIBVIRT/virbr0.macs"
    for guest; do
        : >"/etc/libvirt/qemu/${guest%=*}.xml"
    done
}

# run_dnsmasq NAME ARGUMENT...: one that has no leases yet.
run_dnsmasq() {
    local name=$1
    shift
    ip link add name br0 type bridge 2>/dev/null && ip address add 192.168.150.1/24 dev br0 && ip link set br0 up
    dnsmasq --conf-file=/dev/null --pid-file="/run/docs-$name.pid" --no-resolv --no-hosts --port=0 \
        --log-facility="/run/docs-$name.log" --dhcp-leasefile="/run/docs-$name.leases" --interface=br0 --bind-dynamic \
        --dhcp-range=192.168.150.128,192.168.150.254,1h "$@"
}

# --- Scenes -----------------------------------------------------------------------------------------------------

scene_empty() {
    :
}

# libvirt's own files, which nobody has read yet.
scene_libvirt() {
    jq -n --argjson now "$NOW" '[
        {"ip-address": "192.168.122.41", "mac-address": "52:54:00:c4:1d:07", "hostname": "fedora",
         "client-id": "01:52:54:00:c4:1d:07", "expiry-time": ($now + 2820)},
        {"ip-address": "192.168.122.87", "mac-address": "52:54:00:8e:30:5b", "hostname": "localhost",
         "expiry-time": ($now + 3305)}]' >"$LIBVIRT/virbr0.status"
    printf 'interface=virbr0\ndhcp-range=192.168.122.2,192.168.122.254,255.255.255.0,1h\n' >"$LIBVIRT/default.conf"
    guests "Fedora VM=52:54:00:c4:1d:07" "db1=52:54:00:8e:30:5b"
    : >/etc/libvirt/qemu/mail.xml
}

# Two networks, one of a dnsmasq with the hook and one of libvirt's.
scene_example() {
    scene_libvirt
    lvindex-sync
    DNSMASQ_DOMAIN=lab.example event lab 43205 add 52:54:00:00:00:01 192.168.150.229 web
    event lab 43205 add 52:54:00:00:00:02 192.168.150.230 db1
}

# The same, with the directory that tmpfiles.d makes.
scene_hosts_file() {
    scene_example
    mkdir "$STATE/hosts"
}

# Machines that are no longer there, one of them still in libvirt's file.
scene_gone() {
    scene_libvirt
    rm /etc/libvirt/qemu/mail.xml
    lvindex-sync
    event lab 43205 add 52:54:00:00:00:01 192.168.150.229 web
    event lab 43205 add 52:54:00:00:00:02 192.168.150.230 mail
}

# What a dnsmasq without the hook keeps.
scene_lease_file() {
    echo "$((NOW + 43205)) 52:54:00:00:00:01 192.168.150.229 web *" >/var/lib/misc/dnsmasq.leases
}

# The hook in the place of libvirt's helper.
scene_helper_replaced() {
    ln -sf /usr/libexec/lvindex-hook /usr/lib/libvirt/libvirt_leaseshelper
}

# Something that dnsmasq's script was before.
scene_two_scripts() {
    printf '#!/bin/sh\n' >/usr/local/sbin/other-script
    chmod +x /usr/local/sbin/other-script
}

scene_lease_files() {
    mkdir /var/lib/lab /var/lib/office
    echo "$((NOW + 43205)) 52:54:00:00:00:01 192.168.150.229 web *" >/var/lib/lab/leases
    echo "$((NOW + 43205)) 52:54:00:00:00:02 192.168.151.17 printer *" >/var/lib/office/leases
}

# One name, three leases: one that expired, one from a file.
scene_three_leases() {
    event lab -5000 add 52:54:00:00:00:07 192.168.150.17 web
    event lab 43020 add 52:54:00:00:00:01 192.168.150.229 web
    echo "$((NOW + 19200)) 52:54:00:00:00:09 192.168.77.9 web *" >"$LAN_LEASES"
    lvindex-sync --leases="lan=$LAN_LEASES"
}

# --- Troubles -----------------------------------------------------------------------------------------------------

scene_no_names() {
    printf 'hosts: files dns\n' >/etc/nsswitch.conf
    rm /etc/ld.so.conf.d/lvindex.conf
    ldconfig
}

scene_behind_resolve() {
    scene_example
    printf 'hosts: files resolve [!UNAVAIL=return] lvindex_guest lvindex dns\n' >/etc/nsswitch.conf
}

scene_behind_dns() {
    scene_example
    printf 'hosts: files dns lvindex_guest lvindex\n' >/etc/nsswitch.conf
}

scene_no_hook() {
    scene_example
    run_dnsmasq lab
}

scene_no_renewals() {
    scene_example
    run_dnsmasq lab --dhcp-script=/usr/libexec/lvindex-hook
}

scene_two_dnsmasqs() {
    run_dnsmasq one --dhcp-script=/usr/libexec/lvindex-hook --script-on-renewal
    run_dnsmasq two --dhcp-script=/usr/libexec/lvindex-hook --script-on-renewal
    event '' 40000 add 52:54:00:00:00:01 192.168.150.229 web
}

# A machine that was installed anew, under the name that it had.
scene_rebuilt() {
    DNSMASQ_CLIENT_ID=01:52:54:00:00:00:01 event lab 30000 add 52:54:00:00:00:01 192.168.150.3 web
    DNSMASQ_CLIENT_ID=ff:56:50:4d:98:00:02 event lab 43200 add 52:54:00:00:00:01 192.168.150.250 web
}

scene_two_machines() {
    event lab 30000 add 52:54:00:00:00:01 192.168.150.229 web
    event lab 43200 add 52:54:00:00:00:05 192.168.150.231 web
}

scene_clones() {
    DNSMASQ_CLIENT_ID=ff:56:50:4d:98:00:02 event lab 43200 add 52:54:00:00:00:01 192.168.150.229 web1
    DNSMASQ_CLIENT_ID=ff:56:50:4d:98:00:02 event lab 43200 add 52:54:00:00:00:05 192.168.150.231 web2
}

scene_two_names_of_a_network() {
    event '' 30000 add 52:54:00:00:00:01 192.168.150.229 web
    echo "$((NOW + 30000)) 52:54:00:00:00:01 192.168.150.229 web *" >/var/lib/misc/dnsmasq.leases
    lvindex-sync --leases=lab=/var/lib/misc/dnsmasq.leases
}

scene_refused_names() {
    scene_libvirt
    lvindex-sync
    DNSMASQ_SUPPLIED_HOSTNAME=www event lab 43200 add 52:54:00:00:00:01 192.168.150.201
    DNSMASQ_OLD_HOSTNAME=web event lab 43200 add 52:54:00:00:00:02 192.168.150.202
    event lab 43200 add 52:54:00:00:00:03 192.168.150.203 "my pc"
    event lab 43200 add 52:54:00:00:00:04 192.168.150.204 pc.home
    event lab 43200 add 52:54:00:00:00:05 192.168.150.205 \
        a-name-of-more-than-63-characters-a-name-of-more-than-63-characters
    event lab 43200 add 52:54:00:00:00:06 192.168.150.206 12
    event lab 43200 add 52:54:00:00:00:07 192.168.150.207 localhost
    event lab 43200 add 52:54:00:00:00:08 192.168.150.208 "$(hostname)"
    event lab 43200 add 52:54:00:00:00:09 192.168.150.209 mail
}

# Nobody followed libvirt's files when the guest started.
scene_not_followed() {
    scene_libvirt
    guests "Fedora VM=52:54:00:c4:1d:07"
    lvindex-sync
    guests "Fedora VM=52:54:00:c4:1d:07" "db1=52:54:00:8e:30:5b"
}

scene_closed() {
    scene_example
    chmod 0700 "$STATE"
}

scene_copied() {
    scene_example
    chmod 0600 "$STATE/index.tdb"
}

scene_damaged() {
    scene_example
    local offset
    offset=$(grep -abo 'web' "$STATE/index.tdb" | tail -n 1 | cut -d: -f1)
    printf 'X' | dd of="$STATE/index.tdb" bs=1 seek="$offset" conv=notrunc status=none
}

scene_nscd() {
    scene_example
    python3 -c 'import os, socket, time
listener = socket.socket(socket.AF_UNIX)
listener.bind("/run/nscd/socket")
listener.listen(99)
if os.fork() == 0:
    os.closerange(0, 3)
    open("/run/docs-nscd.pid", "w").write(str(os.getpid()))
    time.sleep(1000)'
}

own_state() {
    mkdir -m 0755 "$STATE"
    mount -t tmpfs -o "mode=0755,$1" lvindex-docs "$STATE"
}

scene_full() {
    own_state size=64k
    scene_example
    head -c 64K /dev/zero >"$STATE/too-much" 2>/dev/null || true
}

scene_read_only() {
    own_state size=1m
    scene_example
    mount -o remount,ro "$STATE"
}

scene_open_to_others() {
    scene_example
    chmod 0775 "$STATE"
}
