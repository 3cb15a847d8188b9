# shellcheck shell=bash
# The service, started by systemd as after an installation, beside Debian's dnsmasq and libvirt's files.
: "${ROOT:?is set by ../installed}"

UNIT=lvindex-sync.service

# A network of ours, whose addresses Debian's dnsmasq gives. Only the hook is told of its domain.
bridge_add br0 192.168.150.1/24
cat >"$ROOT/etc/dnsmasq.d/lab.conf" <<END
port=0
interface=br0
bind-interfaces
except-interface=lo
no-ping
dhcp-authoritative
domain=lab.example
dhcp-range=192.168.150.128,192.168.150.254,1h
END
root_boot

# --- The unit -------------------------------------------------------------------------------------------------

# What its process may do, as the kernel tells.
restrictions() {
    local process
    process=$(in_root systemctl show --property MainPID --value "$UNIT")
    in_root awk '/^(CapEff|CapBnd|NoNewPrivs|Seccomp):/ { print $1, $2 }' "/proc/$process/status"
    in_root awk '$2 == "/" || $2 == "/var/lib/lvindex" { print $2, substr($4, 1, 2) }' "/proc/$process/mounts"
}

equal "systemd-analyze verify" "" "$(in_root systemd-analyze verify "$UNIT" 2>&1)"
# In tenths.
succeeds "systemd-analyze security: exposed no more than 2.0" \
    in_root systemd-analyze security --offline=true --threshold=20 --no-pager "$UNIT"
equal "the service is enabled" enabled "$(in_root systemctl is-enabled "$UNIT")"
equal "the service runs" active "$(in_root systemctl is-active "$UNIT")"
equal "its restrictions are in force" \
    "$(lines 'NoNewPrivs: 1' 'CapEff: 0000000000000000' 'CapBnd: 0000000000000000' 'Seccomp: 2' '/ ro' \
        '/var/lib/lvindex rw' | sort)" \
    "$(restrictions | sort)"

# --- Names from dnsmasq's lease file --------------------------------------------------------------------------

client_add web br0 52:54:00:00:00:01
unresolved web
udhcpc_start web -x hostname:web
succeeds "a lease in dnsmasq's file is a name" wait_until 5 lookup ahosts web
resolves web "$(ip4 web)"
unresolved web.lab.example

# --- Names from libvirt ---------------------------------------------------------------------------------------

# As closed as files can be: the service has no right over others' files, but root's are its own.
mkdir -p "$ROOT"/var/lib/libvirt/dnsmasq "$ROOT"/etc/libvirt/qemu
chmod 0700 "$ROOT/etc/libvirt/qemu"
(
    umask 077
    touch "$ROOT/etc/libvirt/qemu/stopped.xml"
    echo '[{"domain": "Fedora VM", "macs": ["52:54:00:00:00:07"]}]' >"$ROOT/var/lib/libvirt/dnsmasq/virbr0.macs"
    echo '[{"ip-address": "192.168.122.41", "mac-address": "52:54:00:00:00:07", "hostname": "fedora",
        "expiry-time": 0}, {"ip-address": "192.168.122.42", "mac-address": "52:54:00:00:00:08",
        "hostname": "stopped", "expiry-time": 0}]' >"$ROOT/var/lib/libvirt/dnsmasq/virbr0.status"
)
succeeds "libvirt's files make a guest's name" wait_until 5 lookup ahosts 'Fedora VM'
resolves 'Fedora VM' 192.168.122.41
resolves fedora 192.168.122.41
# Another guest's name, which it knows only if it may read the definitions.
unresolved stopped

# --- Many leases ----------------------------------------------------------------------------------------------

MANY=$ROOT/var/lib/misc/many.leases

# many_leases COUNT: a lease file of so many.
many_leases() {
    seq 0 $(($1 - 1)) | awk '{ printf "0 52:54:01:00:%02x:%02x 10.0.%d.%d many%d *\n",
        int($1 / 256), $1 % 256, int($1 / 256), $1 % 256, $1 }' >"$MANY.new"
    mv "$MANY.new" "$MANY"
}

is_unknown() {
    ! lookup ahosts "$1"
}

# Enough for an index of two files; then each way that a pass writes one.
sed -i 's,leases",leases --leases=many=/var/lib/misc/many.leases",' "$ROOT/etc/default/lvindex"
many_leases 2000
succeeds "restarted with another lease file in /etc/default/lvindex" in_root systemctl restart "$UNIT"
succeeds "2000 leases" wait_until 10 lookup ahosts many1999
succeeds "they are an index of two files" compgen -G "$ROOT/var/lib/lvindex/base-*.tdb"
many_leases 2001
succeeds "and one more" wait_until 10 lookup ahosts many2000
many_leases 3
succeeds "and but three" wait_until 10 is_unknown many2000
resolves many2 10.0.0.2

# --- dnsmasq's drop-in ----------------------------------------------------------------------------------------

# listed NETWORK: the addresses of its leases.
listed() {
    in_root lvindex-dump --json | jq -r --arg network "$1" \
        '.leases[] | select((.network // "") == $network) | .["ip-address"]' | sort
}

cp "$ROOT/usr/share/lvindex/dnsmasq/lvindex.conf" "$ROOT/etc/dnsmasq.d/"
succeeds "dnsmasq starts with the hook" in_root systemctl restart dnsmasq.service
succeeds "the hook is told of the lease, and its domain" wait_until 5 lookup ahosts web.lab.example
resolves web.lab.example "$(ip4 web)"
client_add db br0 52:54:00:00:00:02
udhcpc_start db -x hostname:db
succeeds "the hook makes a name" wait_until 5 lookup ahosts db.lab.example
# The service follows the file within 50 ms.
sleep 0.5
equal "each lease is there once, though told by the hook and by the lease file" \
    "$(lines "$(ip4 db)" "$(ip4 web)" | sort)" "$(listed '')"

# --- A hosts file -----------------------------------------------------------------------------------------------

sed -i 's|^LVINDEX_SYNC_OPTIONS="|&--hosts-file=/var/lib/lvindex/hosts/hosts |' "$ROOT/etc/default/lvindex"
succeeds "the service with --hosts-file" in_root systemctl restart "$UNIT"
succeeds "it writes the file" wait_until 5 grep -Fx "$(ip4 db)"$'\t'db "$ROOT/var/lib/lvindex/hosts/hosts"
equal "with all names" "$(in_root lvindex-dump --hosts)" "$(cat "$ROOT/var/lib/lvindex/hosts/hosts")"

# --- What it said ---------------------------------------------------------------------------------------------

# It starts before the first lease, and there is no lease file then.
equal "the service had nothing to complain of but files that were not there yet" "" \
    "$(in_root journalctl --unit "$UNIT" --output cat --no-pager | grep '^lvindex-sync: ' |
        grep -v ': No such file or directory$' || true)"
equal "it never had to be restarted" 0 "$(in_root systemctl show --property NRestarts --value "$UNIT")"
