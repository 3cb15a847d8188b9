#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check.h"
#include "dump.h"
#include "schema/claim.h"
#include "schema/name.h"

/* Leases of one kind of trouble, in the order of what they have in common. */
struct group {
    const struct dump_lease **at;
    size_t count;
};

/* Leases that should not have in common what they do. */
struct topic {
    bool (*wanted)(const struct dump_lease *lease);
    /* Orders by what they have in common, then by network. */
    int (*compare)(const void *a, const void *b);
    bool (*common)(const struct dump_lease *a, const struct dump_lease *b);
    /* Of those that count as one, the first stays. */
    bool (*one)(const struct dump_lease *a, const struct dump_lease *b);
    /* Several are left. */
    int (*tell)(struct check *check, const struct group *group);
};

static const struct dump_lease *at(const void *element)
{
    return *(const struct dump_lease *const *)element;
}

static int compare_networks(const void *a, const void *b)
{
    return strcmp(at(a)->lease.network, at(b)->lease.network);
}

static bool same_network(const struct dump_lease *a, const struct dump_lease *b)
{
    return strcmp(a->lease.network, b->lease.network) == 0;
}

/* A guest may have several interfaces. */
static bool same_guest(const struct dump_lease *a, const struct dump_lease *b)
{
    for (size_t i = 0; i < a->guest_count; i++) {
        for (size_t j = 0; j < b->guest_count; j++) {
            if (strcmp(a->guests[i], b->guests[j]) == 0)
                return true;
        }
    }
    return false;
}

/* So may another machine, which DHCPv6 knows by one DUID. */
static bool same_duid(const struct lease *a, const struct lease *b)
{
    return a->ip.len == IPV6_LEN && b->ip.len == IPV6_LEN && a->client_id.len > 0 &&
           octets_equal(&a->client_id, &b->client_id);
}

static bool same_hwaddr(const struct dump_lease *a, const struct dump_lease *b)
{
    return hwaddr_equal(&a->lease.hwaddr, &b->lease.hwaddr) || same_guest(a, b);
}

static bool same_machine(const struct dump_lease *a, const struct dump_lease *b)
{
    return same_hwaddr(a, b) || same_duid(&a->lease, &b->lease);
}

/* --- A name for several machines --------------------------------------------------------------------------
 */

static bool has_name(const struct dump_lease *lease)
{
    return lease->reason == REFUSAL_NONE && lease->lease.host[0] != '\0' && lease->lease.hwaddr.known;
}

static int compare_names(const void *a, const void *b)
{
    int order = strcasecmp(at(a)->lease.host, at(b)->lease.host);

    return order != 0 ? order : compare_networks(a, b);
}

static bool share_name(const struct dump_lease *a, const struct dump_lease *b)
{
    return name_equal(a->lease.host, b->lease.host);
}

static bool share_name_and_network(const struct dump_lease *a, const struct dump_lease *b)
{
    return share_name(a, b) && same_network(a, b);
}

static int tell_name(struct check *check, const struct group *group)
{
    static const char cure[] = "give one of the machines another host name";
    const struct lease *a = &group->at[0]->lease, *b = &group->at[1]->lease;
    char left[HWADDR_TEXT_SIZE], right[HWADDR_TEXT_SIZE];

    hwaddr_format(&a->hwaddr, left);
    hwaddr_format(&b->hwaddr, right);
    if (group->count > 2)
        return check_add(check, "who asks for the name gets the addresses of all", cure,
                         "%s: the name of %zu machines, two of them %s and %s", a->host, group->count, left,
                         right);
    return check_add(check, "who asks for the name gets the addresses of both", cure,
                     "%s: the name of two machines, %s and %s", a->host, left, right);
}

static size_t keep_first(const struct dump_lease **at, size_t count,
                         bool (*one)(const struct dump_lease *a, const struct dump_lease *b))
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        size_t k = 0;

        while (k < kept && !one(at[k], at[i]))
            k++;
        if (k == kept)
            at[kept++] = at[i];
    }
    return kept;
}

/* The machines of several networks: within one, the name has been told. */
static int tell_name_of_networks(struct check *check, const struct group *machines)
{
    static const char cure[] = "give each a host name of its own, or ask for it with its network behind it";
    const struct lease *a, *b;
    const size_t count = keep_first(machines->at, machines->count, same_network);

    if (count < 2)
        return 0;
    a = &machines->at[0]->lease;
    b = &machines->at[1]->lease;
    if (count > 2)
        return check_add(check, "who asks for the name gets the addresses of all", cure,
                         "%s: the name of machines in %zu networks, two of them \"%s\" and \"%s\"", a->host,
                         count, a->network, b->network);
    return check_add(check, "who asks for the name gets the addresses of both", cure,
                     "%s: the name of machines in two networks, \"%s\" and \"%s\"", a->host, a->network,
                     b->network);
}

/* --- A client-id of several machines ----------------------------------------------------------------------
 */

static bool has_client_id(const struct dump_lease *lease)
{
    return lease->lease.client_id.len > 0 && lease->lease.hwaddr.known;
}

/* DHCPv6 tells the interfaces of a machine apart by their IAID. */
static int compare_iaids(const struct lease *a, const struct lease *b)
{
    if (a->ip.len != b->ip.len)
        return a->ip.len - b->ip.len;
    return a->ip.len == IPV4_LEN || a->iaid == b->iaid ? 0 : a->iaid < b->iaid ? -1 : 1;
}

static int compare_client_ids(const void *a, const void *b)
{
    const struct octets *left = &at(a)->lease.client_id, *right = &at(b)->lease.client_id;
    int order = left->len != right->len ? left->len - right->len : memcmp(left->at, right->at, left->len);

    if (order == 0)
        order = compare_iaids(&at(a)->lease, &at(b)->lease);
    return order != 0 ? order : compare_networks(a, b);
}

