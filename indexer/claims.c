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

/* Unpacks all claims but the one that is the same as `without`, with room for one more. */
static int load(struct store *store, const struct key *key, const struct claim *without, struct value *value,
                struct ranked **claims, size_t *count)
{
    struct claim claim;
    struct unpacker u;
    size_t total = 0;
    int rc = store_get(store, key, value);

    if (rc < 0 && rc != -ENOENT)
        return rc;
    for (u = unpacker_of(value_bytes(value)); claim_next(&u, &claim);)
        total++;
    *claims = calloc(total + 1, sizeof(**claims));
    if (*claims == NULL)
        return -ENOMEM;
    *count = 0;
    for (u = unpacker_of(value_bytes(value)); claim_next(&u, &claim);) {
        if (!claim_same(&claim, without))
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

/* Takes the claim out, and puts it in again if it is to be there. */
static int rewrite(struct store *store, const struct key *key, const struct claim *claim, bool present)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    CLEANUP_FREE struct ranked *claims = NULL;
    size_t count;
    int rc = load(store, key, claim, &value, &claims, &count);

    if (rc < 0)
        return rc;
    if (present)
        claims[count++].claim = *claim;
    /* Also when one goes: what stood behind it may have had its place only thanks to it. */
    arrange(claims, count);
    return save(store, key, claims, count);
}

int claims_put(struct store *store, const struct key *key, const struct claim *claim)
{
    return rewrite(store, key, claim, true);
}

int claims_remove(struct store *store, const struct key *key, const struct claim *claim)
{
    return rewrite(store, key, claim, false);
}

bool claims_of_guest(struct store *store, const struct key *key)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    struct unpacker rest;
    struct claim claim;

    if (store_get(store, key, &value) < 0)
        return false;
    for (rest = unpacker_of(value_bytes(&value)); claim_next(&rest, &claim);) {
        if ((claim.flags & CLAIM_GUEST) != 0)
            return true;
    }
    return false;
}
