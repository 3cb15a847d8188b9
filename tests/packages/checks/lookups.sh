# shellcheck shell=bash
# Installed, and nothing else done: an event is all that a name needs. Without systemd.
: "${ROOT:?is set by ../installed}"

hosts_line() {
    grep '^hosts:' "$ROOT/etc/nsswitch.conf" | tr -s ' '
}

# Again over itself, as an upgrade is.
install_again() {
    in_root sh -c 'dpkg --install /root/*.deb'
}

equal "nsswitch.conf has our modules" "hosts: files lvindex_guest lvindex dns" "$(hosts_line)"
equal "the index's directory is there" "root:root 755" "$(stat -c '%U:%G %a' "$ROOT/var/lib/lvindex")"
unresolved web
succeeds "an event" in_root env DNSMASQ_LEASE_EXPIRES=0 \
    /usr/libexec/lvindex-hook add 52:54:00:00:00:01 192.168.150.200 web
resolves web 192.168.150.200
equal "getent hosts web" "192.168.150.200 web" "$(lookup hosts web | tr -s ' ')"
equal "lvindex-dump --explain finds the modules" "" "$(in_root lvindex-dump --explain=web 2>&1 >/dev/null)"

install_again >/dev/null
equal "installed again: the words are there once" "hosts: files lvindex_guest lvindex dns" "$(hosts_line)"
resolves web 192.168.150.200
sed -i 's/lvindex_guest lvindex //' "$ROOT/etc/nsswitch.conf"
install_again >/dev/null
equal "taken out by the administrator, installed again: they stay out" "hosts: files dns" "$(hosts_line)"
unresolved web
sed -i 's/^\(hosts:.*\) dns/\1 lvindex_guest lvindex dns/' "$ROOT/etc/nsswitch.conf"
resolves web 192.168.150.200

# What the checks of the service begin with.
in_root /usr/libexec/lvindex-hook del 52:54:00:00:00:01 192.168.150.200 web
