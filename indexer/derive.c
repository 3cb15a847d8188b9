#include "derive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "cleanup.h"
#include "host_refusal.h"
#include "lease_record.h"
#include "machines.h"
#include "shadow.h"

/* A name under its own record: its label is left out where it is spelled as the key has it. */
static int add_named(struct outputs *outputs, enum key_kind kind, struct claim claim)
{
    struct key key = key_named(kind, claim.label);

    if (memcmp(key.at + 1, claim.label.at, claim.label.len) == 0)
        claim.label.len = 0;
    claim.domain.len = 0;
    return outputs_add(outputs, &key, &claim);
}

static int add_to_address(struct outputs *outputs, const struct ip *ip, struct claim claim)
{
    const struct key key = key_address(ip);

    return outputs_add(outputs, &key, &claim);
}

static struct claim withhold(struct claim claim, enum refusal reason)
{
    if (reason != REFUSAL_NONE) {
        claim.flags |= CLAIM_WITHHELD;
        claim.reason = reason;
    }
    return claim;
}

static struct claim claim_of(const struct lease *lease, const struct machine *machine)
{
    struct claim claim = {
        .network = bytes_of(lease->network),
        .expiry = lease->expiry,
        .order = lease_stamp(lease),
        .ip = lease->ip,
        .rank = lease_rank(lease->kind),
    };

    if (lease->heard != 0)
        claim.flags |= CLAIM_HEARD;
    if (lease->ip.len == IPV6_LEN)
        claim.flags |= CLAIM_IPV6;
    if (machine_running(machine))
        claim.flags |= CLAIM_RUNNING;
    return claim;
}

/* A machine with more leases than that is not weighed for stale ones: no client has so many by honest means.
 */
#define SIBLINGS_WEIGHED 64

/* The newer lease of the two: the one that an answer would give first. */
static bool is_newer(const struct lease *a, const struct lease *b)
{
    const struct machine none = {.lease_count = 0};
    struct claim left = claim_of(a, &none), right = claim_of(b, &none);

    return claim_compare(&left, &right) < 0;
}

/* Is `other` a newer lease of the same machine as another client: what the machine was rebuilt as? */
static bool is_successor(const struct lease *other, const struct lease *lease)
{
    return other->kind == KIND_LEASE && other->ip.len == lease->ip.len &&
           strcmp(other->network, lease->network) == 0 &&
           !octets_equal(&other->client_id, &lease->client_id) && is_newer(other, lease);
}

/* Whether the machine has a newer lease under another client-id: for the guest's name, and for the host name,
 * which counts only where both leases have it. */
struct staleness {
    bool guest;
    bool host;
};

static int weigh_siblings(struct index *index, const struct machine *machine, const struct lease *lease,
                          struct staleness *stale)
{
    if (lease->kind != KIND_LEASE || machine->lease_count > SIBLINGS_WEIGHED)
        return 0;
    for (size_t i = 0; i < machine->lease_count; i++) {
        struct lease other;
        int rc = machine_lease_get(index->store, &machine->leases[i], &other);

        if (rc < 0)
            return rc;
        if (!is_successor(&other, lease))
            continue;
        stale->guest = true;
        stale->host = stale->host || name_equal(other.host, lease->host);
    }
    return 0;
}

/* A claim under a name's own record, which is where staleness counts. */
static struct claim aged(struct claim claim, bool stale)
{
    if (stale)
        claim.flags |= CLAIM_STALE;
    return claim;
}

/* A host name, and a static one as the name of the guest that libvirt knows by it: both are the
 * administrator's, and that guest's leases must not go before it. */
static int add_name(struct index *index, struct claim claim, struct outputs *outputs)
{
    const struct key guest = key_named(KEY_GUEST, claim.label);
    int rc = add_named(outputs, KEY_HOST, claim);

    if (rc == 0 && claim.rank == RANK_STATIC && claims_of_guest(index->store, &guest))
        rc = add_named(outputs, KEY_GUEST, claim);
    return rc;
}

/* Host name, host name with domain, and both for the address. */
static int add_host(struct index *index, const struct machine *machine, const struct lease *lease,
                    struct claim claim, bool stale, const struct shadow *shadow, struct outputs *outputs)
{
    char qualified[DOMAIN_MAX + 1];
    enum refusal reason, qualified_reason;
    int rc = host_refusal(index, machine, lease, &reason);

