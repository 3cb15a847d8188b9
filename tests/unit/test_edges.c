/* What an index meets at its edges: numbers that are used up, a clock at its end, names too long for it, and
 * texts that say what no honest file does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/conf.h"
#include "indexer/derive.h"
#include "indexer/dump/dump.h"
#include "indexer/entry_list.h"
#include "indexer/lease_file.h"
#include "indexer/leases.h"
#include "indexer/machines.h"
#include "indexer/neighbour.h"
#include "indexer/source_record.h"
#include "indexer/static_file.h"
#include "indexer/suffixes.h"
#include "own_index.h"

/* Each lease file has a number of its own, by which its leases refer to it. The last is no file's. */
START_TEST(no_number_left)
{
    struct index *index = own_index();

    own_write("one", LATE_TEXT " 52:54:00:00:00:01 192.0.2.1 one *\n");
    own_write("two", LATE_TEXT " 52:54:00:00:00:02 192.0.2.2 two *\n");
    index->state.next_source = UINT16_MAX - 1;
    ck_assert_int_eq(lease_file_refresh(index, "net", own_path("one")), 0);
    reports_expect_none(&own_reports);
    ck_assert_int_eq(lease_file_refresh(index, "net", own_path("two")), -ENOSPC);
    reports_expect_one(&own_reports, "two: a number for the file: No space left on device");
    /* The one that has a number is read as ever. */
    own_write("one", LATE_TEXT " 52:54:00:00:00:01 192.0.2.3 one *\n");
    ck_assert_int_eq(lease_file_refresh(index, "net", own_path("one")), 0);
    own_expect_leases(index, "net", "192.0.2.3");
    own_index_end(index, 1);
}
END_TEST

/* Stamps never go back, nor beyond what a record may hold. */
START_TEST(last_stamp)
{
    struct index *index = own_index();

    index->state.clock = MILLIS_MAX - 1;
    ck_assert_uint_eq(index_stamp(index), MILLIS_MAX);
    ck_assert_uint_eq(index_stamp(index), MILLIS_MAX);
    index_close(index);
}
END_TEST

START_TEST(no_valid_lease)
{
    struct index *index = own_index();
    struct lease lease = {.network = "net"};

    ck_assert_int_eq(leases_put(index, &lease), -EINVAL);
    own_expect_leases(index, "net", "");
    index_close(index);
}
END_TEST

/* A source's name is as long as a record's key takes. */
START_TEST(long_source)
{
    struct index *index = own_index();
    struct source_record record;
    char name[SOURCE_NAME_MAX + 2];

    memset(name, 'n', sizeof(name));
    name[SOURCE_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(source_record_load(index->store, name, &record), -ENAMETOOLONG);
    source_record_free(&record);
    name[SOURCE_NAME_MAX] = '\0';
    ck_assert_int_eq(source_record_load(index->store, name, &record), 0);
    ck_assert_uint_eq(record.value.len, 0);
    source_record_free(&record);
    /* So is the path of a lease file: the network's name stands before. */
    name[0] = '/';
    ck_assert_int_eq(lease_file_refresh(index, "net", name), 0);
    reports_expect_one(&own_reports, strerror(ENAMETOOLONG));
    index_close(index);
}
END_TEST

START_TEST(read_only)
{
    struct index *index = own_index();

    own_hook_lease(index, "net", "192.0.2.1", "52:54:00:00:00:01", "one", 0);
    own_index_end(index, 1);
    ck_assert_int_eq(index_open_read(own_path("state"), &own_reports.sink, &index), 0);
    own_hook_lease(index, "net", "192.0.2.2", "52:54:00:00:00:02", "two", 0);
    ck_assert_int_eq(index_commit(index), -EROFS);
    reports_expect_one(&own_reports, "Read-only file system");
    index_close(index);
    index = own_index();
    own_expect_leases(index, "net", "192.0.2.1");
    index_close(index);
}
END_TEST

START_TEST(nul_in_a_name)
{
    static const char text[] = "192.0.2.1 a\0b\n192.0.2.2 c\n";
    CLEANUP_ENTRIES struct entry_list list = {.kind = KIND_STATIC};
    const struct bytes bytes = {(const uint8_t *)text, sizeof(text) - 1};

    reports_start(&own_reports);
    ck_assert_int_eq(static_file_parse(bytes, "FILE", &own_reports.sink, &list), 1);
    reports_expect_one(&own_reports, "FILE:1:11: ");
    ck_assert_uint_eq(list.entries.count, 1);
    ck_assert_str_eq(list.entries.at[0].host, "c");
}
END_TEST

START_TEST(many_names_in_a_line)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = KIND_STATIC};
    char text[4096] = "192.0.2.1";

    for (int i = 0; i < 257; i++)
        sprintf(text + strlen(text), " n%d", i);
    reports_start(&own_reports);
    ck_assert_int_eq(static_file_parse(bytes_of(text), "FILE", &own_reports.sink, &list), 1);
    reports_expect_one(&own_reports, "more than 256 names of one address");
    ck_assert_uint_eq(list.entries.count, 0);
}
END_TEST

