/* Neighbours: how many are kept, whoever is on the bridge. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "index_fixture.h"
#include "indexer/leases.h"
#include "indexer/neighbour.h"
#include "indexer/strangers.h"
#include "test_case.h"

#define GUEST "52:54:00:00:00:0a"

static struct neighbour neighbour_of(const char *network, const char *mac, const char *ip)
{
    struct neighbour neighbour;

    strcpy(neighbour.network, network);
    ck_assert_int_eq(hwaddr_parse(mac, &neighbour.hwaddr), 0);
    ck_assert_int_eq(ip_parse(ip, &neighbour.ip), 0);
    return neighbour;
}

static void seen(struct index *index, const char *network, const char *mac, const char *ip)
{
    const struct neighbour neighbour = neighbour_of(network, mac, ip);

    ck_assert_int_eq(neighbour_seen(index, &neighbour), 0);
}

/* A machine that nobody has seen before, for each number. */
static const char *forged_mac(int i)
{
    static char mac[HWADDR_TEXT_SIZE];

    snprintf(mac, sizeof(mac), "02:00:00:00:%02x:%02x", (unsigned)i >> 8, (unsigned)i & 0xff);
    return mac;
}

static const char *forged_ip(int i)
{
    static char ip[IP_TEXT_SIZE];

    if (i % 2 == 0)
        snprintf(ip, sizeof(ip), "10.0.%u.%u", (unsigned)i >> 8, (unsigned)i & 0xff);
    else
        snprintf(ip, sizeof(ip), "fd00::1:%x", (unsigned)i);
    return ip;
}

static void flood(struct index *index, const char *network, int from, int to)
{
    for (int i = from; i < to; i++)
        seen(index, network, forged_mac(i), forged_ip(i));
}

static bool is_known(struct index *index, const char *network, const char *ip)
{
    struct lease entry = {.kind = KIND_ARP};

    strcpy(entry.network, network);
    ck_assert_int_eq(ip_parse(ip, &entry.ip), 0);
    return entries_get(index, &entry) == 0;
}

static int count_one(void *context, const struct lease *entry)
{
    size_t *count = context;

    *count += entry->kind == KIND_ARP;
    return 0;
}

static size_t known(struct index *index, const char *network)
{
    size_t count = 0;

    ck_assert_int_eq(entries_each(index, network, count_one, &count), 0);
    return count;
}

static struct index *open_with_guest(void)
{
    const struct libvirt_dirs dirs = fixture_dirs();
    struct index *index;

    fixture_network_file("br0.macs", "[{\"domain\": \"guest\", \"macs\": [\"" GUEST "\"]}]");
    index = fixture_open();
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    return index;
}

/* The last seen stay; a guest's stays, and so do those of another network. */
START_TEST(strangers)
{
    struct index *index = open_with_guest();

    seen(index, "br0", GUEST, "192.0.2.1");
    flood(index, "br1", 0, 3);
    flood(index, "br0", 0, STRANGERS_MAX);
    ck_assert_uint_eq(known(index, "br0"), 1 + STRANGERS_MAX);
    /* seen again: the next one is the oldest */
    flood(index, "br0", 0, 1);
    flood(index, "br0", 1000, 1001);
    ck_assert(is_known(index, "br0", forged_ip(0)));
    ck_assert(!is_known(index, "br0", forged_ip(1)));
    flood(index, "br0", 2000, 4000);
    ck_assert_uint_eq(known(index, "br0"), 1 + STRANGERS_MAX);
    ck_assert(is_known(index, "br0", "192.0.2.1"));
    ck_assert(is_known(index, "br0", forged_ip(4000 - STRANGERS_MAX)));
    ck_assert(!is_known(index, "br0", forged_ip(3999 - STRANGERS_MAX)));
    ck_assert_uint_eq(known(index, "br1"), 3);
    fixture_commit(index, 1);
}
END_TEST

/* Who has become a guest since is kept; who goes makes room. */
START_TEST(come_and_go)
{
    struct index *index = fixture_open();
    const struct neighbour third = neighbour_of("br0", forged_mac(3), forged_ip(3));

    seen(index, "br0", GUEST, "192.0.2.1");
    fixture_commit(index, 1);
    index = open_with_guest();
    flood(index, "br0", 0, STRANGERS_MAX);
    ck_assert(is_known(index, "br0", "192.0.2.1"));
    ck_assert_uint_eq(known(index, "br0"), 1 + STRANGERS_MAX);
    ck_assert_int_eq(neighbour_gone(index, &third), 0);
    flood(index, "br0", 1000, 1001);
    ck_assert(is_known(index, "br0", forged_ip(0)));
    ck_assert_uint_eq(known(index, "br0"), 1 + STRANGERS_MAX);
    fixture_commit(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("neighbours");

    tcase_add_checked_fixture(tcase, fixture_setup, NULL);
    tcase_add_test(tcase, strangers);
    tcase_add_test(tcase, come_and_go);
    return test_case_run(tcase);
}
