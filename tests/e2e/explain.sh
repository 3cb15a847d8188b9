#!/bin/bash
# lvindex-dump --explain: every candidate for a name with its reason, what was refused, and what the modules answer.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LATER=4000000000

# With the modules where the loader finds them, as where they are installed; ages are not what is tested.
explain() {
    sandbox_env LD_LIBRARY_PATH="$BUILD/nss" TZ=UTC "$BUILD/indexer/lvindex-dump" --explain "$1" 2>&1 |
        sed -E 's/  +/ | /g; s/heard [0-9]+m [0-9]+s ago/heard AGO/; s/[0-9]+d [0-9]+h/LEFT/'
}

# explains SUBJECT LINE...: all that is said of it.
explains() {
    local subject=$1
    shift
    equal "--explain $subject" "$(lines "$@")" "$(explain "$subject")"
}

event() {
    succeeds "event: $*" sandbox_env "${EVENT[@]}" "$BUILD/hook/lvindex-hook" "$@"
}

printf '%s\n' "$LATER 52:54:00:00:00:09 192.0.2.9 web *" >"$SANDBOX/lan.leases"
succeeds "lvindex-sync" lvindex_sync --leases="lan=$SANDBOX/lan.leases"
EVENT=()
event add 52:54:00:00:00:01 192.0.2.1 web
EVENT=(DNSMASQ_SUPPLIED_HOSTNAME=web)
event add 52:54:00:00:00:03 192.0.2.3
EVENT=(DNSMASQ_LEASE_EXPIRES=1)
event add 52:54:00:00:00:02 192.0.2.2 web
EVENT=(DNSMASQ_DOMAIN=lab.example "DNSMASQ_LEASE_EXPIRES=$LATER")
event add 52:54:00:00:00:04 192.0.2.4 Web

explains web \
    'Guest name, key "gweb": not in the index' \
    '' \
    'Host name, key "hweb":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    'Web | 192.0.2.4 | - | the hook | heard AGO | LEFT | answers' \
    'web | 192.0.2.2 | - | the hook | heard AGO | expired | expired' \
    'web | 192.0.2.1 | - | the hook | heard AGO | - | answers' \
    "web | 192.0.2.9 | lan | $SANDBOX/lan.leases | from a file | LEFT | answers" \
    '' \
    'Refused: web, asked for by 192.0.2.3 (52:54:00:00:00:03) in network -: asked for, not granted by dnsmasq' \
    '' \
    'Module lvindex_guest: NOTFOUND' \
    'Module lvindex: SUCCESS: 192.0.2.4, 192.0.2.1, 192.0.2.9'

explains 192.0.2.4 \
    'Names of the address, key "a\xc0\x00\x02\x04":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    'Web.lab.example | 192.0.2.4 | - | the hook | heard AGO | LEFT | answers' \
    '' \
    'Module lvindex_guest: NOTFOUND' \
    'Module lvindex: SUCCESS: Web, Web.lab.example'

# A guest of that name: it alone may be called so; the host name of the others is theirs no more.
macs_write virbr7 web=52:54:00:00:00:01
succeeds "lvindex-sync" lvindex_sync
explains WEB. \
    'Guest name, key "gweb":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    'web | 192.0.2.1 | - | the hook | running guest, heard AGO | - | answers' \
    'web | - | virbr7 | - | - | - | says that the guest is there; has no address' \
    '' \
    'Host name, key "hweb":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    'web | 192.0.2.1 | - | the hook | running guest, heard AGO | - | answers' \
    "Web | 192.0.2.4 | - | the hook | heard AGO | LEFT | another guest's libvirt name" \
    "web | 192.0.2.9 | lan | $SANDBOX/lan.leases | from a file | LEFT | another guest's libvirt name" \
    '' \
    'Refused: web, asked for by 192.0.2.3 (52:54:00:00:00:03) in network -: asked for, not granted by dnsmasq' \
    '' \
    'Module lvindex_guest: SUCCESS: 192.0.2.1' \
    'Module lvindex: SUCCESS: 192.0.2.1'

unknown=('Guest name, key "gnobody": not in the index' '' 'Host name, key "hnobody": not in the index' '')
explains nobody "${unknown[@]}" 'Module lvindex_guest: NOTFOUND' 'Module lvindex: NOTFOUND'
missing="cannot open shared object file: No such file or directory"
equal "modules that the loader does not find" \
    "$(lines "${unknown[@]}" "Module lvindex_guest: cannot be asked: libnss_lvindex_guest.so.2: $missing" \
        "Module lvindex: cannot be asked: libnss_lvindex.so.2: $missing")" \
    "$(lvindex_dump --explain nobody 2>&1)"
explains $'a\e[31m' \
    'Guest name, key "ga\x1b[31m": not in the index' '' 'Host name, key "ha\x1b[31m": not in the index' '' \
    'Module lvindex_guest: NOTFOUND' 'Module lvindex: NOTFOUND'

# The modules refuse an index that others may write, and say so.
chmod g+w "$INDEX"
equal "a refused index" "Module lvindex: UNAVAIL (Operation not permitted)" "$(explain nobody | grep 'lvindex:' | head -1)"
chmod g-w "$INDEX"

finish
