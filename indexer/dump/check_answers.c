#include <errno.h>
#include <inttypes.h>

#include "check.h"
#include "indexer/derive.h"
#include "indexer/leases.h"

struct tally {
    struct check *check;
    uint64_t expected; /* claims that follow from the leases */
    uint64_t present;  /* claims that stand in the index */
    uint64_t missing;
};

/* What orders claims among each other is not the claim's own. */
static bool says_the_same(const struct claim *a, const struct claim *b)
{
    return (a->flags & ~CLAIM_OUTRANKED) == (b->flags & ~CLAIM_OUTRANKED) && a->reason == b->reason &&
           a->expiry == b->expiry && a->order == b->order && bytes_equal(a->domain, b->domain);
}

static int look_for(struct store *store, const struct output *output, bool *found)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = store_get(store, &output->key, &value);
    struct unpacker rest = unpacker_of(value_bytes(&value));
    struct claim claim;

    *found = false;
    while (rc == 0 && !*found && claim_next(&rest, &claim))
        *found = claim_same(&claim, &output->claim) && says_the_same(&claim, &output->claim);
    return rc == -ENOENT ? 0 : rc;
}

/* Are all answers there that follow from the lease? */
static int weigh_lease(void *context, const struct lease *lease)
{
    struct tally *tally = context;
    CLEANUP_OUTPUTS struct outputs outputs = {NULL, 0};
    int rc = derive_outputs(tally->check->index, lease, &outputs);

    for (size_t i = 0; rc == 0 && i < outputs.count; i++) {
        bool found;

        rc = look_for(tally->check->index->store, outputs.at[i], &found);
        tally->missing += !found;
    }
    tally->expected += outputs.count;
    return rc;
}

static int count_claims(void *context, struct bytes key, struct bytes value)
{
    struct tally *tally = context;
    struct unpacker rest = unpacker_of(value);
    struct claim claim;

    (void)key;
    while (claim_next(&rest, &claim))
        tally->present += (claim.flags & CLAIM_PRESENCE) == 0;
    return 0;
}

int check_answers(struct check *check)
{
    static const enum key_kind kinds[] = {KEY_HOST, KEY_GUEST, KEY_ADDRESS};
    struct tally tally = {.check = check};
    int rc;

    if (check->index == NULL || store_damaged(check->index->store))
        return 0;
    rc = leases_each(check->index, NULL, weigh_lease, &tally);
    if (rc == 0)
        rc = entries_each(check->index, NULL, weigh_lease, &tally);
    for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        rc = store_each(check->index->store, kinds[i], count_claims, &tally);
    if (rc < 0)
        return rc == -ENOMEM
                   ? rc
                   : check_add(check, "what is behind it does not resolve",
                               "run lvindex-sync: it keeps the damaged file aside and makes a new index",
                               "%s: a record makes no sense", store_path(check->index->store));
    if (tally.missing == 0 && tally.present == tally.expected)
        return 0;
    return check_add(check, "names resolve wrongly, or not at all",
                     "report this as a bug; to have all made anew, see the section on it in lvindex-hook(8)",
                     "%s: of %" PRIu64 " answers that follow from the leases %" PRIu64
                     " are missing, and %" PRIu64 " stand there",
                     store_path(check->index->store), tally.expected, tally.missing, tally.present);
}
