/*
 * Claims: the value of every record that answers a lookup ('h', 'g' and 'a' keys).
 *
 * A record is a list of claims in the order of its answers. A claim says: the lease of this address in this
 * network goes by this name. Claims that must not be answered stay in the list, marked as withheld with the
 * reason, so that a change of what reserves a name touches only the records of that name.
 *
 * byte  0        1        2                                            (packed, nothing aligned)
 *      +--------+--------+---------+---------+-------+---------+--------+---------+
 *      | flags  | cause  | net len | network | label | label…  | domain | domain… |
 *      |        |        |         | …       | len   |         | len    |         |
 *      +--------+--------+---------+---------+-------+---------+--------+---------+
 *      | expiry (40 bits, s) | order (48 bits, ms) | ip, 4 or 16 bytes |   not in a presence
 *      +---------------------+---------------------+-------------------+
 *
 * The cause: the reason for which it is withheld in the low six bits, the rank in the other two.
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
    CLAIM_GUEST = 0x01,    /* the label is a libvirt guest's name, else a host name: a static one may stand in
                              a guest's record, too */
    CLAIM_PRESENCE = 0x02, /* no address: says that `network` knows a guest of this name */
    CLAIM_WITHHELD = 0x04, /* never an answer; `reason` says why */
    CLAIM_RUNNING = 0x08,  /* the lease's hardware address belongs to a guest that runs: sorts first */
    CLAIM_HEARD = 0x10,    /* `order` is the time last heard from, else the place in its file */
    CLAIM_IPV6 = 0x20,     /* the ip has 16 bytes, else 4 */
    CLAIM_STALE = 0x40,    /* the same machine has a newer lease under another client-id: rebuilt */
    CLAIM_OUTRANKED = 0x80 /* in the same network a running guest has the name */
};
#define CLAIM_FLAGS 0xff

/* Claims of leases that answer only where no other lease's claim of their family does. */
#define CLAIM_LAST_RESORT (CLAIM_STALE | CLAIM_OUTRANKED)

/* What a claim comes from. The numbers are part of the format. */
enum claim_rank {
    RANK_LEASE = 0,
    RANK_STATIC = 1,   /* what an administrator wrote down */
    RANK_ARP = 2,      /* a neighbour that was seen */
    RANK_RESERVED = 3, /* an address that is kept for a machine, whether that has asked for it or not */
};
#define RANK_LAST RANK_RESERVED

/* Are names that it claims its own, so that no client may call itself so? */
static inline bool rank_owns_names(enum claim_rank rank)
{
    return rank == RANK_STATIC || rank == RANK_RESERVED;
}

/* How good an answer is, the best first. Of a name's claims of one family, only those of the best level that
 * any of them has are answers. Their order alone would not keep the others back: glibc's getaddrinfo sorts
 * addresses of the host's own subnets again (RFC 3484, rule 9). */
enum claim_level {
    LEVEL_STATIC,
    LEVEL_LEASE,
    LEVEL_RESERVED,
    LEVEL_LAST_RESORT, /* CLAIM_LAST_RESORT */
    LEVEL_ARP,
    LEVEL_GRACE, /* a lease that has expired, of a guest that runs */
    LEVEL_NONE,  /* never an answer */
};

/* The text fields point into what was unpacked, or into what the caller packs from. */
struct claim {
    uint8_t flags;
    enum refusal reason;
    enum claim_rank rank;
    struct bytes network;
    struct bytes label;  /* the name as its owner spells it; empty: exactly the key's (folded) name */
    struct bytes domain; /* in address records: the label's domain, or empty */
    uint64_t expiry;     /* seconds since the epoch; 0: never */
    uint64_t order;      /* greater is newer; milliseconds since the epoch */
    struct ip ip;        /* no address (len 0) in a presence */
};

/* The most that one claim takes, and the least. */
#define CLAIM_PACKED_MAX (2 + 3 * 256 + 5 + 6 + IPV6_LEN)
#define CLAIM_PACKED_MIN (2 + 3)

/* Unpacks the next claim of a record. False at its end and when the rest is malformed; `u->bad` tells the two
 * apart. */
bool claim_next(struct unpacker *u, struct claim *claim);

void claim_pack(struct packer *p, const struct claim *claim);

/* Has `expiry` (0: never) passed at `now`, both in seconds since the epoch? */
static inline bool expiry_passed(uint64_t expiry, uint64_t now)
{
    return expiry != 0 && expiry <= now;
}

/* The moment of a question. */
struct claim_time {
    uint64_t now;   /* seconds since the epoch */
    uint32_t grace; /* for how long a running guest's expired lease answers, in seconds, see options.h */
};

/* Is it within the time that a lease is believed after its expiry? */
static inline bool claim_in_grace(const struct claim *claim, const struct claim_time *when)
{
    return when->grace > 0 && (claim->flags & CLAIM_RUNNING) != 0 && claim->rank == RANK_LEASE &&
           !expiry_passed(claim->expiry + when->grace, when->now);
}

/* How good an answer the claim is at that time. */
static inline enum claim_level claim_level(const struct claim *claim, const struct claim_time *when)
{
    if ((claim->flags & (CLAIM_PRESENCE | CLAIM_WITHHELD)) != 0)
        return LEVEL_NONE;
    if (expiry_passed(claim->expiry, when->now))
        return claim_in_grace(claim, when) ? LEVEL_GRACE : LEVEL_NONE;
    if (claim->rank != RANK_LEASE)
        return claim->rank == RANK_STATIC     ? LEVEL_STATIC
               : claim->rank == RANK_RESERVED ? LEVEL_RESERVED
                                              : LEVEL_ARP;
    return (claim->flags & CLAIM_LAST_RESORT) != 0 ? LEVEL_LAST_RESORT : LEVEL_LEASE;
}

/* The best level that a record's claims have, for each family. Both LEVEL_NONE at first. */
struct claim_levels {
    enum claim_level ipv4;
    enum claim_level ipv6;
};

#define CLAIM_LEVELS_NONE ((struct claim_levels){LEVEL_NONE, LEVEL_NONE})

static inline enum claim_level *claim_best(struct claim_levels *best, const struct claim *claim)
{
    return claim->ip.len == IPV4_LEN ? &best->ipv4 : &best->ipv6;
}

static inline void claim_levels_note(struct claim_levels *best, const struct claim *claim,
                                     enum claim_level level)
{
    if (level < *claim_best(best, claim))
        *claim_best(best, claim) = level;
}

/* Is a claim of this level an answer, beside those that have the best ones? */
static inline bool claim_answers(const struct claim_levels *best, const struct claim *claim,
                                 enum claim_level level)
{
    return level != LEVEL_NONE && level == (claim->ip.len == IPV4_LEN ? best->ipv4 : best->ipv6);
}

/* Those of the claims of a record that these networks have (see suffix_admits()), at that time. */
struct claim_levels claim_levels_of(struct bytes record, struct bytes networks,
                                    const struct claim_time *when);

/* The order of answers, for qsort(3)-like use: what is static, what is reserved (which no lease answers
 * beside, see enum claim_level), then leases, then neighbours; of these,
 * machines of running guests, then the one last heard from, then (never heard: from files) the later expiry,
 * the later place in the file, the address, the network. */
int claim_compare(const struct claim *a, const struct claim *b);

/* Do both stand for the same lease, entry or presence, under the same name? Then one replaces the other. */
bool claim_same(const struct claim *a, const struct claim *b);

#endif
