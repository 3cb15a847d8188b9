#include <errno.h>
#include <stdlib.h>

#include "claims.h"
#include "cleanup.h"
#include "derive.h"

/* Adds the claims of static names in a record as changes. */
static void add_static(struct claim_change *changes, size_t *count, struct claim *claims, struct bytes record,
                       bool present)
{
    struct unpacker rest = unpacker_of(record);
    struct claim *claim = &claims[*count];

    while (claim_next(&rest, claim)) {
        if (claim->rank != RANK_STATIC || (claim->flags & CLAIM_GUEST) != 0)
            continue;
        changes[(*count)++] = (struct claim_change){claim, present, 0};
        claim++;
    }
}

/* How many claims a record may have, one that is behind its end included. */
static size_t claims_most(struct bytes record)
{
    return record.len / CLAIM_PACKED_MIN + 1;
}

/* The static claims of the guest's record become those of the host's, or none. */
static int replace_static(struct index *index, const struct key *guest, struct bytes record,
                          struct bytes host)
{
    size_t most = claims_most(record) + claims_most(host), count = 0;
    CLEANUP_FREE struct claim *claims = calloc(most, sizeof(*claims));
    CLEANUP_FREE struct claim_change *changes = calloc(most, sizeof(*changes));

    if (claims == NULL || changes == NULL)
        return -ENOMEM;
    add_static(changes, &count, claims, record, false);
    if (claims_of_guest(index->store, guest))
        add_static(changes, &count, claims, host, true);
    return claims_change(index->store, guest, changes, count);
}

/* A static name is a guest's while libvirt knows one by it, see add_name(). */
static int settle_static(struct index *index, const struct key *guest, struct bytes host)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = store_get(index->store, guest, &value);

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    return replace_static(index, guest, value_bytes(&value), host);
}

/* Weighs every lease's claim, and every static one, on one name. */
static int settle(struct index *index, const struct key *name)
{
    const struct key guest = key_named(KEY_GUEST, (struct bytes){name->at + 1, name->len - 1});
    CLEANUP_VALUE struct value value;
    struct unpacker u;
    struct claim claim;
    int rc = store_get(index->store, name, &value);

    if (rc == 0 || rc == -ENOENT)
        rc = settle_static(index, &guest, value_bytes(&value));
    for (u = unpacker_of(value_bytes(&value)); rc == 0 && claim_next(&u, &claim);) {
        struct machine_lease place = {KIND_LEASE, claim.ip, claim.network};

        if (claim.rank != RANK_LEASE)
            continue;
        rc = derive_refresh(index, &place);
        place.kind = KIND_KEPT;
        if (rc == -ENOENT)
            rc = derive_refresh(index, &place);
    }
    return rc;
}

int derive_settle(struct index *index)
{
    int rc = 0;

    while (rc == 0 && index->unsettled.count > 0) {
        struct names batch = index->unsettled;

        index->unsettled = (struct names){NULL, 0, 0};
        names_unique(&batch);
        for (size_t i = 0; rc == 0 && i < batch.count; i++)
            rc = settle(index, &batch.at[i]);
        names_clear(&batch);
    }
    return rc;
}
