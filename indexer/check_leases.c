#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check.h"
#include "dump.h"
#include "schema/claim.h"
#include "schema/name.h"

/* Two live leases that should not both be there. */
struct conflict {
    /* Orders leases so that those in conflict stand side by side. */
    int (*compare)(const void *a, const void *b);
    bool (*is)(const struct dump_lease *a, const struct dump_lease *b);
    int (*tell)(struct check *check, const struct lease *a, const struct lease *b);
};

static const struct dump_lease *at(const void *element)
{
    return *(const struct dump_lease *const *)element;
}

/* --- A name for two machines ------------------------------------------------------------------------------
 */

static int compare_names(const void *a, const void *b)
{
    int order = strcasecmp(at(a)->lease.host, at(b)->lease.host);

    return order != 0 ? order : strcmp(at(a)->lease.network, at(b)->lease.network);
}

static bool differ(const struct lease *a, const struct lease *b)
{
    return a->hwaddr.known && b->hwaddr.known && !hwaddr_equal(&a->hwaddr, &b->hwaddr);
}

static bool share_name(const struct dump_lease *a, const struct dump_lease *b)
{
    return a->reason == REFUSAL_NONE && b->reason == REFUSAL_NONE && a->lease.host[0] != '\0' &&
           name_equal(a->lease.host, b->lease.host) && strcmp(a->lease.network, b->lease.network) == 0 &&
           differ(&a->lease, &b->lease);
}

static int tell_name(struct check *check, const struct lease *a, const struct lease *b)
{
    char left[HWADDR_TEXT_SIZE], right[HWADDR_TEXT_SIZE];

    return check_add(check, "who asks for the name gets the addresses of both",
                     "give one of the machines another host name", "%s: the name of two machines, %s and %s",
                     a->host, hwaddr_format(&a->hwaddr, left), hwaddr_format(&b->hwaddr, right));
}

/* --- A client-id of two machines --------------------------------------------------------------------------
 */

static int compare_client_ids(const void *a, const void *b)
{
    const struct octets *left = &at(a)->lease.client_id, *right = &at(b)->lease.client_id;

    return left->len != right->len ? left->len - right->len : memcmp(left->at, right->at, left->len);
}

static bool share_client_id(const struct dump_lease *a, const struct dump_lease *b)
{
    return a->lease.client_id.len > 0 && octets_equal(&a->lease.client_id, &b->lease.client_id) &&
           differ(&a->lease, &b->lease);
}

static int tell_client_id(struct check *check, const struct lease *a, const struct lease *b)
{
    char left[HWADDR_TEXT_SIZE], right[HWADDR_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1];

    return check_add(
        check, "dnsmasq takes them for one, and they take each other's address",
        "copies of a disk image have the same /etc/machine-id: empty it, and restart the machine",
        "client-id %s: of two machines, %s and %s", octets_format(&a->client_id, id),
        hwaddr_format(&a->hwaddr, left), hwaddr_format(&b->hwaddr, right));
}

/* --- One lease twice --------------------------------------------------------------------------------------
 */

static int compare_addresses(const void *a, const void *b)
{
    int order = ip_compare(&at(a)->lease.ip, &at(b)->lease.ip);

    return order != 0 ? order : strcmp(at(a)->lease.network, at(b)->lease.network);
}

static bool is_twice(const struct dump_lease *a, const struct dump_lease *b)
{
    return ip_compare(&a->lease.ip, &b->lease.ip) == 0 && a->lease.hwaddr.known &&
           hwaddr_equal(&a->lease.hwaddr, &b->lease.hwaddr);
}

static int tell_twice(struct check *check, const struct lease *a, const struct lease *b)
{
    char ip[IP_TEXT_SIZE];

    return check_add(check, "when one of them ends, the other one is still answered",
                     "give the hook's LVINDEX_NETWORK and the lease file's NETWORK= the same name",
                     "%s: one lease under two networks, \"%s\" and \"%s\"", ip_format(&a->ip, ip), a->network,
                     b->network);
}

static const struct conflict conflicts[] = {
    {compare_names, share_name, tell_name},
    {compare_client_ids, share_client_id, tell_client_id},
    {compare_addresses, is_twice, tell_twice},
};

/* Looks at each lease and the one before it; of each run of conflicts, one is told. */
static int look_for(struct check *check, const struct conflict *conflict, const struct dump_lease **live,
                    size_t count)
{
    int rc = 0;

    if (count > 0)
        qsort(live, count, sizeof(struct dump_lease *), conflict->compare);
    for (size_t i = 1; rc == 0 && i < count; i++) {
        bool told = i > 1 && conflict->is(live[i - 2], live[i - 1]);

        if (!told && conflict->is(live[i - 1], live[i]))
            rc = conflict->tell(check, &live[i - 1]->lease, &live[i]->lease);
    }
    return rc;
}

int check_leases(struct check *check)
{
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    const struct dump_lease **live;
    size_t count = 0;
    int rc;

    if (check->index == NULL)
        return 0;
    rc = dump_collect(check->index, &(struct dump_query){.leases_only = true}, &leases);
    live = calloc(leases.count + 1, sizeof(struct dump_lease *));
    if (live == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < leases.count; i++) {
        if (!expiry_passed(leases.at[i].lease.expiry, check->index->now))
            live[count++] = &leases.at[i];
    }
    for (size_t i = 0; rc == 0 && i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
        rc = look_for(check, &conflicts[i], live, count);
    free(live);
    return rc;
}
