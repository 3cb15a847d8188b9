# shellcheck shell=bash
# Removed, then purged, while systemd runs.
: "${ROOT:?is set by ../installed}"

# All but our copies of the packages, and what man kept of a page that it was asked for.
ours() {
    in_root find / -xdev \( -path /root -o -path /var/cache/man \) -prune -o -name '*lvindex*' -print | sort
}

rm "$ROOT/etc/dnsmasq.d/lvindex.conf"
in_root systemctl restart dnsmasq.service
succeeds "apt-get remove" in_root apt-get --quiet --yes remove lvindex libnss-lvindex
equal "nsswitch.conf is as it was" "hosts: files dns" "$(hosts_line)"
equal "names that others know" "127.0.0.1" "$(lookup ahostsv4 localhost | awk '{ print $1 }' | sort -u)"
unresolved web
equal "the service is stopped" inactive "$(in_root systemctl is-active lvindex-sync.service)"
succeeds "the index stays" test -s "$ROOT/var/lib/lvindex/index.tdb"

succeeds "apt-get purge" in_root apt-get --quiet --yes purge lvindex libnss-lvindex
equal "what is left" "" "$(ours)"
