# shellcheck shell=bash
# What differs from typing at a terminal, where the pages' commands run.

# It would go on until somebody stops it.
lvindex-sync() {
    case " $* " in
    *' --watch '* | *' -w '*) timeout --preserve-status 0.5 lvindex-sync "$@" ;;
    *) command lvindex-sync "$@" ;;
    esac
}

# getent itself is not built with the sanitizers that the modules may have.
getent() {
    local -a environment=()
    if [[ -n ${LVINDEX_SANITIZER_PRELOAD-} ]]; then
        environment=("LD_PRELOAD=$LVINDEX_SANITIZER_PRELOAD"
            "ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0:verify_asan_link_order=0")
    fi
    env "${environment[@]}" getent "$@"
}