static bool share_client_id(const struct dump_lease *a, const struct dump_lease *b)
{
    return octets_equal(&a->lease.client_id, &b->lease.client_id) &&
           compare_iaids(&a->lease, &b->lease) == 0 && same_network(a, b);
}

static int tell_client_id(struct check *check, const struct group *group)
{
    static const char cure[] =
        "copies of a disk image have the same /etc/machine-id: empty it, and restart the machine";
    static const char why[] = "dnsmasq takes them for one, and they take each other's address";
    const struct lease *a = &group->at[0]->lease, *b = &group->at[1]->lease;
    char left[HWADDR_TEXT_SIZE], right[HWADDR_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1];

    octets_format(&a->client_id, id);
    hwaddr_format(&a->hwaddr, left);
    hwaddr_format(&b->hwaddr, right);
    if (group->count > 2)
        return check_add(check, why, cure, "client-id %s: of %zu machines, two of them %s and %s", id,
                         group->count, left, right);
    return check_add(check, why, cure, "client-id %s: of two machines, %s and %s", id, left, right);
}

/* --- All topics -------------------------------------------------------------------------------------------
 */

static const struct topic topics[] = {
    {has_name, compare_names, share_name_and_network, same_machine, tell_name},
    {has_name, compare_names, share_name, same_machine, tell_name_of_networks},
    {has_client_id, compare_client_ids, share_client_id, same_hwaddr, tell_client_id},
};

/* Those that a topic is about, in its order, to `chosen`: how many. */
static size_t choose(const struct dump_lease **live, size_t count, bool (*wanted)(const struct dump_lease *),
                     int (*compare)(const void *, const void *), const struct dump_lease **chosen)
{
    size_t chosen_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (wanted(live[i]))
            chosen[chosen_count++] = live[i];
    }
    if (chosen_count > 0)
        qsort(chosen, chosen_count, sizeof(struct dump_lease *), compare);
    return chosen_count;
}

static int look_for(struct check *check, const struct topic *topic, const struct dump_lease **live,
                    size_t count, const struct dump_lease **chosen)
{
    int rc = 0;

    count = choose(live, count, topic->wanted, topic->compare, chosen);
    for (size_t first = 0, next; rc == 0 && first < count; first = next) {
        struct group group = {&chosen[first], 0};

        for (next = first + 1; next < count && topic->common(chosen[first], chosen[next]);)
            next++;
        group.count = keep_first(group.at, next - first, topic->one);
        if (group.count > 1)
            rc = topic->tell(check, &group);
    }
    return rc;
}

/* --- One lease twice --------------------------------------------------------------------------------------
 */

static bool has_hwaddr(const struct dump_lease *lease)
{
    return lease->lease.hwaddr.known;
}

static int compare_leases(const void *a, const void *b)
{
    const struct hwaddr *left = &at(a)->lease.hwaddr, *right = &at(b)->lease.hwaddr;
    int order = ip_compare(&at(a)->lease.ip, &at(b)->lease.ip);

    if (order == 0)
        order = left->type != right->type ? left->type - right->type : left->len - right->len;
    if (order == 0)
        order = memcmp(left->octets, right->octets, left->len);
    return order != 0 ? order : compare_networks(a, b);
}

static bool is_again(const struct dump_lease *a, const struct dump_lease *b)
{
    return ip_compare(&a->lease.ip, &b->lease.ip) == 0 && hwaddr_equal(&a->lease.hwaddr, &b->lease.hwaddr);
}

/* The first one, and how many there are: all of a network are there twice, most likely. */
static int look_for_twice(struct check *check, const struct dump_lease **live, size_t count,
                          const struct dump_lease **chosen)
{
    static const char why[] = "when one of them ends, the other one is still answered";
    static const char cure[] = "give the hook's LVINDEX_NETWORK and the lease file's NETWORK= the same name";
    const struct lease *a = NULL, *b = NULL;
    char ip[IP_TEXT_SIZE];
    size_t twice = 0;

    count = choose(live, count, has_hwaddr, compare_leases, chosen);
    for (size_t i = 1; i < count; i++) {
        if (!is_again(chosen[i - 1], chosen[i]) || (i > 1 && is_again(chosen[i - 2], chosen[i])))
            continue;
        if (twice++ == 0) {
            a = &chosen[i - 1]->lease;
            b = &chosen[i]->lease;
        }
    }
    if (twice == 0)
        return 0;
    ip_format(&a->ip, ip);
    if (twice > 1)
        return check_add(check, why, cure,
                         "%zu leases are there under two networks or more, the first: %s under \"%s\" and "
                         "\"%s\"",
                         twice, ip, a->network, b->network);
    return check_add(check, why, cure, "%s: one lease under two networks, \"%s\" and \"%s\"", ip, a->network,
                     b->network);
}

int check_leases(struct check *check)
{
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    const struct dump_lease **live, **chosen;
    size_t count = 0;
    int rc;

    if (check->index == NULL)
        return 0;
    rc = dump_collect(check->index, &(struct dump_query){.leases_only = true}, &leases);
    live = calloc(2 * leases.count + 1, sizeof(struct dump_lease *));
    if (live == NULL)
        return -ENOMEM;
    chosen = live + leases.count;
    for (size_t i = 0; i < leases.count; i++) {
        if (!expiry_passed(leases.at[i].lease.expiry, check->index->now))
            live[count++] = &leases.at[i];
    }
    for (size_t i = 0; rc == 0 && i < sizeof(topics) / sizeof(topics[0]); i++)
        rc = look_for(check, &topics[i], live, count, chosen);
    if (rc == 0)
        rc = look_for_twice(check, live, count, chosen);
    free(live);
    return rc;
}