static const struct {
    enum lease_kind kind;
    uint16_t owner;
    const char *text;
} feeders[] = {
    {KIND_LEASE, OWNER_HOOK, "the hook"},    {KIND_LEASE, OWNER_STATUS, "libvirt's .status"},
    {KIND_LEASE, 4711, "a lease file"},      {KIND_RESERVED, 0, "libvirt's .hostsfile"},
    {KIND_HOST, 0, "libvirt's .addnhosts"},  {KIND_ARP, 0, "dnsmasq's neighbours"},
    {KIND_KEPT, 0, "a lease that was kept"},
};

START_TEST(feeder)
{
    struct index *index = own_index();
    const struct lease lease = {.kind = feeders[_i].kind, .owner = feeders[_i].owner};
    char *text;

    ck_assert_int_eq(dump_feeder(index, &lease, &text), 0);
    ck_assert_str_eq(text, feeders[_i].text);
    free(text);
    index_close(index);
}
END_TEST

/* A key is never longer than any reader takes. */
START_TEST(long_key)
{
    uint8_t name[KEY_MAX + 1];
    struct key key, copy;

    memset(name, 'n', sizeof(name));
    key = key_named(KEY_HOST, (struct bytes){name, sizeof(name)});
    ck_assert_uint_eq(key_bytes(&key).len, KEY_MAX);
    ck_assert(key_copy(key_bytes(&key), &copy));
    ck_assert(bytes_equal(key_bytes(&key), key_bytes(&copy)));
    ck_assert(!key_copy((struct bytes){name, sizeof(name)}, &copy));
    key = key_named(KEY_NETWORK, (struct bytes){name, sizeof(name)});
    ck_assert_uint_eq(key_bytes(&key).len, KEY_MAX);
}
END_TEST

START_TEST(no_kind)
{
    ck_assert_str_eq(lease_kind_text((enum lease_kind)99), "unknown");
}
END_TEST

static const struct {
    const char *macs[2]; /* of one guest, in any order */
    const char *other;   /* that is none of them, but nearly so */
} hwaddrs[] = {
    {{"52:54:00:00:00:01", "06-52:54:00:00:00:01"}, "07-52:54:00:00:00:01"},
    {{"52:54:00:00:00:01", "52:54:00:00:00"}, "52:54:00:00"},
};

/* Hardware addresses differ in their types and lengths, too. */
START_TEST(hardware_addresses)
{
    struct index *index = own_index();
    struct libvirt_dirs dirs = own_dirs();
    char text[300];

    for (int turn = 0; turn < 2; turn++) {
        snprintf(text, sizeof(text), "[{\"domain\": \"g\", \"macs\": [\"%s\", \"%s\"]}]",
                 hwaddrs[_i].macs[turn], hwaddrs[_i].macs[1 - turn]);
        own_write("br0.macs", text);
        ck_assert_int_eq(guests_refresh(index, &dirs), 0);
        for (int i = 0; i < 3; i++) {
            struct hwaddr hwaddr;
            CLEANUP_MACHINE struct machine machine;

            ck_assert_int_eq(hwaddr_parse(i < 2 ? hwaddrs[_i].macs[i] : hwaddrs[_i].other, &hwaddr), 0);
            ck_assert_int_eq(machine_load(index->store, &hwaddr, &machine), 0);
            ck_assert_uint_eq(machine.guest_count, i < 2);
        }
    }
    reports_expect_none(&own_reports);
    index_close(index);
}
END_TEST

