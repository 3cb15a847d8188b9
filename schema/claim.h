/*
 * Claims: the value of every record that answers a lookup ('h', 'g' and 'a' keys).
 *
 * A record is a list of claims in the order of its answers. A claim says: the lease of this address in this
 * network goes by this name. Claims that must not be answered stay in the list, marked as withheld with the
 * reason, so that a change of what reserves a name touches only the records of that name.
 *
 * byte  0        1        2                                            (packed, nothing aligned)
 *      +--------+--------+---------+---------+-------+---------+--------+---------+
 *      | flags  | reason | net len | network | label | label…  | domain | domain… |
 *      |        |        |         | …       | len   |         | len    |         |
 *      +--------+--------+---------+---------+-------+---------+--------+---------+
 *      | expiry (40 bits, s) | order (48 bits, ms) | ip, 4 or 16 bytes |   not in a presence
 *      +---------------------+---------------------+-------------------+
 *
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_CLAIM_H
#define LVINDEX_SCHEMA_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "name.h"
#include "wire.h"

enum claim_flag {
    CLAIM_GUEST = 0x01,    /* the label is a libvirt guest's name, else a host name */
    CLAIM_PRESENCE = 0x02, /* no address: says that `network` knows a guest of this name */
    CLAIM_WITHHELD = 0x04, /* never an answer; `reason` says why */
    CLAIM_RUNNING = 0x08,  /* the lease's hardware address belongs to a guest that runs: sorts first */
    CLAIM_HEARD = 0x10,    /* `order` is the time last heard from, else the place in its file */
    CLAIM_IPV6 = 0x20,     /* the ip has 16 bytes, else 4 */
    CLAIM_STALE = 0x40,    /* the same machine has a newer lease under another client-id: rebuilt */
    CLAIM_OUTRANKED = 0x80 /* in the same network a running guest has the name */
};
#define CLAIM_FLAGS 0xff

/* Claims that answer only where no other claim of their family does. The order alone would not keep them
 * back: glibc's getaddrinfo sorts addresses of the host's own subnets again (RFC 3484, rule 9). */
#define CLAIM_LAST_RESORT (CLAIM_STALE | CLAIM_OUTRANKED)

/* The text fields point into what was unpacked, or into what the caller packs from. */
struct claim {
    uint8_t flags;
    enum refusal reason;
    struct bytes network;
    struct bytes label;  /* the name as its owner spells it; empty: exactly the key's (folded) name */
    struct bytes domain; /* in address records: the label's domain, or empty */
    uint64_t expiry;     /* seconds since the epoch; 0: never */
    uint64_t order;      /* greater is newer; milliseconds since the epoch */
    struct ip ip;        /* no address (len 0) in a presence */
};

/* The most that one claim takes. */
#define CLAIM_PACKED_MAX (2 + 3 * 256 + 5 + 6 + IPV6_LEN)

/* Unpacks the next claim of a record. False at its end and when the rest is malformed; `u->bad` tells the two
 * apart. */
bool claim_next(struct unpacker *u, struct claim *claim);

void claim_pack(struct packer *p, const struct claim *claim);

/* Has `expiry` (0: never) passed at `now`, both in seconds since the epoch? */
static inline bool expiry_passed(uint64_t expiry, uint64_t now)
{
    return expiry != 0 && expiry <= now;
}

/* May this claim be part of an answer at `now`? */
static inline bool claim_answers(const struct claim *claim, uint64_t now)
{
    return (claim->flags & (CLAIM_PRESENCE | CLAIM_WITHHELD)) == 0 && !expiry_passed(claim->expiry, now);
}

/* The order of answers, for qsort(3)-like use: machines of running guests, then the one last heard from, then
 * (never heard: from files) the later expiry, the later place in the file, the address, the network. */
int claim_compare(const struct claim *a, const struct claim *b);

/* Do both stand for the same lease, or presence, under the same name? Then one replaces the other. */
bool claim_same(const struct claim *a, const struct claim *b);

#endif
