#!/bin/sh
# What the NSS modules show to the dynamic linker: nine entry points each, libc and nothing else, their own name.
# Usage: nss_symbols.sh libnss_lvindex.so.2 libnss_lvindex_guest.so.2
set -eu

failed=0

# expect WHAT WANTED FOUND
expect() {
    if [ "$2" != "$3" ]; then
        printf '%s: wanted:\n%s\nfound:\n%s\n' "$1" "$2" "$3" >&2
        failed=1
    fi
}

# dynamic TAG MODULE: the bracketed values of a tag of the dynamic section
dynamic() {
    readelf -dW "$2" | sed -n "s/.*($1).*\[\(.*\)\]/\1/p"
}

# What libc is to do for the modules, under either compiler. None of it allocates, takes a lock, is a cancellation
# point, asks a name service, or ends the process, but where memory is overwritten.
FIT=$(printf '%s\n' \
    __errno_location __stack_chk_fail \
    __memcpy_chk bcmp memchr memcmp memcpy memmove memset stpcpy strcpy strlen strncmp strnlen strpbrk \
    inet_ntop inet_pton \
    clock_gettime geteuid sched_getcpu secure_getenv time \
    fstat fstat64 lstat lstat64 madvise mmap mmap64 munmap syscall \
    __clock_gettime64 __fstat64_time64 __lstat64_time64 __time64)

# imports MODULE: what it cannot do without; compilers add weak symbols, which may be missing.
imports() {
    readelf --dyn-syms -W "$1" | awk '$7 == "UND" && $5 == "GLOBAL" { sub(/@.*/, "", $8); print $8 }'
}

check_module() {
    module=$1
    file=${module##*/}
    name=${file#libnss_}
    name=${name%.so.2}

    expect "$file: exported symbols" "$(for entry in endhostent gethostbyaddr2_r gethostbyaddr_r gethostbyname2_r gethostbyname3_r \
        gethostbyname4_r gethostbyname_r gethostent_r sethostent; do
        echo "_nss_${name}_$entry"
    done)" "$(readelf --dyn-syms -W "$module" |
        awk '$5 != "LOCAL" && $7 != "UND" && NR > 3 && NF >= 8 { print $8 }' | LC_ALL=C sort)"
    expect "$file: NEEDED" libc.so.6 "$(dynamic NEEDED "$module")"
    expect "$file: SONAME" "$file" "$(dynamic SONAME "$module")"
    expect "$file: flags" 'Flags: NOW NODELETE' "$(readelf -dW "$module" | grep -o 'Flags: .*')"
    expect "$file: thread-local storage" '' "$(readelf -lW "$module" | grep -w TLS || true)"
    expect "$file: calls of libc beyond those known to be fit for any host process" '' \
        "$(imports "$module" | grep -Fvx "$FIT" || true)"
}

for module in "$@"; do
    check_module "$module"
done
[ $# -eq 2 ] || failed=1
exit $failed