/* A client that takes address after address costs more with each. From some on, they are not weighed against
 * each other: none is stale. */
START_TEST(many_siblings)
{
    enum { MANY = 70, WEIGHED = 64 };
    struct index *index = own_index();
    char ip[32], answers[MANY * 16] = "";

    for (int i = MANY; i > 0; i--) {
        snprintf(ip, sizeof(ip), "192.0.2.%d", i);
        own_hook_lease(index, "net", ip, "52:54:00:00:00:01", "many", 0);
    }
    for (int i = 1; i <= MANY; i++)
        sprintf(answers + strlen(answers), "%s192.0.2.%d", i > 1 ? " " : "", i);
    own_expect_answers(index, "many", answers);
    for (int i = MANY; i > WEIGHED - 2; i--) {
        snprintf(ip, sizeof(ip), "192.0.2.%d", i);
        own_remove_lease(index, "net", ip);
    }
    *(strstr(answers, " 192.0.2.63")) = '\0';
    own_expect_answers(index, "many", answers);
    own_index_end(index, 1);
}
END_TEST

static void put_odd(struct index *index, const char *name, const char *value)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));

    ck_assert_int_eq(store_put(index->store, &key, bytes_of(value)), 0);
}

/* What no writer wrote of sources is as good as nothing: they are read again. */
START_TEST(odd_sources)
{
    const struct source source = {.number = 0};
    const struct source_item item = {.guest = bytes_of("nospace")};
    struct index *index = own_index();
    char bridge[NETWORK_MAX + 1], longer[NETWORK_MAX + 2];
    struct source_record record;

    put_odd(index, "conf:odd", "abc");
    ck_assert_int_eq(source_record_load_all(index->store, "conf:odd", &record), 0);
    ck_assert_uint_eq(record.source.digest, 0);
    ck_assert_uint_eq(record.count, 0);
    source_record_free(&record);
    ck_assert_int_eq(conf_bridge(index, "odd", bridge), -ENOENT);
    memset(longer, 'n', sizeof(longer));
    longer[NETWORK_MAX + 1] = '\0';
    ck_assert_int_eq(source_record_save(index->store, "conf:long", &source,
                                        &(struct source_item){.guest = bytes_of(longer)}, 1, false),
                     0);
    ck_assert_int_eq(conf_bridge(index, "long", bridge), -ENOENT);
    /* A pair of a network and its suffix, without either. */
    ck_assert_int_eq(source_record_save(index->store, SOURCE_NETWORKS, &source, &item, 1, false), 0);
    own_write("networks", "net lab.example\n");
    ck_assert_int_eq(suffixes_refresh(index, own_dir()), 0);
    reports_expect_none(&own_reports);
    ck_assert_int_eq(source_record_load_all(index->store, SOURCE_NETWORKS, &record), 0);
    ck_assert_uint_eq(record.count, 1);
    ck_assert(bytes_equal(record.items[0].guest, bytes_of("net lab.example")));
    source_record_free(&record);
    index_close(index);
}
END_TEST

/* Of names that are too long to be any network's or suffix's, nothing is known. */
START_TEST(long_networks)
{
    struct index *index = own_index();
    CLEANUP_VALUE struct value value = {NULL, 0};
    char name[300], suffix[DOMAIN_MAX + 1] = "x";

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_assert_int_eq(index_suffix_networks(index, bytes_of(name), &value), -ENOENT);
    ck_assert_int_eq(index_suffix(index, bytes_of(name), 3, suffix), 0);
    ck_assert_str_eq(suffix, "");
    index_close(index);
}
END_TEST

static int note_kind(void *context, const struct lease *lease)
{
    *(enum lease_kind *)context = lease->kind;
    return 1;
}

