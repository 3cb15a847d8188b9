#include "init.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/cleanup.h"
#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/numbers.h"

struct listing {
    struct index *index;
    bool expired; /* list them, too */
    struct lease *at;
    size_t count;
};

static int collect(void *context, const struct lease *lease)
{
    struct listing *listing = context;
    struct lease *more;

    if (!listing->expired && expiry_passed(lease->expiry, listing->index->now))
        return 0;
    more = reallocarray(listing->at, listing->count + 1, sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    listing->at = more;
    listing->at[listing->count++] = *lease;
    return 0;
}

/* dnsmasq puts each lease that it reads before the others: so its order is the same after a restart. */
static int by_age(const void *a, const void *b)
{
    const struct lease *left = a, *right = b;
    uint64_t left_heard = left->heard != 0 ? left->heard : left->seen;
    uint64_t right_heard = right->heard != 0 ? right->heard : right->seen;

    if (left->ip.len != right->ip.len)
        return left->ip.len < right->ip.len ? -1 : 1;
    return (left_heard > right_heard) - (left_heard < right_heard);
}

static bool printable(const struct lease *lease)
{
    if (lease->ip.len == IPV4_LEN)
        return lease->hwaddr.known;
    return lease->has_iaid && lease->client_id.len > 0;
}

static void print_lease(struct index *index, const struct lease *lease, FILE *to)
{
    char ip[IP_TEXT_SIZE], hwaddr[HWADDR_TEXT_SIZE], iaid[IAID_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1];
    /* Only what may be an answer: dnsmasq believes every name it is given here. */
    bool named = lease->host[0] != '\0' && derive_refusal(index, lease) == REFUSAL_NONE;

    fprintf(to, "%" PRIu64 " %s %s %s %s\n", lease->expiry,
            lease->ip.len == IPV4_LEN ? hwaddr_format(&lease->hwaddr, hwaddr) : iaid_format(lease, iaid),
            ip_format(&lease->ip, ip), named ? lease->host : "*",
            lease->client_id.len > 0 ? octets_format(&lease->client_id, id) : "*");
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

int init_print(struct index *index, const char *network, bool libvirt, FILE *to)
{
    struct listing listing = {index, libvirt, NULL, 0};
    int rc = leases_each(index, network, collect, &listing);
    CLEANUP_FREE struct lease *leases = listing.at;
    size_t i = 0;

    if (rc < 0)
        return rc;
    if (listing.count > 0)
        qsort(leases, listing.count, sizeof(*leases), by_age);
    for (; i < listing.count && leases[i].ip.len == IPV4_LEN; i++) {
        if (printable(&leases[i]))
            print_lease(index, &leases[i], to);
    }
    rc = print_server_duid(index, network, to);
    for (; rc == 0 && i < listing.count; i++) {
        if (printable(&leases[i]))
            print_lease(index, &leases[i], to);
    }
    return rc;
}
