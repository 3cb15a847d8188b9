#include "claim.h"

#include <string.h>

#include "limits.h"
#include "suffix.h"

_Static_assert(CLAIM_FLAGS == UINT8_MAX, "no byte holds a flag that is not known");
_Static_assert(NETWORK_MAX <= UINT8_MAX && GUEST_MAX <= UINT8_MAX && DOMAIN_MAX <= UINT8_MAX,
               "lengths are bytes");

/* Why it is withheld, and what it comes from. */
#define CAUSE_REASON     0x3fU
#define CAUSE_RANK_SHIFT 6

_Static_assert(REFUSAL_LAST <= CAUSE_REASON, "a reason fits");
_Static_assert(RANK_LAST == UINT8_MAX >> CAUSE_RANK_SHIFT, "a rank fits, and no number is none");

/* An address of that length: of one that is known where it is compiled, copied at once. */
static inline void unpack_ip(struct unpacker *u, uint8_t len, struct ip *ip)
{
    struct bytes octets = unpack_raw(u, len);

    if (octets.at == NULL)
        return;
    ip->len = len;
    if (len == IPV4_LEN)
        memcpy(ip->octets, octets.at, IPV4_LEN);
    else
        memcpy(ip->octets, octets.at, IPV6_LEN);
}

bool claim_next(struct unpacker *unpacker, struct claim *claim)
{
    /* A copy stays in registers: this is called several times in each look-up. */
    struct unpacker u = *unpacker;
    uint8_t cause;

    if (unpack_left(&u) == 0)
        return false;
    claim->flags = (uint8_t)unpack_uint(&u, 1);
    cause = (uint8_t)unpack_uint(&u, 1);
    claim->reason = (enum refusal)(cause & CAUSE_REASON);
    claim->rank = (enum claim_rank)(cause >> CAUSE_RANK_SHIFT);
    claim->network = unpack_short(&u);
    claim->label = unpack_short(&u);
    claim->domain = unpack_short(&u);
    claim->expiry = claim->order = 0;
    claim->ip = (struct ip){0};
    if ((claim->flags & CLAIM_PRESENCE) == 0) {
        claim->expiry = unpack_uint(&u, 5);
        claim->order = unpack_uint(&u, 6);
        unpack_ip(&u, (claim->flags & CLAIM_IPV6) != 0 ? IPV6_LEN : IPV4_LEN, &claim->ip);
    }
    if (claim->reason > REFUSAL_LAST || claim->network.len > NETWORK_MAX)
        u.bad = true;
    *unpacker = u;
    return !u.bad;
}

void claim_pack(struct packer *p, const struct claim *claim)
{
    pack_uint(p, claim->flags, 1);
    pack_uint(p, claim->reason | (unsigned)claim->rank << CAUSE_RANK_SHIFT, 1);
    pack_short(p, claim->network);
    pack_short(p, claim->label);
    pack_short(p, claim->domain);
    if ((claim->flags & CLAIM_PRESENCE) != 0)
        return;
    pack_uint(p, claim->expiry, 5);
    pack_uint(p, claim->order, 6);
    pack_raw(p, claim->ip.octets, claim->ip.len);
}

/* -1 when `a` is the greater: what is newer or later comes first. */
static int greater_first(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

/* The place of a rank in the order. */
static int precedence(enum claim_rank rank)
{
    static const int places[] = {[RANK_STATIC] = 0, [RANK_RESERVED] = 1, [RANK_LEASE] = 2, [RANK_ARP] = 3};

    return places[rank];
}

int claim_compare(const struct claim *a, const struct claim *b)
{
    int order = precedence(a->rank) - precedence(b->rank);

    if (order == 0)
        order = greater_first(a->flags & CLAIM_RUNNING, b->flags & CLAIM_RUNNING);
    if (order == 0)
        order = greater_first(a->flags & CLAIM_HEARD, b->flags & CLAIM_HEARD);
    /* An expiry of 0 is the latest of all: one less wraps it round. */
    if (order == 0 && (a->flags & CLAIM_HEARD) == 0)
        order = greater_first(a->expiry - 1, b->expiry - 1);
    if (order == 0)
        order = greater_first(a->order, b->order);
    if (order == 0)
        order = ip_compare(&a->ip, &b->ip);
    if (order == 0)
        order = bytes_compare(a->network, b->network);
    return order != 0 ? order : bytes_compare(a->label, b->label);
}

bool claim_same(const struct claim *a, const struct claim *b)
{
    return ((a->flags ^ b->flags) & (CLAIM_GUEST | CLAIM_PRESENCE)) == 0 && a->rank == b->rank &&
           ip_compare(&a->ip, &b->ip) == 0 && bytes_equal(a->network, b->network) &&
           bytes_equal(a->label, b->label);
}

struct claim_levels claim_levels_of(struct bytes record, struct bytes networks, const struct claim_time *when)
{
    struct claim_levels best = CLAIM_LEVELS_NONE;
    struct unpacker rest = unpacker_of(record);
    struct claim claim;

    while (claim_next(&rest, &claim)) {
        if (suffix_admits(networks, claim.network))
            claim_levels_note(&best, &claim, claim_level(&claim, when));
    }
    return best;
}
