/* What lvindex-dump prints, and lvindex-sync keeps, of what is rare: names of two owners, of two networks,
 * and of none. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_index.h"
#include "full_site.h"
#include "indexer/dump/dump.h"
#include "indexer/dump/dump_times.h"
#include "indexer/sync/hosts_file.h"
#include "indexer/sync/hosts_follow.h"
#include "reports.h"
#include "schema/paths.h"
#include "test_case.h"

static struct reports reports;
static char text[65536];

static void add(const char *network, const char *ip, const char *client, const char *name)
{
    const struct event event = full_site_event(EVENT_ADD, network, ip, client, name);

    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
}

/* What is printed, in `text`: the result. */
static int print(int (*format)(struct index *index, const struct dump_query *query, FILE *to),
                 struct dump_query query)
{
    FILE *to = fmemopen(text, sizeof(text), "w");
    struct index *index = NULL;
    int rc = index_open_read(full_site_state(), &reports.sink, &index);

    text[0] = '\0';
    if (rc == 0)
        rc = format(index, &query, to);
    index_close(index);
    fclose(to);
    return rc;
}

static int count_of(const char *part)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

static void expect(const char *part, int count)
{
    ck_assert_msg(count_of(part) == count, "%d times \"%s\" instead of %d in %.1500s", count_of(part), part,
                  count, text);
}

/* A guest that calls itself by its guest name: one name, not two. */
START_TEST(guest_and_host)
{
    add(SITE_BRIDGE, "10.0.0.9", SITE_GUEST_MAC, SITE_GUEST);
    ck_assert_int_eq(print(dump_hosts, (struct dump_query){.network = NULL}), 0);
    expect("10.0.0.9\t" SITE_GUEST "\n", 1);
}
END_TEST

/* One machine at one address of two networks is one answer. */
START_TEST(two_networks)
{
    add("a", "192.0.2.50", "52:54:00:00:00:50", "fifty");
    add("b", "192.0.2.50", "52:54:00:00:00:50", "fifty");
    ck_assert_int_eq(print(dump_hosts, (struct dump_query){.network = NULL}), 0);
    expect("192.0.2.50\tfifty\n", 1);
    ck_assert_int_eq(print(dump_table, (struct dump_query){.network = NULL}), 0);
    expect("192.0.2.50", 2);
}
END_TEST

/* A guest with interfaces in two networks: in each, its lines; in the table, its name once. */
START_TEST(guest_of_two_networks)
{
    own_write("networks/virbr8.macs",
              "[{\"domain\": \"" SITE_GUEST "\", \"macs\": [\"" SITE_GUEST_MAC "\"]}]");
    ck_assert_int_eq(full_site_sync(&reports.sink), 1);
    ck_assert_int_eq(print(dump_guest, (struct dump_query){.guest = SITE_GUEST}), 0);
    expect("virbr8", 1);
    ck_assert(strstr(text, "virbr8") < strstr(text, "virbr9"));
    ck_assert_int_eq(print(dump_json, (struct dump_query){.address = {IPV4_LEN, {10, 0, 0, 9}}}), 0);
    expect("\"" SITE_GUEST "\"", 1);
}
END_TEST

START_TEST(names_too_long)
{
    char name[300];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_assert_int_eq(print(dump_table, (struct dump_query){.network = name}), -ENOENT);
    ck_assert_int_eq(print(dump_guest, (struct dump_query){.guest = name}), -ENOENT);
    ck_assert_int_eq(print(dump_explain, (struct dump_query){.subject = name}), 0);
    expect("no name is so short, or so long", 2);
    ck_assert_int_eq(print(dump_explain, (struct dump_query){.subject = ""}), 0);
    expect("no name is so short, or so long", 2);
}
END_TEST

/* A machine that calls itself as a running guest does, though later. */
START_TEST(outranked)
{
    add(SITE_BRIDGE, "10.0.0.9", SITE_GUEST_MAC, "shared");
    add(SITE_BRIDGE, "10.0.0.10", "52:54:00:00:00:10", "shared");
    ck_assert_int_eq(print(dump_explain, (struct dump_query){.subject = "shared"}), 0);
    expect("last resort: a running guest has the name in this network", 1);
}
END_TEST

static int check_nothing(struct index *index, const struct dump_query *query, FILE *to)
{
    (void)index;
    (void)query;
    return dump_check(full_site_state(), NULL, -ENOENT, false, to);
}

START_TEST(check_without_an_index)
{
    ck_assert_int_eq(print(check_nothing, (struct dump_query){.network = NULL}), 1);
    expect("cannot be read: No such file or directory: no name is known", 1);
}
END_TEST

