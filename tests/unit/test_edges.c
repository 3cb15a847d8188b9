/* What an index meets at its edges: numbers that are used up, a clock at its end, names too long for it, and
 * texts that say what no honest file does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/dump.h"
#include "indexer/entry_list.h"
#include "indexer/lease_file.h"
#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "indexer/static_file.h"
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
    return test_case_run(tests);
}
