# shellcheck shell=bash
# The files of other programs: tmpfiles.d, AppArmor, bash-completion. Without systemd.
: "${ROOT:?is set by ../installed}"

# --- tmpfiles.d -----------------------------------------------------------------------------------------------

mv "$ROOT/var/lib/lvindex" "$ROOT/root/lvindex"
succeeds "systemd-tmpfiles" systemd-tmpfiles --root="$ROOT" --create lvindex.conf
equal "the directories that it makes" "$(lines 'root:root 755' 'root:root 755')" \
    "$(stat -c '%U:%G %a' "$ROOT"/var/lib/lvindex{,/hosts})"
rmdir "$ROOT"/var/lib/lvindex{/hosts,}
mv "$ROOT/root/lvindex" "$ROOT/var/lib/lvindex"

# --- AppArmor -------------------------------------------------------------------------------------------------

# Compiled and not loaded: most kernels that run this have no AppArmor.
parsed() {
    in_root apparmor_parser --quiet --skip-kernel-load --skip-cache --stdout "$1" 2>/dev/null | wc -c
}

# rules PROFILE REGEX: the lines of the profile, all that it includes among them, that match.
rules() {
    in_root apparmor_parser --quiet --preprocess "$1" 2>/dev/null | sed 's/^ *//; /^#/d' | grep -E "$2"
}

dnsmasq=/etc/apparmor.d/usr.sbin.dnsmasq
plain=$(parsed "$dnsmasq")
equal "what includes abstractions/nameservice may read the index" \
    "$(lines '/var/lib/lvindex/base-*.tdb r,' '/var/lib/lvindex/index.tdb r,')" "$(rules "$dnsmasq" lvindex | sort -u)"
cp "$ROOT/usr/share/lvindex/apparmor/dnsmasq" "$ROOT/etc/apparmor.d/local/usr.sbin.dnsmasq"
succeeds "dnsmasq's profile with our part" in_root apparmor_parser --quiet --skip-kernel-load --skip-cache "$dnsmasq"
succeeds "it makes the profile larger" test "$(parsed "$dnsmasq")" -gt "$plain"
equal "its rule for the hook leads to a profile of its own" \
    "$(lines '/usr/libexec/lvindex-hook Cx -> lvindex_hook,' '/usr/libexec/lvindex-hook mr,')" \
    "$(rules "$dnsmasq" ^/usr/libexec/lvindex-hook | sort)"
rm "$ROOT/etc/apparmor.d/local/usr.sbin.dnsmasq"

# --- bash-completion ------------------------------------------------------------------------------------------

# What may come in place of LINE's last word, sorted, as bash asks for it when TAB is pressed at its end.
cat >"$ROOT/root/complete" <<'EOS'
# Bash breaks words at = as well.
line=$1
read -ra COMP_WORDS <<<"${line//=/ = }"
[[ $line == *[\ =] ]] && COMP_WORDS+=('')
COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9 COMP_KEY=9
source /usr/share/bash-completion/bash_completion
compopt() { :; }
_completion_loader "${COMP_WORDS[0]}" || (($? == 124))
function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.* -F \([^ ]*\) .*/\1/')
previous=
((COMP_CWORD == 0)) || previous=${COMP_WORDS[COMP_CWORD - 1]}
"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "$previous"
printf '%s\n' "${COMPREPLY[@]}" | sort
EOS

# completes LINE WORD...: these, and no others.
completes() {
    local line=$1
    shift
    equal "$line<TAB>" "$(lines "$@")" "$(in_root bash /root/complete "$line" 2>&1)"
}

for network in lab labour '$(touch${IFS}ran)'; do
    in_root env "LVINDEX_NETWORK=$network" DNSMASQ_LEASE_EXPIRES=0 \
        /usr/libexec/lvindex-hook add 52:54:00:00:00:02 192.168.151.2 webcam
done
completes 'lvindex-dump --ne' --network=
completes 'lvindex-dump --network=la' lab labour
completes 'lvindex-dump -n labo' labour
completes 'lvindex-dump -n ' '\$\(touch\$\{IFS\}ran\)' lab labour
completes 'lvindex-dump --explain=webc' webcam
completes 'lvindex-dump --name webc' webcam
completes 'lvindex-dump --address=192.168.151.' 192.168.151.2
completes 'lvindex-dump --j' --json
completes 'lvindex-sync --w' --watch
completes 'lvindex-sync --forget=lab=webc' webcam
completes 'lvindex-sync --leases=/etc/host' /etc/host.conf /etc/hostname /etc/hosts
completes 'lvindex-sync -l lab=/etc/hostn' /etc/hostname
equal "nothing in a network's name is run" "" "$(find "$ROOT" -xdev -name ran)"
for network in lab labour '$(touch${IFS}ran)'; do
    in_root env "LVINDEX_NETWORK=$network" /usr/libexec/lvindex-hook del 52:54:00:00:00:02 192.168.151.2
done