static int check_newer(struct index *index, const struct dump_query *query, FILE *to)
{
    (void)index;
    (void)query;
    return dump_check(full_site_state(), NULL, -EPROTONOSUPPORT, false, to);
}

START_TEST(check_an_index_of_another_version)
{
    ck_assert_int_eq(print(check_newer, (struct dump_query){.network = NULL}), 1);
    expect(INDEX_FILE ": written by another version of lvindex: its names may be unknown", 1);
}
END_TEST

START_TEST(paths_too_long)
{
    static char path[PATH_MAX + 2];
    struct hosts_follow follow = {.path = "/nowhere/hosts", .state_dir = path};
    struct index *index = NULL;

    memset(path, '/', sizeof(path) - 1);
    ck_assert_int_eq(hosts_file_write(path, full_site_state(), "", 0, &reports.sink), -ENAMETOOLONG);
    reports_expect_one(&reports, strerror(ENAMETOOLONG));
    memset(path, 'n', NAME_MAX - 1);
    path[NAME_MAX - 1] = '\0';
    ck_assert_int_eq(chdir(own_dir()), 0);
    ck_assert_int_eq(hosts_file_write(path, full_site_state(), "", 0, &reports.sink), -ENAMETOOLONG);
    reports_expect_one(&reports, strerror(ENAMETOOLONG));
    ck_assert_int_eq(access(path, F_OK), -1);
    /* Nobody else is kept from writing it, where there is no lock. */
    ck_assert_int_eq(hosts_file_write("hosts", "nowhere", "", 0, &reports.sink), -ENOENT);
    reports_expect_one(&reports, "hosts: ");
    ck_assert_int_eq(access("hosts", F_OK), -1);
    memset(path, '/', sizeof(path) - 1);
    ck_assert_int_eq(hosts_follow_update(&follow, &reports.sink), -ENAMETOOLONG);
    reports_expect_one(&reports, strerror(ENAMETOOLONG));
    ck_assert_int_eq(index_open_read(path, &reports.sink, &index), -ENAMETOOLONG);
    ck_assert_ptr_null(index);
}
END_TEST

/* The second name of a static entry is found as the first is. */
START_TEST(explain_alias)
{
    own_write("config/static", "192.0.2.9 printer plotter\n");
    ck_assert_int_eq(full_site_sync(&reports.sink), 1);
    ck_assert_int_eq(print(dump_explain, (struct dump_query){.subject = "plotter"}), 0);
    expect("/static", 1);
    expect("answers", 1);
}
END_TEST

START_TEST(explain_suffix_of_the_unnamed_network)
{
    ck_assert_int_eq(print(dump_explain_json, (struct dump_query){.subject = "one.home.example"}), 0);
    expect("(unnamed)", 2);
    expect("192.0.2.1", 1);
}
END_TEST

/* A machine that was installed anew, and has another client-id since. */
START_TEST(explain_stale)
{
    struct event event = full_site_event(EVENT_ADD, "", "192.0.2.60", "52:54:00:00:00:60", "sixty");

    ck_assert_int_eq(octets_parse("01:02", &event.lease.client_id), 0);
    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
    event = full_site_event(EVENT_ADD, "", "192.0.2.61", "52:54:00:00:00:60", "sixty");
    ck_assert_int_eq(octets_parse("01:03", &event.lease.client_id), 0);
    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
    ck_assert_int_eq(print(dump_explain, (struct dump_query){.subject = "sixty"}), 0);
    expect("last resort: the machine has a newer lease under another client-id", 1);
}
END_TEST

/* A time that no calendar has. */
START_TEST(no_date)
{
    char time[TIME_TEXT];

    ck_assert_str_eq(format_expiry(UINT64_C(1) << 62, time), "4611686018427387904");
}
END_TEST

static void setup(void)
{
    full_site_setup();
    full_site_index();
    reports_start(&reports);
}

int main(void)
{
    TCase *tests = test_case("dump_edges");

    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, guest_and_host);
    tcase_add_test(tests, two_networks);
    tcase_add_test(tests, guest_of_two_networks);
    tcase_add_test(tests, names_too_long);
    tcase_add_test(tests, check_without_an_index);
    tcase_add_test(tests, check_an_index_of_another_version);
    tcase_add_test(tests, outranked);
    tcase_add_test(tests, paths_too_long);
    tcase_add_test(tests, explain_alias);
    tcase_add_test(tests, explain_suffix_of_the_unnamed_network);
    tcase_add_test(tests, explain_stale);
    tcase_add_test(tests, no_date);
    return test_case_run(tests);
}
