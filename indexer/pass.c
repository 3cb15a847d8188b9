#include "pass.h"

#include <errno.h>
#include <string.h>

#include "lease_list.h"
#include "leases.h"
#include "schema/claim.h"

/* How many of a file's bad entries are told one by one. */
#define BAD_TOLD 5

/* A record of so many bytes, which is some thousand leases, takes no more of a file's: each would cost as
 * much as all before it. dnsmasq gives a name to one lease at a time. */
#define RECORD_FULL 32768

void pass_free(struct pass *pass)
{
    ip_list_free(&pass->ips);
}

void pass_bad_entry(struct pass *pass, size_t number, const char *why)
{
    pass->incomplete = true;
    if (++pass->bad <= BAD_TOLD)
        report_problem(pass->index->report, why, "%s: entry %zu", pass->where, number);
}

/* A name that dnsmasq refused or took away stands in .status as if it were one: the mark stays. */
static void keep_refusal(struct lease *lease, const struct lease *known)
{
    const char *name = lease->host[0] != '\0' ? lease->host : lease->refused;

    if (known->reason != REFUSAL_BY_DNSMASQ && known->reason != REFUSAL_TAKEN)
        return;
    if (name[0] != '\0' && !name_equal(name, known->refused))
        return;
    lease->hidden = name[0] == '\0';
    if (lease->hidden)
        strcpy(lease->refused, known->refused);
    else if (name == lease->host)
        strcpy(lease->refused, lease->host);
    lease->host[0] = lease->domain[0] = '\0';
    lease->reason = known->reason;
}

/* Takes over from the known lease of the same client what the file cannot tell. */
static void inherit(struct lease *lease, const struct lease *known)
{
    lease->seen = known->seen;
    lease->heard = known->heard;
    if (lease->interface[0] == '\0')
        strcpy(lease->interface, known->interface);
    if (lease->domain[0] == '\0' && name_equal(lease->host, known->host))
        strcpy(lease->domain, known->domain);
    if (!lease->hwaddr.known)
        lease->hwaddr = known->hwaddr;
    keep_refusal(lease, known);
}

/* Stamps what is new, and what stands where it did not stand before. `known` is the same client's lease, or
 * NULL. */
static void set_place(struct pass *pass, struct lease *lease, const struct lease *known)
{
    if (lease->seen == 0)
        lease->seen = index_stamp(pass->index);
    if (pass->heard && (known == NULL || known->expiry != lease->expiry))
        lease->heard = index_stamp(pass->index);
    if (!pass->ordered || lease->heard != 0)
        return;
    if (lease->seen < pass->last)
        lease->seen = index_stamp(pass->index);
    pass->last = lease->seen;
}

static bool is_file(uint16_t owner)
{
    return owner >= OWNER_FIRST_FILE;
}

/* Does the entry count for more than another feeder's lease of the address? The later expiry does; between
 * two lease files also the same one, for a file may have been moved. */
static bool wins(const struct pass *pass, const struct lease *lease, const struct lease *known)
{
    int order = expiry_compare(lease->expiry, known->expiry);

    return order > 0 || (order == 0 && is_file(pass->owner) && is_file(known->owner));
}

/* Whose is it then? A lease that the hook or libvirt's file still has stays theirs: a lease file never takes
 * it away. What has expired there, only this file knows of. */
static uint16_t owner_after(const struct pass *pass, const struct lease *known)
{
    return is_file(known->owner) || expiry_passed(known->expiry, pass->index->now) ? pass->owner
                                                                                   : known->owner;
}

static int is_full(struct pass *pass, const struct key key)
{
    struct bytes value = {NULL, 0};
    int rc = store_find(pass->index->store, &key, &value);

    return rc == -ENOENT ? false : rc < 0 ? rc : value.len >= RECORD_FULL;
}

/* Has the lease's machine too many leases to take this one as well? `known` is what the index has at the
 * address, or NULL. */
