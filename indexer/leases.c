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

/* Seconds for which a neighbour is remembered that belongs to no running guest: dnsmasq tells that one is
 * gone only if it saw it come. */
#define NEIGHBOUR_KEPT (7 * 86400)

/* When the entry may be forgotten, in seconds since the epoch; 0: never. */
static uint64_t end_of(const struct index *index, const struct lease *lease)
{
    uint64_t grace = index->options.grace;

    switch (lease->kind) {
    case KIND_LEASE:
        return lease->expiry == 0 ? 0 : lease->expiry + (grace > PRUNE_AFTER ? grace : PRUNE_AFTER);
    case KIND_KEPT:
        return lease->expiry + grace;
    case KIND_ARP:
        return lease->heard / 1000 + NEIGHBOUR_KEPT;
    default:
        return 0;
    }
}

bool lease_forgotten(const struct index *index, const struct lease *lease)
{
    return end_of(index, lease) != 0 && expiry_passed(end_of(index, lease), index->now);
}

/* Nothing is forgotten before the earliest that may be: until then none has to be looked for. */
static void note_end(struct index *index, const struct lease *lease)
{
    uint64_t end = end_of(index, lease);

    if (end != 0 && lease->owner != OWNER_STATUS && end < index->state.prune_at)
        index->state.prune_at = end;
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

/* A lease takes the place of the one that was kept of its address. */
static int drop_kept(struct index *index, const struct lease *lease)
{
    struct lease kept = {.kind = KIND_KEPT, .ip = lease->ip};
    int rc;

    if (lease->kind != KIND_LEASE)
        return 0;
    strcpy(kept.network, lease->network);
    rc = entries_get(index, &kept);
    return rc == 0 ? leases_remove(index, &kept) : rc == -ENOENT ? 0 : rc;
}

int leases_put(struct index *index, const struct lease *lease)
{
    struct lease old = *lease;
    int rc;

    if (!lease_valid(lease))
        return -EINVAL;
    rc = drop_kept(index, lease);
    if (rc == 0)
        rc = index_know_network(index, lease->network);
    if (rc == 0)
        rc = entries_get(index, &old);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == 0 && lease_record_same(&old, lease))
        return 0;
    note_end(index, lease);
    rc = replace(index, rc == 0 ? &old : NULL, lease);
    return rc < 0 ? rc : 1;
}

int leases_remove(struct index *index, const struct lease *lease)
{
    return replace(index, lease, NULL);
}

static int belongs_to_running(struct index *index, const struct lease *lease)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->hwaddr, &machine);

    return rc < 0 ? rc : machine_running(&machine);
}

int leases_let_go(struct index *index, const struct lease *lease)
{
    struct lease kept = *lease;
    bool in_grace = expiry_passed(lease->expiry, index->now) &&
                    !expiry_passed(lease->expiry + index->options.grace, index->now);
    int running = in_grace ? belongs_to_running(index, lease) : 0;
    int rc = running < 0 ? running : leases_remove(index, lease);

    if (rc < 0 || running == 0)
        return rc;
    kept.kind = KIND_KEPT;
    kept.owner = OWNER_HOOK; /* no file lists it */
    rc = leases_put(index, &kept);
    return rc < 0 ? rc : 0;
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
        note_end(index, lease);
        return 0;
    }
    rc = index_network(index, lease->network, &network);
    return rc < 0 || network.libvirt ? rc : lease_list_add(&forgotten->leases, lease);
}

/* The same for what is no lease: a lease that is kept for a guest goes when that stops, too. */
static int list_forgotten_entry(void *context, const struct lease *lease)
{
    struct forgotten *forgotten = context;
    struct index *index = forgotten->index;
    bool over = lease_forgotten(index, lease);
    int running;

    if (lease->kind != KIND_KEPT && lease->kind != KIND_ARP)
        return 0;
    running = belongs_to_running(index, lease);
    if (running < 0)
        return running;
    if (lease->kind == KIND_KEPT ? over || running == 0 : over && running == 0)
        return lease_list_add(&forgotten->leases, lease);
    note_end(index, lease);
    return 0;
}

static const char *lease_end_text(const struct lease *lease)
{
    switch (lease->kind) {
    case KIND_KEPT:
        return "forgotten, its grace is over or its guest stopped";
    case KIND_ARP:
        return "forgotten, not seen for a week";
    default:
        return "forgotten, long expired";
    }
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
    if (rc == 0)
        rc = entries_each(index, NULL, list_forgotten_entry, &forgotten);
    for (size_t i = 0; rc == 0 && i < forgotten.leases.count; i++) {
        rc = leases_remove(index, &forgotten.leases.at[i]);
        leases_report(index, &forgotten.leases.at[i], lease_end_text(&forgotten.leases.at[i]));
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
