# shellcheck shell=bash
# Checks for scripts of tests: source it. Each says at once whether it passed; $FAILURES counts those that did not.
#
# Those of names need a function `lookup`, which is getent where the names are to be known.

CHECKS=0
FAILURES=0

passed() {
    CHECKS=$((CHECKS + 1))
    echo "ok $CHECKS - $1"
}

# failed WHAT DETAIL...
failed() {
    CHECKS=$((CHECKS + 1))
    FAILURES=$((FAILURES + 1))
    echo "not ok $CHECKS - $1"
    shift
    printf '%s\n' "$@" | sed 's/^/#   /'
}

# equal WHAT EXPECTED ACTUAL
equal() {
    if [[ $2 == "$3" ]]; then
        passed "$1"
    else
        failed "$1" "expected: ${2@Q}" "actual:   ${3@Q}"
    fi
}

# succeeds WHAT COMMAND...
succeeds() {
    local what=$1 status=0 output
    shift
    output=$("$@" 2>&1) || status=$?
    if [[ $status == 0 ]]; then
        passed "$what"
    else
        failed "$what" "command: $*" "exit status $status" "$output"
    fi
}

# fails WHAT STATUS COMMAND...: with exactly this exit status.
fails() {
    local what=$1 expected=$2 status=0 output
    shift 2
    output=$("$@" 2>&1) || status=$?
    if [[ $status == "$expected" ]]; then
        passed "$what"
    else
        failed "$what" "command: $*" "expected exit status $expected, but it was $status" "$output"
    fi
}

lines() {
    printf '%s\n' "$@"
}

# What `getent DATABASE NAME` answers: its first column without repetitions, or its exit status and errors.
addresses_of() {
    local output status=0
    output=$(lookup "$1" "$2" 2>&1) || status=$?
    if [[ $status == 0 ]]; then
        awk '!seen[$1]++ { print $1 }' <<<"$output"
    else
        echo "status $status${output:+: $output}"
    fi
}

# resolves NAME ADDRESS...: exactly these addresses, in whatever order.
resolves() {
    local name=$1
    shift
    equal "getent ahosts $name" "$(lines "$@" | sort)" "$(addresses_of ahosts "$name" | sort)"
}

# unresolved NAME: known to nobody (getent's exit status for that is 2).
unresolved() {
    equal "getent ahosts $1: unknown" "status 2" "$(addresses_of ahosts "$1")"
    equal "getent hosts $1: unknown" "status 2" "$(addresses_of hosts "$1")"
}
