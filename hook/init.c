#include "init.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/numbers.h"
#include "indexer/status_mirror.h"

struct listed {
    struct lease lease;
    size_t place; /* in libvirt's file; else 0 */
};

struct listing {
    struct index *index;
    struct status_mirror *mirror; /* NULL: live leases alone */
    struct listed *at;
    size_t count;
    int failed; /* -ENOMEM when there was none for some */
};

static int collect(void *context, const struct lease *lease)
{
    struct listing *listing = context;
    struct listed *more;

    if (listing->mirror == NULL && expiry_passed(lease->expiry, listing->index->now))
        return 0;
    more = reallocarray(listing->at, listing->count + 1, sizeof(*more));
    if (more == NULL) {
        listing->failed = -ENOMEM;
        return 0;
    }
    listing->at = more;
    listing->at[listing->count++] = (struct listed){*lease, 0};
    return 0;
}

/* dnsmasq puts each lease that it reads before the others: so its order is the same after a restart. */
static int by_place(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;

    if (left->lease.ip.len != right->lease.ip.len)
        return left->lease.ip.len < right->lease.ip.len ? -1 : 1;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return (lease_stamp(&left->lease) > lease_stamp(&right->lease)) -
           (lease_stamp(&left->lease) < lease_stamp(&right->lease));
}

static bool printable(const struct lease *lease)
{
    if (lease->ip.len == IPV4_LEN)
        return lease->hwaddr.known;
    return lease->has_iaid && lease->client_id.len > 0;
}

/* A lease whose name cannot be judged, for want of memory, is printed without it: the address stays the
 * client's, and the name comes back with its next request. */
static int print_lease(struct index *index, const struct lease *lease, FILE *to)
{
    char ip[IP_TEXT_SIZE], hwaddr[HWADDR_TEXT_SIZE], iaid[IAID_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1];
    enum refusal reason;
    int rc = derive_refusal(index, lease, &reason);
    /* Only what may be an answer: dnsmasq believes every name it is given here. */
    bool named = lease->host[0] != '\0' && rc == 0 && reason == REFUSAL_NONE;

    fprintf(to, "%" PRIu64 " %s %s %s %s\n", lease->expiry,
            lease->ip.len == IPV4_LEN ? hwaddr_format(&lease->hwaddr, hwaddr) : iaid_format(lease, iaid),
            ip_format(&lease->ip, ip), named ? lease->host : "*",
            lease->client_id.len > 0 ? octets_format(&lease->client_id, id) : "*");
    return rc;
}

static int print_server_duid(struct index *index, const char *name, FILE *to)
{
    char text[OCTETS_TEXT_MAX + 1];
    struct network network;
    int rc = index_network(index, name, &network);

    if (rc == 0 && network.server_duid.len > 0)
        fprintf(to, "duid %s\n", octets_format(&network.server_duid, text));
    return rc;
}

/* dnsmasq forgets what it is not given: what fails for one lease keeps no other back. */
static void note_first(int *first, int rc)
{
    if (*first == 0)
        *first = rc;
}

/* Prints what was collected: IPv4, the server's DUID, IPv6. */
static int print_listing(const struct listing *listing, const char *network, FILE *to)
{
    size_t i = 0;
    int rc = 0;

    if (listing->count > 0)
        qsort(listing->at, listing->count, sizeof(*listing->at), by_place);
    for (; i < listing->count && listing->at[i].lease.ip.len == IPV4_LEN; i++) {
        if (printable(&listing->at[i].lease))
            note_first(&rc, print_lease(listing->index, &listing->at[i].lease, to));
    }
    /* libvirt's helper has none without an IPv6 lease; another dnsmasq keeps its identity by it. */
    if (i < listing->count || listing->mirror == NULL)
        note_first(&rc, print_server_duid(listing->index, network, to));
    for (; i < listing->count; i++) {
        if (printable(&listing->at[i].lease))
            note_first(&rc, print_lease(listing->index, &listing->at[i].lease, to));
    }
    return rc;
}

int init_print(struct index *index, const char *network, FILE *to)
{
    struct listing listing = {.index = index};
    int rc = leases_each(index, network, collect, &listing);

    note_first(&rc, listing.failed);
    note_first(&rc, print_listing(&listing, network, to));
    free(listing.at);
    return rc;
}

/* Finds the places of all leases in libvirt's file; those that are not in it come behind. */
static int find_places(struct listing *listing)
{
    struct status_places places;
    int rc = status_mirror_places(listing->mirror, &places);

    for (size_t i = 0; rc == 0 && i < listing->count; i++)
        listing->at[i].place = status_places_find(&places, &listing->at[i].lease.ip);
    status_places_free(&places);
    return rc;
}

int init_print_libvirt(struct index *index, const char *network, const char *networks, FILE *to)
{
    CLEANUP_MIRROR struct status_mirror mirror;
    struct listing listing = {.index = index, .mirror = &mirror};
    bool usable = status_mirror_open(&mirror, index, networks, network) == 0;
    int rc;

    status_mirror_touch(&mirror);
    rc = leases_each(index, network, collect, &listing);
    note_first(&rc, listing.failed);
    if (usable)
        note_first(&rc, find_places(&listing));
    note_first(&rc, print_listing(&listing, network, to));
    free(listing.at);
    return rc;
}
