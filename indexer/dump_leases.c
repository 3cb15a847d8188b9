#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "derive.h"
#include "dump.h"
#include "leases.h"
#include "machines.h"

static int collect(void *context, const struct lease *lease)
{
    struct dump_leases *leases = context;
    struct dump_lease *more = reallocarray(leases->at, leases->count + 1, sizeof(*more));

    if (more == NULL)
        return -ENOMEM;
    leases->at = more;
    leases->at[leases->count++] = (struct dump_lease){.lease = *lease};
    return 0;
}

static bool has_guest(const struct dump_lease *lease, struct bytes name)
{
    for (size_t i = 0; i < lease->guest_count; i++) {
        if (bytes_equal(bytes_of(lease->guests[i]), name))
            return true;
    }
    return false;
}

static int add_guests(struct index *index, struct dump_lease *lease)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->lease.hwaddr, &machine);

    if (rc == 0 && machine.guest_count > 0) {
        lease->guests = calloc(machine.guest_count, sizeof(char *));
        if (lease->guests == NULL)
            return -ENOMEM;
    }
    for (size_t i = 0; rc == 0 && i < machine.guest_count; i++) {
        const struct machine_guest *guest = &machine.guests[i];

        if (!guest->running || has_guest(lease, guest->name))
            continue;
        lease->guests[lease->guest_count] = strndup((const char *)guest->name.at, guest->name.len);
        if (lease->guests[lease->guest_count] == NULL)
            return -ENOMEM;
        lease->guest_count++;
    }
    return rc;
}

static int by_key(const void *a, const void *b)
{
    const struct dump_lease *left = a, *right = b;
    int order = strcmp(left->lease.network, right->lease.network);

    return order != 0 ? order : ip_compare(&left->lease.ip, &right->lease.ip);
}

int dump_collect(struct index *index, struct dump_leases *leases)
{
    int rc = leases_each(index, NULL, collect, leases);

    for (size_t i = 0; rc == 0 && i < leases->count; i++) {
        struct dump_lease *lease = &leases->at[i];

        rc = add_guests(index, lease);
        lease->reason =
            lease->lease.reason != REFUSAL_NONE ? lease->lease.reason : derive_refusal(index, &lease->lease);
    }
    if (leases->count > 0)
        qsort(leases->at, leases->count, sizeof(*leases->at), by_key);
    return rc;
}

void dump_free(struct dump_leases *leases)
{
    for (size_t i = 0; i < leases->count; i++) {
        for (size_t j = 0; j < leases->at[i].guest_count; j++)
            free(leases->at[i].guests[j]);
        free(leases->at[i].guests);
    }
    free(leases->at);
}
