#include "host_refusal.h"

#include <errno.h>

#include "claims.h"

enum refusal guest_refusal(struct index *index, const struct machine *machine, struct bytes name)
{
    struct key key = key_named(KEY_GUEST, name);

    if (!claims_of_guest(index->store, &key))
        return REFUSAL_NONE;
    for (size_t i = 0; i < machine->guest_count; i++) {
        struct key own_key = key_named(KEY_GUEST, machine->guests[i].name);

        if (bytes_equal(key_bytes(&own_key), key_bytes(&key)))
            return REFUSAL_NONE;
    }
    return REFUSAL_GUEST_NAME;
}

enum claim_rank lease_rank(enum lease_kind kind)
{
    switch (kind) {
    case KIND_LEASE:
    case KIND_KEPT:
        return RANK_LEASE;
    case KIND_ARP:
        return RANK_ARP;
    case KIND_RESERVED:
        return RANK_RESERVED;
    default:
        return RANK_STATIC;
    }
}

/* Is a static entry this lease's own: of the same address, or of the same machine? */
static bool owns(const struct machine *machine, const struct lease *lease, const struct claim *claim)
{
    if (ip_compare(&claim->ip, &lease->ip) == 0)
        return true;
    for (size_t i = 0; i < machine->lease_count; i++) {
        const struct machine_lease *entry = &machine->leases[i];

        if (rank_owns_names(lease_rank((enum lease_kind)entry->kind)) &&
            ip_compare(&entry->ip, &claim->ip) == 0 && bytes_equal(entry->network, claim->network))
            return true;
    }
    return false;
}

/* Is `name` a static entry's, and none of this machine's? */
static int static_refusal(struct index *index, const struct machine *machine, const struct lease *lease,
                          struct bytes name, enum refusal *reason)
{
    struct bytes value = {NULL, 0};
    struct key key = key_named(KEY_HOST, name);
    struct ip last = {0};
    struct claim claim;
    struct unpacker u;
    int rc = store_find(index->store, &key, &value);

    *reason = REFUSAL_NONE;
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    /* Owners come first, but for others' claims on the same addresses. */
    for (u = unpacker_of(value); claim_next(&u, &claim); last = claim.ip) {
        if (!rank_owns_names(claim.rank) && ip_compare(&claim.ip, &last) != 0)
            break;
        if (!rank_owns_names(claim.rank))
            continue;
        if (owns(machine, lease, &claim)) {
            *reason = REFUSAL_NONE;
            return 0;
        }
        *reason = REFUSAL_STATIC;
    }
    return 0;
}

int host_refusal(struct index *index, const struct machine *machine, const struct lease *lease,
                 enum refusal *reason)
{
    int rc;

    *reason = name_equal(lease->host, index->state.host) ? REFUSAL_OWN_HOST : REFUSAL_NONE;
    /* Else, what an administrator wrote down is never refused. */
    if (*reason != REFUSAL_NONE || lease_rank(lease->kind) != RANK_LEASE)
        return 0;
    rc = static_refusal(index, machine, lease, bytes_of(lease->host), reason);
    if (rc == 0 && *reason == REFUSAL_NONE)
        *reason = guest_refusal(index, machine, bytes_of(lease->host));
    return rc;
}
