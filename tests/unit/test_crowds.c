/* Lease files in which thousands of leases have one name, or are one machine's. */
#include <stdio.h>

#include "indexer/cleanup.h"
#include "indexer/lease_file.h"
#include "own_index.h"

#define BEHIND_2 LATE_TEXT " 52:54:00:00:00:02 192.0.2.2 two *\n"
#define BEHIND_3 LATE_TEXT " 52:54:00:00:00:03 192.0.2.3 three *\n"

/* Number of the first lease file that an index meets. */
#define FILE_1 "2"

static void refresh(struct index *index)
{
    lease_file_wait(own_path("leases"));
    ck_assert_int_eq(lease_file_refresh(index, "net", own_path("leases")), 0);
}

/* Line I of a file that makes work: of one name, or of one machine. */
static int crowd_line(char *to, size_t size, bool names, int i)
{
    return snprintf(to, size, LATE_TEXT " 52:54:00:00:%02x:%02x 10.0.%d.%d %s%d ff:%02x:%02x\n",
                    names ? i >> 8 : 0, names ? i & 255 : 1, i >> 8, i & 255, names ? "web" : "web-",
                    names ? 0 : i, i >> 8, i & 255);
}

/* Takes a file of 8,192 such lines, and others behind them. */
static void take_crowd(struct index *index, bool names, const char *behind)
{
    static char text[8200 * 80];
    size_t len = 0;

    for (int i = 0; i < 8192; i++)
        len += (size_t)crowd_line(text + len, sizeof(text) - len, names, i);
    snprintf(text + len, sizeof(text) - len, "%s", behind);
    own_write("leases", text);
    refresh(index);
    reports_expect_one(&own_reports, "too many of one name or hardware address");
}

static void expect_full(struct index *index, struct key key)
{
    CLEANUP_VALUE struct value value = {NULL, 0};

    ck_assert_int_eq(store_get(index->store, &key, &value), 0);
    ck_assert_uint_gt(value.len, 32000);
    ck_assert_uint_lt(value.len, 33000);
}

/* One name that more leases have than any honest one: each would cost as much as all before it. */
START_TEST(crowded_name)
{
    struct index *index = own_index();

    take_crowd(index, true, BEHIND_2);
    own_expect_lease(index, "net", "10.0.0.5", "52:54:00:00:00:05 web0 4102444800 " FILE_1);
    own_expect_lease(index, "net", "10.0.31.255", "52:54:00:00:1f:ff - 4102444800 " FILE_1);
    own_expect_lease(index, "net", "192.0.2.2", "52:54:00:00:00:02 two 4102444800 " FILE_1);
    expect_full(index, key_named(KEY_HOST, bytes_of("web0")));
    own_index_end(index, 1);
    /* It is read again while something is left out: what comes as the crowd goes has its name then. */
    index = own_index();
    own_write("leases", LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 web0 *\n");
    refresh(index);
    reports_expect_one(&own_reports, "left out: 1");
    own_index_end(index, 1);
    index = own_index();
    refresh(index);
    reports_expect_none(&own_reports);
    own_expect_answers(index, "web0", "192.0.2.9");
    own_index_end(index, 1);
}
END_TEST

/* The same of one machine. Other leases end as they do beside any other. */
START_TEST(crowded_machine)
{
    const struct hwaddr hwaddr = {.known = true, .type = 1, .len = 6, .octets = {0x52, 0x54, 0, 0, 0, 1}};
    struct index *index = own_index();

    take_crowd(index, false, BEHIND_2 BEHIND_3);
    own_expect_lease(index, "net", "10.0.0.5", "52:54:00:00:00:01 web-5 4102444800 " FILE_1);
    own_expect_lease(index, "net", "10.0.31.255", NULL);
    own_expect_lease(index, "net", "192.0.2.2", "52:54:00:00:00:02 two 4102444800 " FILE_1);
    expect_full(index, key_machine(&hwaddr));
    take_crowd(index, false, LATE_TEXT " 52:54:00:00:00:01 192.0.2.2 one *\n");
    own_expect_lease(index, "net", "192.0.2.2", NULL);
    own_expect_lease(index, "net", "192.0.2.3", NULL);
    own_index_end(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("crowds");

    tcase_add_test(tcase, crowded_name);
    tcase_add_test(tcase, crowded_machine);
    return test_case_run(tcase);
}
