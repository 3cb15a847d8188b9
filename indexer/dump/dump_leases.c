#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/machines.h"
#include "schema/claim.h"
#include "schema/name.h"

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

static void free_guests(struct dump_lease *lease)
{
    for (size_t i = 0; i < lease->guest_count; i++)
        free(lease->guests[i]);
    free(lease->guests);
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

int dump_compare(const struct dump_lease *a, const struct dump_lease *b)
{
    int order = strcmp(a->lease.network, b->lease.network);

    if (order == 0)
        order = ip_compare(&a->lease.ip, &b->lease.ip);
    if (order == 0)
        order = (a->lease.kind > b->lease.kind) - (a->lease.kind < b->lease.kind);
    return order != 0 ? order : a->lease.alias - b->lease.alias;
}

static int by_key(const void *a, const void *b)
{
    return dump_compare(a, b);
}

struct search {
    struct index *index;
    const char *name;
    char found[NETWORK_MAX + 1];
    bool done;
};

static int match_network(void *context, struct bytes key, struct bytes value)
{
    struct search *search = context;
    struct network network;

    if (key.len - 1 > NETWORK_MAX || !network_unpack(value, &network) || network.name[0] == '\0' ||
        strcmp(network.name, search->name) != 0)
        return 0;
    memcpy(search->found, key.at + 1, key.len - 1);
    search->found[key.len - 1] = '\0';
    search->done = true;
    return 0;
}

int dump_find_network(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1])
{
    struct search search = {.index = index, .name = name};
    int rc = store_each(index->store, KEY_NETWORK, match_network, &search);

    if (!search.done && strlen(name) > NETWORK_MAX)
        return -ENOENT;
    strcpy(bridge, search.done ? search.found : name);
    return rc;
}

static int stop(void *context, const struct lease *lease)
{
    (void)context;
    (void)lease;
    return 1;
}

int dump_known_network(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1])
{
    int rc = dump_find_network(index, name, bridge);
    struct key key;

    if (rc < 0)
        return rc;
    key = key_named(KEY_NETWORK, bytes_of(bridge));
    rc = store_has(index->store, &key) ? 1 : leases_each(index, bridge, stop, NULL);
    if (rc == 0)
        rc = entries_each(index, bridge, stop, NULL);
    return rc < 0 ? rc : rc == 0 ? -ENOENT : 0;
}

/* Is the name any that the lease goes by, or would? */
static bool goes_by(const struct lease *lease, const char *name)
{
    char qualified[DOMAIN_MAX + 1];

    return name_equal(lease->host, name) || name_equal(lease->refused, name) ||
           name_equal(lease_qualified(lease, qualified), name);
}

static bool runs_as(const struct dump_lease *lease, const char *guest)
{
    for (size_t i = 0; i < lease->guest_count; i++) {
        if (name_equal(lease->guests[i], guest))
            return true;
    }
    return false;
}

bool dump_wants(const struct dump_query *query, const char *bridge, const struct dump_lease *lease,
                uint64_t now)
{
    bool expired = expiry_passed(lease->lease.expiry, now);

    return (query->network == NULL || strcmp(lease->lease.network, bridge) == 0) &&
           (query->guest == NULL || runs_as(lease, query->guest)) &&
           (query->name == NULL || goes_by(&lease->lease, query->name)) &&
           (query->address.len == 0 || ip_compare(&lease->lease.ip, &query->address) == 0) &&
           (!query->expired || expired);
}

/* Keeps the leases that are wanted, and completes them. */
static int choose(struct index *index, const struct dump_query *query, const char *bridge,
                  struct dump_leases *leases)
{
    size_t count = leases->count;
    int rc = 0;

    leases->count = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct dump_lease lease = leases->at[i];

        rc = add_guests(index, &lease);
        if (rc == 0 && dump_wants(query, bridge, &lease, index->now)) {
            lease.reason = lease.lease.reason;
            if (lease.reason == REFUSAL_NONE)
                rc = derive_refusal(index, &lease.lease, &lease.reason);
            leases->at[leases->count++] = lease;
        } else {
            free_guests(&lease);
        }
    }
    return rc;
}

int dump_collect(struct index *index, const struct dump_query *query, struct dump_leases *leases)
{
    char bridge[NETWORK_MAX + 1] = "";
    int rc = query->network == NULL ? 0 : dump_known_network(index, query->network, bridge);

    if (rc == 0)
        rc = leases_each(index, NULL, collect, leases);
    if (rc == 0 && !query->leases_only)
        rc = entries_each(index, NULL, collect, leases);
    if (rc == 0)
        rc = choose(index, query, bridge, leases);
    if (leases->count > 0)
        qsort(leases->at, leases->count, sizeof(*leases->at), by_key);
    return rc;
}

void dump_free(struct dump_leases *leases)
{
    for (size_t i = 0; i < leases->count; i++)
        free_guests(&leases->at[i]);
    free(leases->at);
}
