#include "derive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "host_refusal.h"
#include "lease_record.h"
#include "machines.h"
#include "shadow.h"

void outputs_free(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        free(outputs->at[i]);
    free(outputs->at);
}

/* Copies a text behind those the output already owns. */
static struct bytes own(struct output *output, size_t *used, struct bytes text)
{
    struct bytes copy = {output->text + *used, text.len};

    if (text.len > 0)
        memcpy(output->text + *used, text.at, text.len);
    *used += text.len;
    return copy;
}

static int add_output(struct outputs *outputs, struct key key, struct claim claim)
{
    struct output **more = reallocarray(outputs->at, outputs->count + 1, sizeof(struct output *));
    struct output *output;
    size_t used = 0;

    if (more == NULL)
        return -ENOMEM;
    outputs->at = more;
    output = malloc(sizeof(*output));
    if (output == NULL)
        return -ENOMEM;
    output->key = key;
    output->claim = claim;
    output->claim.network = own(output, &used, claim.network);
    output->claim.label = own(output, &used, claim.label);
    output->claim.domain = own(output, &used, claim.domain);
    outputs->at[outputs->count++] = output;
    return 0;
}

/* A name under its own record: its label is left out where it is spelled as the key has it. */
static int add_named(struct outputs *outputs, enum key_kind kind, struct claim claim)
{
    struct key key = key_named(kind, claim.label);

    if (memcmp(key.at + 1, claim.label.at, claim.label.len) == 0)
        claim.label.len = 0;
    claim.domain.len = 0;
    return add_output(outputs, key, claim);
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
        rc = add_named(outputs, KEY_HOST, withhold(aged(claim, stale), reason));
    if (rc == 0 && lease->domain[0] != '\0' && !shadow->qualified) {
        struct claim full = claim;

        full.label = bytes_of(lease_qualified(lease, qualified));
        if (reason == REFUSAL_NONE && lease_rank(lease->kind) == RANK_LEASE)
            qualified_reason = guest_refusal(index, machine, full.label);
        rc = add_named(outputs, KEY_HOST, withhold(aged(full, stale), qualified_reason));
        if (qualified_reason == REFUSAL_NONE)
            claim.domain = bytes_of(lease->domain);
    }
    return rc < 0 || shadow->host ? rc
                                  : add_output(outputs, key_address(&lease->ip), withhold(claim, reason));
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
            rc = add_output(outputs, key_address(&lease->ip), guest);
    }
    return rc;
}

int derive_outputs(struct index *index, const struct lease *lease, struct outputs *outputs)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->hwaddr, &machine);
    struct staleness stale = {false, false};
    struct shadow shadow;
    struct claim claim;

    if (rc == 0)
        rc = shadow_of(index->store, lease, &shadow);
    if (rc == 0)
        rc = weigh_siblings(index, &machine, lease, &stale);
    if (rc < 0)
        return rc;
    claim = claim_of(lease, &machine);
    if (lease->host[0] != '\0')
        rc = add_host(index, &machine, lease, claim, stale.host, &shadow, outputs);
    return rc < 0 || shadow.guests ? rc : add_guests(&machine, lease, claim, stale.guest, outputs);
}

int derive_refusal(struct index *index, const struct lease *lease, enum refusal *reason)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(index->store, &lease->hwaddr, &machine);

    *reason = REFUSAL_NONE;
    return rc < 0 || lease->host[0] == '\0' ? rc : host_refusal(index, &machine, lease, reason);
}

/* Changes one record. A guest's record that comes or goes, or a static entry's name, changes who may have it
 * as a host name. */
static int change(struct index *index, const struct key *key, const struct claim *claim, bool present)
{
    bool guest = key->at[0] == KEY_GUEST;
    bool was = guest && store_has(index->store, key);
    int rc = present ? claims_put(index->store, key, claim) : claims_remove(index->store, key, claim);

    if (rc == 0 &&
        (guest ? was != store_has(index->store, key) : key->at[0] == KEY_HOST && claim->rank == RANK_STATIC))
        rc = derive_unsettle(index, (struct bytes){key->at + 1, key->len - 1});
    return rc;
}

static bool among(const struct output *output, const struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (bytes_equal(key_bytes(&output->key), key_bytes(&outputs->at[i]->key)) &&
            claim_same(&output->claim, &outputs->at[i]->claim))
            return true;
    }
    return false;
}

int derive_replace(struct index *index, const struct outputs *before, const struct outputs *after)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < before->count; i++) {
        if (!among(before->at[i], after))
            rc = change(index, &before->at[i]->key, &before->at[i]->claim, false);
    }
    for (size_t i = 0; rc == 0 && i < after->count; i++)
        rc = change(index, &after->at[i]->key, &after->at[i]->claim, true);
    return rc;
}

int derive_set_presence(struct index *index, struct bytes guest, struct bytes source, bool present)
{
    struct key key = key_named(KEY_GUEST, guest);
    struct claim claim = {.flags = CLAIM_GUEST | CLAIM_PRESENCE, .network = source, .label = guest};

    if (memcmp(key.at + 1, guest.at, guest.len) == 0)
        claim.label.len = 0;
    return change(index, &key, &claim, present);
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

static int refresh(struct index *index, const struct machine_lease *place)
{
    struct lease lease;
    int rc = machine_lease_get(index->store, place, &lease);

    return rc < 0 ? rc : refresh_lease(index, &lease);
}

static int refresh_later(void *context, const struct lease *later)
{
    return refresh_lease(context, later);
}

int derive_shadows(struct index *index, const struct lease *entry)
{
    return shadow_each_later(index->store, entry, refresh_later, index);
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
            rc = refresh(index, entry);
    }
    return rc;
}

/* Weighs every lease's claim on one name. */
static int settle(struct index *index, const struct key *name)
{
    CLEANUP_VALUE struct value value;
    struct unpacker u;
    struct claim claim;
    int rc = store_get(index->store, name, &value);

    if (rc == -ENOENT)
        return 0;
    for (u = unpacker_of(value_bytes(&value)); rc == 0 && claim_next(&u, &claim);) {
        struct machine_lease place = {KIND_LEASE, claim.ip, claim.network};

        if ((claim.flags & CLAIM_PRESENCE) != 0 || claim.rank != RANK_LEASE)
            continue;
        rc = refresh(index, &place);
        place.kind = KIND_KEPT;
        if (rc == -ENOENT)
            rc = refresh(index, &place);
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
