/*
 * Suffixes: which networks a name may end in (key 'x' and the folded suffix).
 *
 *      +----------+    per network
 *      | network… |
 *      +----------+
 *
 * `guest.lab.example` is `guest`, but only of the networks that stand under `lab.example`. A network stands
 * under its own name (unless that is empty), under libvirt's name for it, under its domain, and under each
 * suffix that it was given. It stands under the empty suffix if it has a domain or was given a suffix: its
 * names are answered with that behind them, see network_suffix().
 *
 * Networks stand behind their length in one byte. Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_SUFFIX_H
#define LVINDEX_SCHEMA_SUFFIX_H

#include "wire.h"

/* Does the network stand in the record? */
static inline bool suffix_lists(struct bytes value, struct bytes network)
{
    struct unpacker u = unpacker_of(value);

    while (unpack_left(&u) > 0) {
        struct bytes other = unpack_short(&u);

        if (!u.bad && bytes_equal(other, network))
            return true;
    }
    return false;
}

/* Are claims of the network asked for, by these of a suffix? Without any, those of all networks are. */
static inline bool suffix_admits(struct bytes networks, struct bytes network)
{
    return networks.len == 0 || suffix_lists(networks, network);
}

#endif
