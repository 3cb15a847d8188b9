#!/bin/bash
# A name with 500 addresses: more than any buffer that a caller starts with.
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

lab_bridge
COUNT=500


expected=()
for ((i = 0; i < COUNT; i++)); do
    address=10.9.$((i / 250)).$((i % 250 + 1))
    lvindex_hook add "52:54:00:00:$(printf '%02x:%02x' $((i / 256)) $((i % 256)))" "$address" farm
    expected+=("$address")
done
resolves farm "${expected[@]}"
newest_first=$(lines "${expected[@]}" | tac)
equal "getent hosts farm: all of them, the newest first" "$newest_first" "$(addresses_of hosts farm)"
reverse "${expected[0]}" farm
reverse "${expected[-1]}" farm
dumped "lvindex-dump: $COUNT leases" '.leases | length' "$COUNT"

# The other way round: an address with many names, one from every network.
for ((i = 0; i < 40; i++)); do
    LVINDEX_NETWORK=net$i lvindex_hook add 52:54:00:00:ff:01 192.168.150.200 "name$i"
done
equal "getent hosts 192.168.150.200: 40 names" 40 "$(lookup hosts 192.168.150.200 | grep -o 'name[0-9]*' | sort -u | wc -l)"

# And away with them.
for ((i = 0; i < COUNT; i += 2)); do
    lvindex_hook del "52:54:00:00:$(printf '%02x:%02x' $((i / 256)) $((i % 256)))" "${expected[i]}" farm
    unset "expected[$i]"
done
resolves farm "${expected[@]}"

finish
