#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "dump.h"
#include "indexer/cleanup.h"
#include "indexer/machines.h"
#include "indexer/source_record.h"
#include "indexer/text_list.h"
#include "schema/claim.h"
#include "schema/name.h"
#include "table.h"

#define TIME_TEXT 32
/* An address with its prefix */
#define PREFIXED_TEXT (IP_TEXT_SIZE + 4)

/* As virsh has it: 0, an infinite lease, is the epoch. */
static const char *format_time(uint64_t expiry, char text[static TIME_TEXT])
{
    time_t seconds = (time_t)expiry;
    struct tm tm;

    if (localtime_r(&seconds, &tm) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        strcpy(text, "");
    return text;
}

static const char *format_prefixed(const struct ip *ip, const struct network *network,
                                   char text[static PREFIXED_TEXT])
{
    char address[IP_TEXT_SIZE];
    int prefix = ip->len == IPV4_LEN ? network->prefix_ipv4 : network->prefix_ipv6;

    if (prefix > 0)
        snprintf(text, PREFIXED_TEXT, "%s/%d", ip_format(ip, address), prefix);
    else
        snprintf(text, PREFIXED_TEXT, "%s", ip_format(ip, address));
    return text;
}

static const char *protocol_of(const struct ip *ip)
{
    return ip->len == IPV4_LEN ? "ipv4" : "ipv6";
}

static int by_hwaddr(const void *a, const void *b)
{
    char left[HWADDR_TEXT_SIZE], right[HWADDR_TEXT_SIZE];
    const struct lease *x = &((const struct dump_lease *)a)->lease,
                       *y = &((const struct dump_lease *)b)->lease;
    int order = strcasecmp(hwaddr_format(&x->hwaddr, left), hwaddr_format(&y->hwaddr, right));

    return order != 0 ? order : ip_compare(&x->ip, &y->ip);
}

static int add_network_row(struct table *table, const struct lease *lease, const struct network *network)
{
    char time[TIME_TEXT], mac[HWADDR_TEXT_SIZE], ip[PREFIXED_TEXT], id[OCTETS_TEXT_MAX + 1];

    return table_add(
        table, (const char *const[]){format_time(lease->expiry, time), hwaddr_format(&lease->hwaddr, mac),
                                     protocol_of(&lease->ip), format_prefixed(&lease->ip, network, ip),
                                     lease_shown_name(lease), octets_format(&lease->client_id, id)});
}

int dump_network(struct index *index, const struct dump_query *query, FILE *to)
{
    static const char *const head[] = {"Expiry Time", "MAC address", "Protocol",
                                       "IP address",  "Hostname",    "Client ID or DUID"};
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    CLEANUP_TABLE struct table table = {.columns = sizeof(head) / sizeof(head[0])};
    char bridge[NETWORK_MAX + 1];
    struct network network;
    bool known = false;
    const struct dump_query leases_only = {.network = query->network, .leases_only = true};
    int rc = dump_find_network(index, query->network, bridge);

    if (rc == 0)
        rc = index_network(index, bridge, &network);
    if (rc == 0)
        rc = dump_collect(index, &leases_only, &leases);
    if (rc == 0)
        rc = table_add(&table, head);
    if (leases.count > 0)
        qsort(leases.at, leases.count, sizeof(*leases.at), by_hwaddr);
    for (size_t i = 0; rc == 0 && i < leases.count; i++) {
        const struct lease *lease = &leases.at[i].lease;

        known = true;
        if (!expiry_passed(lease->expiry, index->now))
            rc = add_network_row(&table, lease, &network);
    }
    if (rc < 0 || !(known || network.libvirt || network.name[0] != '\0'))
        return rc < 0 ? rc : -ENOENT;
    table_print_virsh(&table, to);
    return 0;
}

/* Adds a guest's lines for one of its addresses: a lease each, or none. */
static int add_interface(struct table *table, struct index *index, const char *bridge,
                         const struct hwaddr *hwaddr)
{
    CLEANUP_MACHINE struct machine machine;
    char mac[HWADDR_TEXT_SIZE], ip[PREFIXED_TEXT];
    struct network network;
    size_t rows = table->rows;
    int rc = machine_load(index->store, hwaddr, &machine);

    if (rc == 0)
        rc = index_network(index, bridge, &network);
    for (size_t i = 0; rc == 0 && i < machine.lease_count; i++) {
        struct lease lease;

        rc = machine_lease_get(index->store, &machine.leases[i], &lease);
        if (rc == 0 && strcmp(lease.network, bridge) == 0 && !expiry_passed(lease.expiry, index->now))
            rc = table_add(table, (const char *const[]){
                                      bridge, hwaddr_format(hwaddr, mac), protocol_of(&lease.ip),
                                      format_prefixed(&lease.ip, &network, ip), lease_shown_name(&lease)});
    }
    if (rc == 0 && rows == table->rows)
        rc = table_add(table, (const char *const[]){bridge, hwaddr_format(hwaddr, mac), "", "", ""});
    return rc;
}

static bool is_named(struct bytes guest, const char *wanted, bool exactly)
{
    struct key left = key_named(KEY_GUEST, guest), right = key_named(KEY_GUEST, bytes_of(wanted));

    return exactly ? bytes_equal(guest, bytes_of(wanted)) : bytes_equal(key_bytes(&left), key_bytes(&right));
}

/* Adds every address that a network's .macs names for the guest. */
static int add_interfaces(struct table *table, struct index *index, const char *bridge, const char *wanted,
                          bool exactly)
{
    CLEANUP_SOURCE struct source_record macs = {.count = 0};
    char name[SOURCE_NAME_MAX + 1];
    int rc;

    snprintf(name, sizeof(name), SOURCE_MACS "%s", bridge);
    rc = source_record_load_all(index->store, name, &macs);
    for (size_t i = 0; rc == 0 && i < macs.count; i++) {
        if (macs.items[i].hwaddr.known && is_named(macs.items[i].guest, wanted, exactly))
            rc = add_interface(table, index, bridge, &macs.items[i].hwaddr);
    }
    return rc;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int dump_guest(struct index *index, const struct dump_query *query, FILE *to)
{
    static const char *const head[] = {"Network", "MAC address", "Protocol", "Address", "Hostname"};
    CLEANUP_TABLE struct table table = {.columns = sizeof(head) / sizeof(head[0])};
    CLEANUP_TEXTS struct text_list bridges = {NULL, 0};
    int rc = table_add(&table, head);

    if (strlen(query->guest) > GUEST_MAX)
        return -ENOENT;
    if (rc == 0)
        rc = source_record_each(index->store, SOURCE_MACS, text_list_collect, &bridges);
    if (bridges.count > 0)
        qsort(bridges.at, bridges.count, sizeof(char *), compare_texts);
    /* A name spelled as the guest's own counts for more than one that only folds to it. */
    for (int exactly = 1; rc == 0 && exactly >= 0 && table.rows == 1; exactly--) {
        for (size_t i = 0; rc == 0 && i < bridges.count; i++)
            rc = add_interfaces(&table, index, bridges.at[i], query->guest, exactly == 1);
    }
    if (rc < 0 || table.rows == 1)
        return rc < 0 ? rc : -ENOENT;
    table_print_virsh(&table, to);
    return 0;
}
