#include "follow_changes.h"

#include <string.h>

#include "schema/claim.h"

static bool wants_lease(const struct follow_output *output, const struct follow_view *view,
                        const struct dump_lease *lease, uint64_t now)
{
    return lease != NULL && dump_wants(output->query, view->bridge, lease, now);
}

/* A guest has neither address nor host name of its own. */
static bool wants_guest(const struct follow_output *output, const struct follow_view *view,
                        const struct follow_guest *guest)
{
    const struct dump_query *query = output->query;

    return query->name == NULL && query->address.len == 0 &&
           (query->network == NULL || strcmp(guest->network, view->bridge) == 0) &&
           (query->guest == NULL || name_equal(guest->name, query->guest));
}

/* That a guest of its hardware address starts or stops is told for itself. */
static bool same_lease(const struct dump_lease *a, const struct dump_lease *b)
{
    uint8_t left[LEASE_PACKED_MAX], right[LEASE_PACKED_MAX];
    size_t len = lease_pack(&a->lease, left);

    return a->reason == b->reason && len == lease_pack(&b->lease, right) && memcmp(left, right, len) == 0;
}

static int lease_changes(const struct follow_output *output, uint64_t now, const struct follow_view *before,
                         const struct follow_view *after)
{
    const struct dump_lease *old = before->leases.at, *old_end = old + before->leases.count;
    const struct dump_lease *new = after->leases.at, *new_end = new + after->leases.count;
    int rc = 0;

    while (rc == 0 && (old < old_end || new < new_end)) {
        int order = old == old_end ? 1 : new == new_end ? -1 : dump_compare(old, new);
        const struct dump_lease *was = order <= 0 ? old++ : NULL;
        const struct dump_lease *is = order >= 0 ? new ++ : NULL;

        if ((was != NULL && is != NULL && same_lease(was, is)) ||
            (!wants_lease(output, before, was, now) && !wants_lease(output, after, is, now)))
            continue;
        rc = follow_print_lease(output, now, is != NULL ? is : was,
                                was == NULL  ? "added"
                                : is == NULL ? "removed"
                                             : "changed");
    }
    return rc;
}

static int guest_changes(const struct follow_output *output, uint64_t now, const struct follow_view *before,
                         const struct follow_view *after)
{
    const struct follow_guest *old = before->guests, *old_end = old + before->guest_count;
    const struct follow_guest *new = after->guests, *new_end = new + after->guest_count;
    int rc = 0;

    while (rc == 0 && (old < old_end || new < new_end)) {
        int order = old == old_end ? 1 : new == new_end ? -1 : follow_compare_guests(old, new);
        const struct follow_guest *was = order <= 0 ? old++ : NULL;
        const struct follow_guest *is = order >= 0 ? new ++ : NULL;

        if (was == NULL && wants_guest(output, after, is))
            rc = follow_print_guest(output, now, is, "running");
        else if (is == NULL && wants_guest(output, before, was))
            rc = follow_print_guest(output, now, was, "gone");
    }
    return rc;
}

int follow_changes(const struct follow_output *output, uint64_t now, const struct follow_view *before,
                   const struct follow_view *after)
{
    int rc = guest_changes(output, now, before, after);

    return rc < 0 ? rc : lease_changes(output, now, before, after);
}

int follow_present(const struct follow_output *output, uint64_t now, const struct follow_view *view)
{
    static const struct follow_view nothing = {.guest_count = 0};
    int rc = guest_changes(output, now, &nothing, view);

    for (size_t i = 0; rc == 0 && i < view->leases.count; i++) {
        const struct dump_lease *lease = &view->leases.at[i];

        if (wants_lease(output, view, lease, now))
            rc = follow_print_lease(output, now, lease,
                                    expiry_passed(lease->lease.expiry, now) ? "expired" : "present");
    }
    return rc;
}

int follow_expired(const struct follow_output *output, uint64_t since, uint64_t now,
                   const struct follow_view *view)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < view->leases.count; i++) {
        const struct dump_lease *lease = &view->leases.at[i];
        uint64_t expiry = lease->lease.expiry;

        if (expiry_passed(expiry, now) && !expiry_passed(expiry, since) &&
            wants_lease(output, view, lease, now))
            rc = follow_print_lease(output, now, lease, "expired");
    }
    return rc;
}

uint64_t follow_next_expiry(const struct follow_view *view, uint64_t since)
{
    uint64_t next = 0;

    for (size_t i = 0; i < view->leases.count; i++) {
        uint64_t expiry = view->leases.at[i].lease.expiry;

        if (expiry > since && (next == 0 || expiry < next))
            next = expiry;
    }
    return next;
}
