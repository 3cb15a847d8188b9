#include "claims.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"

/* Running guests under one name that others are weighed against: more of them are no likely case. */
#define RUNNING_WEIGHED 16

/* A claim and where its address's group of claims begins: a reader drops an address that it has just given,
 * so claims of one address (on several networks) must stand together. */
struct ranked {
    struct claim claim;
    size_t place;
    size_t group;
};

static int by_answer(const void *a, const void *b)
{
    return claim_compare(&((const struct ranked *)a)->claim, &((const struct ranked *)b)->claim);
}

static int by_address(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int order = ip_compare(&left->claim.ip, &right->claim.ip);

    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static int by_group(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;

    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static bool same_place(const struct claim *a, const struct claim *b)
{
    return a->ip.len == b->ip.len && bytes_equal(a->network, b->network);
}

/* Where a running guest has the name in a network, other machines of that network have it as a last resort:
 * most often they are what is left of a guest that was destroyed. */
static void outrank(struct ranked *claims, size_t count)
{
    const struct claim *running[RUNNING_WEIGHED];
    size_t weighed = 0;

    for (size_t i = 0; i < count && weighed < RUNNING_WEIGHED; i++) {
        const struct claim *claim = &claims[i].claim;

        if ((claim->flags & CLAIM_RUNNING) != 0 && (claim->flags & CLAIM_WITHHELD) == 0)
            running[weighed++] = claim;
    }
    for (size_t i = 0; i < count; i++) {
        struct claim *claim = &claims[i].claim;

        claim->flags &= (uint8_t)~CLAIM_OUTRANKED;
        for (size_t j = 0; (claim->flags & CLAIM_RUNNING) == 0 && j < weighed; j++) {
            if (same_place(claim, running[j]))
                claim->flags |= CLAIM_OUTRANKED;
        }
    }
}

/* The order of answers, but each address's claims behind the first of them. */
static void arrange(struct ranked *claims, size_t count)
{
    qsort(claims, count, sizeof(*claims), by_answer);
    outrank(claims, count);
    for (size_t i = 0; i < count; i++)
        claims[i].place = i;
    qsort(claims, count, sizeof(*claims), by_address);
    for (size_t i = 0; i < count; i++) {
        bool leads = i == 0 || ip_compare(&claims[i].claim.ip, &claims[i - 1].claim.ip) != 0;

        claims[i].group = leads ? claims[i].place : claims[i - 1].group;
    }
    qsort(claims, count, sizeof(*claims), by_group);
}

/* Tells claims that are not the same apart, in any order that there is. */
static int compare_identities(const struct claim *a, const struct claim *b)
{
    const unsigned own = CLAIM_GUEST | CLAIM_PRESENCE;
    int order = (int)(a->flags & own) - (int)(b->flags & own);

    if (order == 0)
        order = (int)a->rank - (int)b->rank;
    if (order == 0)
        order = ip_compare(&a->ip, &b->ip);
    if (order == 0)
        order = bytes_compare(a->network, b->network);
    return order != 0 ? order : bytes_compare(a->label, b->label);
}

static int by_identity(const void *a, const void *b)
{
    const struct claim_change *left = a, *right = b;
    int order = compare_identities(left->claim, right->claim);

    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

/* Sorts them, and leaves the last one of each claim: returns how many are left. */
static size_t keep_last(struct claim_change *changes, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        changes[i].place = i;
    qsort(changes, count, sizeof(*changes), by_identity);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count || !claim_same(changes[i].claim, changes[i + 1].claim))
            changes[kept++] = changes[i];
    }
    return kept;
}

static int find_identity(const void *claim, const void *change)
{
    return compare_identities(claim, ((const struct claim_change *)change)->claim);
}

/* Unpacks all claims but those that are to change, with room for these. */
static int load(struct store *store, const struct key *key, const struct claim_change *changes,
                size_t changed, struct value *value, struct ranked **claims, size_t *count)
{
    struct claim claim;
    struct unpacker u;
    size_t total = changed;
    int rc = store_get(store, key, value);

    if (rc < 0 && rc != -ENOENT)
        return rc;
    for (u = unpacker_of(value_bytes(value)); claim_next(&u, &claim);)
        total++;
    *claims = calloc(total, sizeof(**claims));
    if (*claims == NULL)
        return -ENOMEM;
    *count = 0;
    for (u = unpacker_of(value_bytes(value)); claim_next(&u, &claim);) {
        if (bsearch(&claim, changes, changed, sizeof(*changes), find_identity) == NULL)
            (*claims)[(*count)++].claim = claim;
    }
    return 0;
}

static int save(struct store *store, const struct key *key, const struct ranked *claims, size_t count)
{
    CLEANUP_FREE uint8_t *packed = NULL;
    struct packer p;

    if (count == 0)
        return store_delete(store, key);
    packed = malloc(count * CLAIM_PACKED_MAX);
    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + count * CLAIM_PACKED_MAX, false};
    for (size_t i = 0; i < count; i++)
        claim_pack(&p, &claims[i].claim);
    return p.full ? -EMSGSIZE : store_put(store, key, (struct bytes){packed, (size_t)(p.at - packed)});
}

int claims_change(struct store *store, const struct key *key, struct claim_change *changes, size_t count)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    CLEANUP_FREE struct ranked *claims = NULL;
    size_t kept, total;
    int rc;

    if (count == 0)
        return 0;
    kept = keep_last(changes, count);
    rc = load(store, key, changes, kept, &value, &claims, &total);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < kept; i++) {
        if (changes[i].present)
            claims[total++].claim = *changes[i].claim;
    }
    /* Also when one goes: what stood behind it may have had its place only thanks to it. */
    arrange(claims, total);
    return save(store, key, claims, total);
}

bool claims_of_guest(struct store *store, const struct key *key)
{
    struct bytes value = {NULL, 0};
    struct unpacker rest;
    struct claim claim;
    int rc = store_find(store, key, &value);

    /* What damage keeps back may be one: nobody is to have that name. */
    if (rc < 0)
        return rc != -ENOENT;
    for (rest = unpacker_of(value); claim_next(&rest, &claim);) {
        if ((claim.flags & CLAIM_GUEST) != 0)
            return true;
    }
    return false;
}