    qualified_reason = reason;
    claim.label = bytes_of(lease->host);
    if (rc == 0 && !shadow->host)
        rc = add_name(index, withhold(aged(claim, stale), reason), outputs);
    if (rc == 0 && lease->domain[0] != '\0' && !shadow->qualified) {
        struct claim full = claim;

        full.label = bytes_of(lease_qualified(lease, qualified));
        if (reason == REFUSAL_NONE && lease_rank(lease->kind) == RANK_LEASE)
            qualified_reason = guest_refusal(index, machine, full.label);
        rc = add_name(index, withhold(aged(full, stale), qualified_reason), outputs);
        if (qualified_reason == REFUSAL_NONE)
            claim.domain = bytes_of(lease->domain);
    }
    return rc < 0 || shadow->host ? rc : add_to_address(outputs, &lease->ip, withhold(claim, reason));
}

/* Does a guest run under any of the networks that name it? */
static bool runs(const struct machine *machine, struct bytes guest)
{
    for (size_t i = 0; i < machine->guest_count; i++) {
        if (machine->guests[i].running && bytes_equal(machine->guests[i].name, guest))
            return true;
    }
    return false;
}

/* Has an earlier entry the same name? A guest may be known in several networks. */
static bool repeats(const struct machine *machine, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (bytes_equal(machine->guests[i].name, machine->guests[place].name))
            return true;
    }
    return false;
}

static int add_guests(const struct machine *machine, const struct lease *lease, struct claim claim,
                      bool stale, struct outputs *outputs)
{
    int rc = 0;

    claim.flags |= CLAIM_GUEST;
    for (size_t i = 0; rc == 0 && i < machine->guest_count; i++) {
        struct claim guest = claim;

        if (repeats(machine, i))
            continue;
        guest.label = machine->guests[i].name;
        if (!runs(machine, guest.label))
            guest = withhold(guest, REFUSAL_GUEST_STOPPED);
        rc = add_named(outputs, KEY_GUEST, aged(guest, stale));
        if (rc == 0)
            rc = add_to_address(outputs, &lease->ip, guest);
    }
    return rc;
}

int derive_outputs_of(struct index *index, const struct machine *machine, const struct lease *lease,
                      const struct shadow *shadow, struct outputs *outputs)
{
    struct staleness stale = {false, false};
    struct claim claim;
    int rc = weigh_siblings(index, machine, lease, &stale);

    if (rc < 0)
        return rc;
    claim = claim_of(lease, machine);
    if (lease->host[0] != '\0')
        rc = add_host(index, machine, lease, claim, stale.host, shadow, outputs);
    return rc < 0 ? rc : add_guests(machine, lease, claim, stale.guest, outputs);
}

/* Those of a lease whose machine alone was loaded. */
static int derive_lease(struct index *index, const struct machine *machine, const struct lease *lease,
                        struct outputs *outputs)
{
    struct shadow shadow;
    int rc = shadow_of(index->store, lease, &shadow);

    return rc < 0 ? rc : derive_outputs_of(index, machine, lease, &shadow, outputs);
}

int derive_outputs(struct index *index, const struct lease *lease, struct outputs *outputs)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->hwaddr, &machine);

    return rc < 0 ? rc : derive_lease(index, &machine, lease, outputs);
}

int derive_machine(struct index *index, const struct machine *machine, struct outputs *outputs)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < machine->lease_count; i++) {
        struct lease lease;

        rc = machine_lease_get(index->store, &machine->leases[i], &lease);
        if (rc == 0)
            rc = derive_lease(index, machine, &lease, outputs);
    }
    return rc;
}

int derive_refusal(struct index *index, const struct lease *lease, enum refusal *reason)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->hwaddr, &machine);

    *reason = REFUSAL_NONE;
    return rc < 0 || lease->host[0] == '\0' ? rc : host_refusal(index, &machine, lease, reason);
}

/* Changes one record. A guest that comes to be known by its name, or is no more, or a static entry's name,
 * changes who may have it as a host name. */
