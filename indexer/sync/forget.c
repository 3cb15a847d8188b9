#include "forget.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/cleanup.h"
#include "indexer/derive.h"
#include "indexer/lease_list.h"
#include "indexer/leases.h"
#include "indexer/machines.h"
#include "indexer/static_file.h"
#include "indexer/tool.h"
#include "listing.h"

/* All that one change of the index needs. */
struct work {
    struct index *index;
    const char *libvirt_dir;
    const struct forget_request *requests;
    size_t count;
    bool *fitted; /* by request: does any lease fit it? */
    struct lease_list leases;
};

static bool is_guest(const struct machine *machine, const char *name)
{
    for (size_t i = 0; i < machine->guest_count; i++) {
        char guest[GUEST_MAX + 1] = "";

        memcpy(guest, machine->guests[i].name.at, machine->guests[i].name.len);
        if (name_equal(guest, name))
            return true;
    }
    return false;
}

/* A host name that belongs to another guest is not the lease's, although its client asks for it. */
static int is_host(struct index *index, const struct lease *lease, const char *name)
{
    char qualified[DOMAIN_MAX + 1];
    enum refusal reason;
    int rc;

    if (!name_equal(lease->host, name) && !name_equal(lease_qualified(lease, qualified), name))
        return false;
    rc = derive_refusal(index, lease, &reason);
    return rc < 0 ? rc : reason != REFUSAL_GUEST_NAME;
}

/* A text may read as more than one of these: a name may consist of hexadecimal digits. -errno: nobody can
 * tell. */
static int fits(struct index *index, const struct forget_request *request, const struct lease *lease,
                const struct machine *machine)
{
    struct hwaddr hwaddr;
    struct ip ip;

    if (request->network != NULL && strcmp(request->network, lease->network) != 0)
        return false;
    if ((ip_parse(request->what, &ip) == 0 && ip_compare(&ip, &lease->ip) == 0) ||
        (lease->hwaddr.known && hwaddr_parse(request->what, &hwaddr) == 0 &&
         hwaddr_equal(&hwaddr, &lease->hwaddr)) ||
        is_guest(machine, request->what))
        return true;
    return is_host(index, lease, request->what);
}

/* Lists a lease that any of the requests names. */
static int choose(void *context, const struct lease *lease)
{
    struct work *work = context;
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(work->index->store, &lease->hwaddr, &machine);
    bool chosen = false;

    for (size_t i = 0; rc == 0 && i < work->count; i++) {
        rc = fits(work->index, &work->requests[i], lease, &machine);
        if (rc > 0) {
            chosen = work->fitted[i] = true;
            rc = 0;
        }
    }
    return rc == 0 && chosen ? lease_list_add(&work->leases, lease) : rc;
}

static int by_network(const void *a, const void *b)
{
    const struct lease *left = a, *right = b;
    int order = strcmp(left->network, right->network);

    return order != 0 ? order : ip_compare(&left->ip, &right->ip);
}

/* Tells who lists the lease, and how it goes: dnsmasq has to hear that it is released. */
static void refuse(struct index *index, const struct lease *lease, const char *file)
{
    const char *network = lease->network[0] != '\0' ? lease->network : "(unnamed)";
    const char *interface = lease->owner == OWNER_STATUS ? lease->network : "INTERFACE";
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE], why[256];

    if (lease->ip.len == IPV4_LEN && lease->hwaddr.known)
        snprintf(why, sizeof(why), "release it at the machine, or run: dhcp_release %s %s %s", interface,
                 ip_format(&lease->ip, ip), hwaddr_format(&lease->hwaddr, mac));
    else
        snprintf(why, sizeof(why), "release it at the machine, or with dhcp_release6");
    report_problem(index->report, why, "%s: lease %s is still listed in %s", network,
                   ip_format(&lease->ip, ip), file);
}

/* The same for what a file says that is no lease. */
static void refuse_static(struct index *index, const struct lease *entry)
{
    const char *network = entry->network[0] != '\0' ? entry->network : "(unnamed)";
    char ip[IP_TEXT_SIZE], why[PATH_MAX + 64];

    if (entry->kind == KIND_STATIC)
        snprintf(why, sizeof(why), "take it out of %s/" STATIC_FILE ", and it is forgotten",
                 tool_config_dir());
    else
        snprintf(why, sizeof(why), "take it out of libvirt's network, with virsh net-update");
    report_problem(index->report, why, "%s: %s entry %s", network, lease_kind_text(entry->kind),
                   ip_format(&entry->ip, ip));
}

static int forget_one(struct index *index, const struct lease *lease, const struct listing *listing)
{
    const char *file = lease->kind == KIND_LEASE ? listing_find(listing, &lease->ip) : NULL;
    int rc = 0;

    if (!lease_is_own(lease->kind)) {
        refuse_static(index, lease);
        return 0;
    }
    if (file != NULL) {
        refuse(index, lease, file);
        return 0;
    }
    rc = leases_remove(index, lease);
    if (rc == 0)
        leases_report(index, lease, "removed");
    return rc;
}

/* Removes leases of one network. */
static int forget_network(struct work *work, const struct lease *leases, size_t count)
{
    CLEANUP_LISTING struct listing listing;
    int rc = 0;

    if (listing_load(work->index, work->libvirt_dir, leases[0].network, &listing) < 0)
        return 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = forget_one(work->index, &leases[i], &listing);
    return rc;
}

static int forget_chosen(struct work *work)
{
    const struct lease_list *leases = &work->leases;
    int rc = 0;

    if (leases->count > 0)
        qsort(leases->at, leases->count, sizeof(*leases->at), by_network);
    for (size_t first = 0, next; rc == 0 && first < leases->count; first = next) {
        for (next = first + 1; next < leases->count; next++) {
            if (strcmp(leases->at[first].network, leases->at[next].network) != 0)
                break;
        }
        rc = forget_network(work, &leases->at[first], next - first);
    }
    return rc;
}

static int change(struct index *index, void *context)
{
    struct work *work = context;
    int rc;

    work->index = index;
    rc = leases_each(index, NULL, choose, work);
    if (rc == 0)
        rc = entries_each(index, NULL, choose, work);
    if (rc == 0)
        rc = forget_chosen(work);
    return rc < 0 ? index_failed(index, rc) : 0;
}

int forget(const char *state_dir, const char *libvirt_dir, const struct forget_request *requests,
           size_t count, const struct report *report)
{
    CLEANUP_FREE bool *fitted = calloc(count + 1, sizeof(*fitted));
    struct work work = {.libvirt_dir = libvirt_dir, .requests = requests, .count = count, .fitted = fitted};
    int rc;

    if (fitted == NULL)
        return report_errno(report, -ENOMEM, "%s", state_dir);
    /* Whoever removes something by hand waits for all of the index to be verified: `change` runs once. */
    rc = index_change(state_dir, STORE_CHECK, report, change, &work);
    for (size_t i = 0; rc >= 0 && i < count; i++) {
        if (fitted[i])
            continue;
        if (requests[i].network != NULL)
            report_problem(report, "no such lease in that network", "%s=%s",
                           requests[i].network[0] != '\0' ? requests[i].network : "-", requests[i].what);
        else
            report_problem(report, "no such lease", "%s", requests[i].what);
    }
    lease_list_free(&work.leases);
    return rc;
}
