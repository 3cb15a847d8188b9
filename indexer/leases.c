#include "leases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "derive.h"
#include "lease_list.h"
#include "lease_record.h"
#include "machines.h"

int entries_get(struct index *index, struct lease *lease)
{
    int rc = lease_record_get(index->store, lease);

    if (rc != -EBADMSG)
        return rc;
    store_suspect(index->store);
    return -ENOENT;
}

int leases_get(struct index *index, const char *network, const struct ip *ip, struct lease *lease)
{
    *lease = (struct lease){.kind = KIND_LEASE, .ip = *ip};
    strcpy(lease->network, network);
    return entries_get(index, lease);
}

/* Seconds after its expiry: had dnsmasq anything to say of the lease, it has said it by then. */
#define PRUNE_AFTER 86400

bool lease_forgotten(const struct index *index, const struct lease *lease)
{
    return lease->expiry != 0 && expiry_passed(lease->expiry + PRUNE_AFTER, index->now);
}

/* No lease is forgotten before the earliest that may be: until then none has to be looked for. */
static void note_expiry(struct index *index, const struct lease *lease)
{
    uint64_t earliest = lease->expiry + PRUNE_AFTER;

    if (lease->expiry != 0 && lease->owner != OWNER_STATUS && earliest < index->state.prune_at)
        index->state.prune_at = earliest;
}

static struct machine_lease machine_lease_of(const struct lease *lease)
{
    return (struct machine_lease){(uint8_t)lease->kind, lease->ip, bytes_of(lease->network)};
}

/* Moves the lease from the old machine to the new one; either lease may be NULL. */
static int move_machine(struct index *index, const struct lease *old, const struct lease *new)
{
    struct machine_lease entry;
    int rc = 0;

    if (old != NULL && new != NULL && hwaddr_equal(&old->hwaddr, &new->hwaddr))
        return 0;
    if (old != NULL) {
        entry = machine_lease_of(old);
        rc = machine_remove_lease(index->store, &old->hwaddr, &entry);
    }
    if (rc == 0 && new != NULL) {
        entry = machine_lease_of(new);
        rc = machine_add_lease(index->store, &new->hwaddr, &entry);
    }
    return rc;
}

static bool same_record(const struct lease *a, const struct lease *b)
{
    uint8_t left[LEASE_PACKED_MAX], right[LEASE_PACKED_MAX];
    size_t len = lease_pack(a, left);

    return len == lease_pack(b, right) && memcmp(left, right, len) == 0;
}

/* The two leases share network and address; one of them may be NULL. */
static int replace(struct index *index, const struct lease *old, const struct lease *new)
{
    CLEANUP_OUTPUTS struct outputs before = {NULL, 0};
    CLEANUP_OUTPUTS struct outputs after = {NULL, 0};
    int rc = old != NULL ? derive_outputs(index, old, &before) : 0;

    if (rc == 0)
        rc = move_machine(index, old, new);
    if (rc == 0)
        rc = new != NULL ? lease_record_put(index->store, new) : lease_record_delete(index->store, old);
    if (rc == 0 && new != NULL)
        rc = derive_outputs(index, new, &after);
    if (rc == 0)
        rc = derive_replace(index, &before, &after);
    if (rc == 0 && old != NULL)
        rc = derive_siblings(index, old);
    if (rc == 0 && new != NULL && (old == NULL || !hwaddr_equal(&old->hwaddr, &new->hwaddr)))
        rc = derive_siblings(index, new);
    return rc;
}

int leases_put(struct index *index, const struct lease *lease)
{
    struct lease old = *lease;
    int rc;

    if (!lease_valid(lease))
        return -EINVAL;
    rc = entries_get(index, &old);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == 0 && same_record(&old, lease))
        return 0;
    note_expiry(index, lease);
    rc = replace(index, rc == 0 ? &old : NULL, lease);
    return rc < 0 ? rc : 1;
}

int leases_remove(struct index *index, const struct lease *lease)
{
    return replace(index, lease, NULL);
}

struct each {
    const char *network;
    int (*each)(void *context, const struct lease *lease);
    void *context;
};

static int each_record(void *context, struct bytes key, struct bytes value)
{
    struct each *each = context;
    struct lease lease;

    if (lease_unpack(key, value, &lease) < 0 ||
        (each->network != NULL && strcmp(each->network, lease.network) != 0))
        return 0;
    return each->each(each->context, &lease);
}

int leases_each(struct index *index, const char *network,
                int (*each)(void *context, const struct lease *lease), void *context)
{
    struct each walk = {network, each, context};

    return store_each(index->store, KEY_LEASE, each_record, &walk);
}

int entries_each(struct index *index, const char *network,
                 int (*each)(void *context, const struct lease *lease), void *context)
{
    struct each walk = {network, each, context};

    return store_each(index->store, KEY_ENTRY, each_record, &walk);
}

struct forgotten {
    struct index *index;
    struct lease_list leases;
};

static int list_forgotten(void *context, const struct lease *lease)
{
    struct forgotten *forgotten = context;
    struct index *index = forgotten->index;
    struct network network;
    int rc;

    if (lease->owner == OWNER_STATUS)
        return 0;
    if (!lease_forgotten(index, lease)) {
        note_expiry(index, lease);
        return 0;
    }
    rc = index_network(index, lease->network, &network);
    return rc < 0 || network.libvirt ? rc : lease_list_add(&forgotten->leases, lease);
}

int leases_prune(struct index *index)
{
    struct forgotten forgotten = {index, {NULL, 0, 0}};
    int rc;

    if (index->now < index->state.prune_at)
        return 0;
    /* What libvirt may still want to be told of is looked at again then. */
    index->state.prune_at = index->now + PRUNE_AFTER;
    rc = leases_each(index, NULL, list_forgotten, &forgotten);
    for (size_t i = 0; rc == 0 && i < forgotten.leases.count; i++) {
        rc = leases_remove(index, &forgotten.leases.at[i]);
        leases_report(index, &forgotten.leases.at[i], "forgotten, long expired");
    }
    lease_list_free(&forgotten.leases);
    return rc;
}

void lease_report(const struct report *report, const struct lease *lease, const char *what)
{
    char ip[IP_TEXT_SIZE];

    report_change(report, "%s: %s %s %s%s%s", lease->network[0] != '\0' ? lease->network : "(unnamed)",
                  lease_kind_text(lease->kind), ip_format(&lease->ip, ip), what,
                  lease->host[0] != '\0' ? ": " : "", lease->host);
}

void leases_report(struct index *index, const struct lease *lease, const char *what)
{
    lease_report(index->report, lease, what);
}

bool lease_same_client(const struct lease *a, const struct lease *b)
{
    bool same_id = a->client_id.len > 0 && octets_equal(&a->client_id, &b->client_id);

    if (a->ip.len == IPV6_LEN)
        return same_id && a->iaid == b->iaid && a->temporary == b->temporary;
    /* An address without octets tells clients apart only by their having no client-id either. */
    if (a->hwaddr.len == 0 && (a->client_id.len > 0 || b->client_id.len > 0))
        return same_id;
    return same_id || (a->hwaddr.known && hwaddr_equal(&a->hwaddr, &b->hwaddr));
}

int expiry_compare(uint64_t a, uint64_t b)
{
    /* 0 wraps round to the greatest */
    return (a - 1 > b - 1) - (a - 1 < b - 1);
}
