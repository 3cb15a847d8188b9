#!/bin/bash
# lvindex-dump's output as what it goes to has it: colour on a terminal alone, and a quiet end when a pipe is not read.
# Nor does lvindex-sync hold the hook up while its own is not read.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

needs script

event() {
    succeeds "event: $*" sandbox_env DNSMASQ_LEASE_EXPIRES="$EXPIRY" "$BUILD/hook/lvindex-hook" "$@"
}
EXPIRY=4000000000 event add 52:54:00:00:00:01 192.0.2.1 web
EXPIRY=4000000000 event add 52:54:00:00:00:02 192.0.2.2 localhost
EXPIRY=$((EPOCHSECONDS - 60)) event add 52:54:00:00:00:03 192.0.2.3 gone
EXPIRY=4000000000 event add 52:54:00:00:00:04 192.0.2.4 db1
macs_write virbr7 db1=52:54:00:00:00:09
succeeds "lvindex-sync" lvindex_sync

# --- A terminal -----------------------------------------------------------------------------------------------------

# on_terminal [ENV-ARGUMENT...] OPTION: what lvindex-dump prints to a terminal, with a `!` for each ESC.
on_terminal() {
    script --quiet --return --command "$(printf '%q ' env -i TERM=xterm LVINDEX_DIR="$SANDBOX/state" TZ=UTC \
        LD_LIBRARY_PATH="$BUILD/nss" env "${@:1:$#-1}" "$BUILD/indexer/dump/lvindex-dump")${*: -1}" /dev/null | tr -d '\r' |
        tr '\033' '!'
}

# line TEXT: the first line with it, its runs of blanks as one.
line() {
    grep -F -m 1 -- "$1" | tr -s ' '
}

shown=$(on_terminal '')
equal "the head is bold" \
    '![1mNETWORK![0m ![1mADDRESS![0m ![1mMAC![0m ![1mHOST NAME![0m ![1mGUEST![0m ![1mEXPIRES![0m ![1mLEFT![0m' \
    "$(line ADDRESS <<<"$shown")"
equal "an answer is plain" "- 192.0.2.1 52:54:00:00:00:01 web - 2096-10-02 07:06:40 " \
    "$(line 192.0.2.1 <<<"$shown" | sed 's/[0-9]*d.*//')"
equal "a withheld name is yellow, and nothing else of its line" "![33m(localhost: a well-known name)![0m" \
    "$(line 192.0.2.2 <<<"$shown" | grep -o '!.*!\[0m')"
equal "what has expired is faint" '![2m-![0m ![2m192.0.2.3![0m ![2m52:54:00:00:00:03![0m ![2mgone![0m ![2m-![0m' \
    "$(line 192.0.2.3 <<<"$shown" | cut -d ' ' -f 1-5)"
equal "it is aligned as in a pipe" "$(TZ=UTC lvindex_dump | sed 's/ *[^ ]* [^ ]*$//')" \
    "$(sed 's/!\[[0-9]*m//g; s/ *[^ ]* [^ ]*$//' <<<"$shown")"
equal "--explain: the reason is yellow" "![33manother guest's libvirt name![0m" \
    "$(on_terminal --explain=db1 | line 192.0.2.4 | grep -o '!\[33m.*')"
equal "--explain: what has expired is faint" "![2mexpired![0m" \
    "$(on_terminal --explain=gone | line 192.0.2.3 | grep -o '[^ ]*$')"
equal "virsh's table is as virsh prints it" "" "$(on_terminal --network=- | grep '!' || true)"
equal "--json has no colour" "" "$(on_terminal --json | grep '!' || true)"
equal "NO_COLOR" "" "$(on_terminal NO_COLOR=1 '' | grep '!' || true)"
equal "NO_COLOR that is empty" "$shown" "$(on_terminal NO_COLOR= '')"
equal "a dumb terminal" "" "$(on_terminal TERM=dumb '' | grep '!' || true)"
equal "an unknown terminal" "" "$(on_terminal --unset=TERM '' | grep '!' || true)"
equal "a pipe" "" "$(TERM=xterm lvindex_dump | tr '\033' '!' | grep '!' || true)"

# --- A pipe that nobody reads ---------------------------------------------------------------------------------------

# unread OPTION...: lvindex-dump's exit status, and what it says, when whoever reads its output is gone.
unread() {
    sandbox_env bash -c '"$@" 2>&3 | :; echo "${PIPESTATUS[0]}"' bash \
        bash -c 'sleep 0.2; exec "$@"' bash "$BUILD/indexer/dump/lvindex-dump" "$@" 3>&1
}

pipe=$((128 + $(kill -l PIPE)))
for option in --all --json --raw --hosts --stats --explain=web --check --help; do
    equal "$option: ends as other filters do, and says nothing" "$pipe" "$(unread "$option")"
done
# Where the signal is ignored, as in a service of systemd, it is an error that is told.
equal "without the signal" "$(lines "lvindex-dump: standard output: Broken pipe" 1)" "$(trap '' PIPE; unread --json)"

# A pager that shows its first page reads no further, and more than a pipe holds is to be told.
mkfifo "$SANDBOX/tmp/pager"
exec 9<>"$SANDBOX/tmp/pager"
for ((n = 0; n < 4000; n++)); do
    printf '4000000000 52:54:00:01:%02x:%02x 10.1.%d.%d machine-%d *\n' $((n / 250)) $((n % 250)) $((n / 250)) $((n % 250 + 1)) $n
done >"$SANDBOX/tmp/leases"
lvindex_sync --verbose --leases=paged="$SANDBOX/tmp/leases" >&9 &
pager=$!
last_known() {
    lvindex_dump --hosts --name=machine-3999 2>&1 | grep -q '^10\.1\.15\.250'
}
succeeds "what is not told yet is in the index" wait_until 10 last_known
EXPIRY=4000000000 event add 52:54:00:00:00:05 192.0.2.5 meanwhile
equal "an event meanwhile" "192.0.2.5	meanwhile" "$(lvindex_dump --hosts --name=meanwhile)"
succeeds "it is still being told" kill -0 "$pager"
equal "all is told" "4000" "$(timeout 5 head -n 4000 <&9 | grep -c ' added: ')"
ended=0
wait "$pager" || ended=$?
equal "lvindex-sync ends then" "0" "$ended"
exec 9<&-

finish
