#!/bin/bash
# lvindex-dump --explain: every candidate for a name with its reason, what was refused, and what the modules answer.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

LATER=4000000000

# With the modules where the loader finds them, as where they are installed; ages are not what is tested.
explain() {
    sandbox_env LD_LIBRARY_PATH="$BUILD/nss" TZ=UTC "$BUILD/indexer/dump/lvindex-dump" --explain "$1" 2>&1 |
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
    'Module lvindex: SUCCESS: Web.lab.example, Web'

# A guest of that name: it alone may be called so; the host name of the others is theirs no more.
macs_write virbr7 web=52:54:00:00:00:01
succeeds "lvindex-sync" lvindex_sync
explains WEB. \
    'Guest name, key "gweb":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    'web | 192.0.2.1 | - | the hook | running guest, heard AGO | - | answers' \
    'web | - | virbr7 | - | - | - | marks the guest as running; an address comes from its leases' \
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

# It is defined, too; and another one that does not run.
mkdir "$SANDBOX/definitions/qemu"
touch "$SANDBOX/definitions/qemu/web.xml" "$SANDBOX/definitions/qemu/mail.xml"
succeeds "lvindex-sync" lvindex_sync
equal "a guest that runs, and is defined" \
    "$(lines 'web | - | /qemu | - | - | - | marks the guest as defined; an address comes from its leases' \
    'web | - | virbr7 | - | - | - | marks the guest as running; an address comes from its leases')" "$(explain web | grep 'marks the guest')"
explains mail \
    'Guest name, key "gmail":' \
    'NAME | ADDRESS | NETWORK | FROM | ORDER | LEFT | VERDICT' \
    "mail | - | /qemu | - | - | - | the guest runs in no network of libvirt's: its name is only reserved" \
    '' \
    'Host name, key "hmail": not in the index' \
    '' \
    'Module lvindex_guest: NOTFOUND' \
    'Module lvindex: NOTFOUND'

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

# A client that told no name.
succeeds "a lease without a name" lvindex_hook add 52:54:00:00:00:77 192.0.2.77
explains 192.0.2.77 'Names of the address, key "a\xc0\x00\x02M": not in the index' '' \
    '192.0.2.77: leased to 52:54:00:00:00:77 in network -; its client told no name' '' \
    'Module lvindex_guest: NOTFOUND' 'Module lvindex: NOTFOUND'

# --- As JSON ----------------------------------------------------------------------------------------------------------

# explained WHAT SUBJECT FILTER EXPECTED: what jq's FILTER (compact) makes of the explanation.
explained() {
    equal "--json: $1" "$4" "$(sandbox_env LD_LIBRARY_PATH="${MODULES-$BUILD/nss}" "$BUILD/indexer/dump/lvindex-dump" \
        --json --explain="$2" 2>/dev/null | jq -c "$3" 2>&1)"
}

explained "what was asked, and which records were looked at" WEB. '[.version > 1, .subject, [.records[] | .kind, .key]]' \
    '[true,"WEB.",["guest","gweb","host","hweb"]]'
explained "a guest's candidates" web '.records[0].candidates[] | del(."last-heard")' "$(lines \
    '{"name":"web","network":"","ip-address":"192.0.2.1","from":"the hook","running":true,"expiry-time":0,'"\
"'"verdict":"answers"}' \
    '{"name":"web","network":"/qemu","verdict":"no-address",'"\
"'"reason":"marks the guest as defined; an address comes from its leases"}' \
    '{"name":"web","network":"virbr7","verdict":"no-address","reason":"marks the guest as running; an address comes from its leases"}')"
explained "a host's candidates" web \
    '.records[1].candidates[] | [.name, .network, ."ip-address", .running, .verdict, .reason]' \
    "$(lines '["web","","192.0.2.1",true,"answers",null]' \
        '["Web","","192.0.2.4",false,"refused","another guest'"'"'s libvirt name"]' \
        '["web","lan","192.0.2.9",false,"refused","another guest'"'"'s libvirt name"]')"
explained "a guest that does not run" mail '.records[0].candidates[] | [.network, .verdict]' '["/qemu","not-running"]'
explained "times" web \
    '.records[1].candidates | [(.[0]."last-heard" - now | fabs < 60), .[1]."expiry-time", .[2]."last-heard"]' \
    "[true,$LATER,null]"
explained "who asked in vain" web .refused '[{"name-refused":"web","name-refused-reason":"asked for, not granted by '"\
"'dnsmasq","network":"","ip-address":"192.0.2.3","mac-address":"52:54:00:00:00:03"}]'
explained "the modules" web .modules '[{"module":"lvindex_guest","status":"SUCCESS","found":["192.0.2.1"]},'"\
"'{"module":"lvindex","status":"SUCCESS","found":["192.0.2.1"]}]'
explained "an address" 192.0.2.1 '[.records[] | .kind, .key], [.modules[].found]' \
    "$(lines '["address","a\\xc0\\x00\\x02\\x01"]' '[["web"],["web"]]')"
explained "an address without a name" 192.0.2.77 '.nameless' \
    '[{"network":"","ip-address":"192.0.2.77","mac-address":"52:54:00:00:00:77"}]'
explained "an address with one" 192.0.2.1 '.nameless' '[]'
explained "nobody" $'no\e[31m\xff' '.subject, .records[].candidates, .refused, .modules[].found' \
    "$(lines '"no\\x1b[31m\\xff"' '[]' '[]' '[]' '[]' '[]')"
explained "a name too long" "$(printf 'a%.0s' {1..300})" '[.records[] | has("key")]' '[false,false]'
MODULES=$SANDBOX/nowhere explained "no modules" nobody \
    '[.modules[] | keys]' '[["module","trouble"],["module","trouble"]]'

# The modules refuse an index that others may write, and say so.
chmod g+w "$INDEX"
equal "a refused index" "Module lvindex: UNAVAIL (Operation not permitted)" \
    "$(explain nobody | grep 'lvindex:' | head -1)"
explained "a refused index" nobody '.modules[1]' \
    '{"module":"lvindex","status":"UNAVAIL","trouble":"Operation not permitted","found":[]}'
chmod g-w "$INDEX"

finish