static int is_crowded(struct pass *pass, const struct lease *lease, const struct lease *known)
{
    if (lease->hwaddr.len == 0 || (known != NULL && hwaddr_equal(&known->hwaddr, &lease->hwaddr)))
        return false;
    return is_full(pass, key_machine(&lease->hwaddr));
}

/* A lease whose name too many have goes without. */
static int drop_crowded_name(struct pass *pass, struct lease *lease, const struct lease *known)
{
    int full;

    if (lease->host[0] == '\0' || (known != NULL && name_equal(known->host, lease->host)))
        return 0;
    full = is_full(pass, key_named(KEY_HOST, bytes_of(lease->host)));
    if (full <= 0)
        return full;
    lease->host[0] = lease->domain[0] = '\0';
    pass->crowded++;
    return 0;
}

/* Leaves the lease out. Another client's that is known of the address has ended all the same. */
static int leave_out(struct pass *pass, const struct lease *known)
{
    int rc = known != NULL ? leases_let_go(pass->index, known) : 0;

    pass->crowded++;
    if (rc == 0 && known != NULL)
        leases_report(pass->index, known, "removed");
    return rc;
}

int pass_lease(struct pass *pass, struct lease *lease)
{
    struct lease known;
    bool found;
    int rc;

    strcpy(lease->network, pass->network);
    lease->owner = pass->owner;
    if (lease->owner != OWNER_STATUS && lease_forgotten(pass->index, lease))
        return 0; /* as if it were not listed: it would be pruned at once */
    rc = ip_list_add(&pass->ips, &lease->ip);
    if (rc == 0)
        rc = leases_get(pass->index, lease->network, &lease->ip, &known);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    found = rc == 0;
    if (found && known.owner != pass->owner) {
        if (!wins(pass, lease, &known))
            return 0;
        lease->owner = owner_after(pass, &known);
    }
    if (found && lease_same_client(&known, lease)) {
        inherit(lease, &known);
        set_place(pass, lease, &known);
    } else {
        set_place(pass, lease, NULL);
    }
    rc = is_crowded(pass, lease, found ? &known : NULL);
    if (rc != 0)
        return rc < 0 ? rc : leave_out(pass, found ? &known : NULL);
    rc = drop_crowded_name(pass, lease, found ? &known : NULL);
    if (rc < 0)
        return rc;
    /* .status cannot keep a lease without a hardware address: it is ours to keep. */
    if (pass->owner == OWNER_STATUS && !lease->hwaddr.known)
        lease->owner = OWNER_HOOK;
    rc = leases_put(pass->index, lease);
    if (rc == 1)
        leases_report(pass->index, lease, found ? "changed" : "added");
    return rc < 0 ? rc : 0;
}

struct gone {
    const struct pass *pass;
    struct lease_list leases;
};

static int list_gone(void *context, const struct lease *lease)
{
    struct gone *gone = context;
    const struct pass *pass = gone->pass;

    if (lease->owner != pass->owner || ip_list_contains(&pass->ips, &lease->ip))
        return 0;
    return lease_list_add(&gone->leases, lease);
}

int pass_finish(struct pass *pass)
{
    struct gone gone = {pass, {NULL, 0, 0}};
    int rc;

    if (pass->bad > BAD_TOLD)
        report_problem(pass->index->report, "is it such a file at all?",
                       "%s: more entries that make no sense: %zu", pass->where, pass->bad - BAD_TOLD);
    if (pass->crowded > 0)
        report_problem(pass->index->report, "too many of one name or hardware address",
                       "%s: leases without their name, or left out: %zu", pass->where, pass->crowded);
    if (pass->incomplete || pass->first)
        return 0;
    ip_list_sort(&pass->ips);
    rc = leases_each(pass->index, pass->network, list_gone, &gone);
    for (size_t i = 0; rc == 0 && i < gone.leases.count; i++) {
        rc = leases_let_go(pass->index, &gone.leases.at[i]);
        if (rc == 0)
            leases_report(pass->index, &gone.leases.at[i], "removed");
    }
    lease_list_free(&gone.leases);
    return rc;
}