/* A neighbour is forgotten a week after it was seen, unless its guest runs. */
START_TEST(old_neighbours)
{
    struct index *index = own_index();
    struct libvirt_dirs dirs = own_dirs();
    struct neighbour neighbour = {.network = "br0"};
    enum lease_kind kind = KIND_LEASE;

    own_write("br0.macs", "[{\"domain\": \"g\", \"macs\": [\"52:54:00:00:00:01\"]}]");
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    ck_assert_int_eq(hwaddr_parse("52:54:00:00:00:01", &neighbour.hwaddr), 0);
    ck_assert_int_eq(ip_parse("192.0.2.1", &neighbour.ip), 0);
    ck_assert_int_eq(neighbour_seen(index, &neighbour), 0);
    index->now += 8 * 86400;
    index->state.prune_at = 0;
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_each(index, "br0", note_kind, &kind), 1);
    ck_assert_int_eq(kind, KIND_ARP);
    own_write("br0.macs", "[]");
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    index->now -= 8 * 86400;
    index->state.prune_at = 0;
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_each(index, "br0", note_kind, &kind), 1);
    index->now += 8 * 86400;
    index->state.prune_at = 0;
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_each(index, "br0", note_kind, &kind), 0);
    ck_assert_ptr_nonnull(strstr(own_reports.told, "forgotten, not seen for a week"));
    index_close(index);
}
END_TEST

/* What is kept of a lease is weighed again, too, when its name is taken by somebody else. */
START_TEST(kept_and_taken)
{
    const struct lookup_options options = {.grace = 3600};
    struct index *index = own_index();
    struct libvirt_dirs dirs = own_dirs();
    struct lease lease = {.network = "br0"};

    ck_assert_int_eq(index_set_options(index, &options), 0);
    own_write("br0.macs", "[{\"domain\": \"g\", \"macs\": [\"52:54:00:00:00:01\"]}]");
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    own_hook_lease(index, "br0", "192.0.2.1", "52:54:00:00:00:01", "kept", index->now - 10);
    ck_assert_int_eq(ip_parse("192.0.2.1", &lease.ip), 0);
    ck_assert_int_eq(leases_get(index, "br0", &lease.ip, &lease), 0);
    ck_assert_int_eq(leases_let_go(index, &lease), 0);
    ck_assert_int_eq(derive_settle(index), 0);
    own_expect_leases(index, "br0", "");
    own_expect_answers(index, "kept", "192.0.2.1");
    own_write("static", "192.0.2.9 kept\n");
    ck_assert_int_eq(static_file_refresh(index, own_dir()), 0);
    ck_assert_int_eq(derive_settle(index), 0);
    own_expect_answers(index, "kept", "192.0.2.9");
    own_index_end(index, 1);
}
END_TEST

/* A range of addresses that is none has no prefix. */
START_TEST(odd_range)
{
    struct index *index = own_index();
    struct network network;

    own_write("lab.conf", "interface=br0\ndhcp-range=static,10.0.0.9,255.255.255.0\n");
    ck_assert_int_eq(conf_refresh(index, own_dir()), 0);
    ck_assert_int_eq(index_network(index, "br0", &network), 0);
    ck_assert_str_eq(network.name, "lab");
    ck_assert_uint_eq(network.prefix_ipv4, 0);
    index_close(index);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("edges");

    tcase_add_test(tests, no_number_left);
    tcase_add_test(tests, last_stamp);
    tcase_add_test(tests, no_valid_lease);
    tcase_add_test(tests, long_source);
    tcase_add_test(tests, read_only);
    tcase_add_test(tests, nul_in_a_name);
    tcase_add_test(tests, many_names_in_a_line);
    tcase_add_loop_test(tests, feeder, 0, sizeof(feeders) / sizeof(feeders[0]));
    tcase_add_test(tests, long_key);
    tcase_add_test(tests, no_kind);
    tcase_add_loop_test(tests, hardware_addresses, 0, sizeof(hwaddrs) / sizeof(hwaddrs[0]));
    tcase_add_test(tests, many_siblings);
    tcase_add_test(tests, odd_sources);
    tcase_add_test(tests, long_networks);
    tcase_add_test(tests, old_neighbours);
    tcase_add_test(tests, kept_and_taken);
    tcase_add_test(tests, odd_range);
    return test_case_run(tests);
}