static int change(struct index *index, const struct key *key, struct claim_change *changes, size_t count)
{
    bool guest = key->at[0] == KEY_GUEST;
    bool was = guest && claims_of_guest(index->store, key);
    bool unsettles = false;
    int rc;

    for (size_t i = 0; key->at[0] == KEY_HOST && i < count; i++)
        unsettles = unsettles || rank_owns_names(changes[i].claim->rank);
    rc = claims_change(index->store, key, changes, count);
    if (rc == 0 && (guest ? was != claims_of_guest(index->store, key) : unsettles))
        rc = derive_unsettle(index, (struct bytes){key->at + 1, key->len - 1});
    return rc;
}

/* An output that came or went. */
struct turn {
    const struct output *output;
    bool present;
    size_t place; /* of two that are the same, the later counts */
};

static int by_key(const void *a, const void *b)
{
    const struct turn *left = a, *right = b;
    int order = bytes_compare(key_bytes(&left->output->key), key_bytes(&right->output->key));

    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static size_t add_turns(struct turn *turns, size_t count, const struct outputs *outputs, bool present)
{
    for (size_t i = 0; i < outputs->count; i++, count++)
        turns[count] = (struct turn){outputs->at[i], present, count};
    return count;
}

/* Each record once. */
static int change_records(struct index *index, const struct turn *turns, size_t count,
                          struct claim_change *changes)
{
    int rc = 0;

    for (size_t first = 0, next; rc == 0 && first < count; first = next) {
        const struct key *key = &turns[first].output->key;

        for (next = first; next < count && bytes_equal(key_bytes(key), key_bytes(&turns[next].output->key));
             next++)
            changes[next - first] = (struct claim_change){&turns[next].output->claim, turns[next].present, 0};
        rc = change(index, key, changes, next - first);
    }
    return rc;
}

int derive_replace(struct index *index, const struct outputs *before, const struct outputs *after)
{
    size_t count = before->count + after->count;
    CLEANUP_FREE struct turn *turns = calloc(count + 1, sizeof(*turns));
    CLEANUP_FREE struct claim_change *changes = calloc(count + 1, sizeof(*changes));

    if (turns == NULL || changes == NULL)
        return -ENOMEM;
    add_turns(turns, add_turns(turns, 0, before, false), after, true);
    qsort(turns, count, sizeof(*turns), by_key);
    return change_records(index, turns, count, changes);
}

int derive_set_presence(struct index *index, struct bytes guest, struct bytes source, bool present)
{
    struct key key = key_named(KEY_GUEST, guest);
    struct claim claim = {.flags = CLAIM_GUEST | CLAIM_PRESENCE, .network = source, .label = guest};

    if (memcmp(key.at + 1, guest.at, guest.len) == 0)
        claim.label.len = 0;
    return change(index, &key, &(struct claim_change){&claim, present, 0}, 1);
}

int derive_unsettle(struct index *index, struct bytes name)
{
    return names_add(&index->unsettled, name);
}

/* Derives anew what follows from a lease. Which claims it makes does not depend on who owns the name or on
 * other leases of the machine, only whether they are withheld or kept back: nothing has to be removed. */
static int refresh_lease(struct index *index, const struct lease *lease)
{
    CLEANUP_OUTPUTS struct outputs after = {NULL, 0};
    const struct outputs none = {NULL, 0};
    int rc = derive_outputs(index, lease, &after);

    return rc < 0 ? rc : derive_replace(index, &none, &after);
}

int derive_refresh(struct index *index, const struct machine_lease *place)
{
    struct lease lease;
    int rc = machine_lease_get(index->store, place, &lease);

    return rc < 0 ? rc : refresh_lease(index, &lease);
}

int derive_siblings(struct index *index, const struct lease *lease)
{
    CLEANUP_MACHINE struct machine machine;
    const struct machine_lease own = {(uint8_t)lease->kind, lease->ip, bytes_of(lease->network)};
    int rc = machine_load(index->store, &lease->hwaddr, &machine);

    /* One lease more than are weighed: it may be the one that ended the weighing. */
    if (machine.lease_count > SIBLINGS_WEIGHED + 1)
        return rc;
    for (size_t i = 0; rc == 0 && i < machine.lease_count; i++) {
        const struct machine_lease *entry = &machine.leases[i];

        if (!machine_lease_equal(entry, &own))
            rc = derive_refresh(index, entry);
    }
    return rc;
}
