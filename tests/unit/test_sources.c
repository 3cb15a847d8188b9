/* dnsmasq's lease files as sources: what they bring, and what they may take away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/lease_file.h"
#include "indexer/leases.h"
#include "own_index.h"
#include "test_clock.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define LINE_1 LATE_TEXT " 52:54:00:00:00:01 192.0.2.1 one *\n"
#define LINE_2 LATE_TEXT " 52:54:00:00:00:02 192.0.2.2 two 01:52:54:00:00:00:02\n"
#define LINE_3 LATE_TEXT " 52:54:00:00:00:03 192.0.2.3 three *\n"

/* Number of the first lease file that an index meets. */
#define FILE_1 "2"
#define FILE_2 "3"

static void refresh(struct index *index, const char *network, const char *file)
{
    lease_file_wait(own_path(file));
    ck_assert_int_eq(lease_file_refresh(index, network, own_path(file)), 0);
}

/* Writes a file and reads it for network "net", without a problem. */
static void take(struct index *index, const char *text)
{
    own_write("leases", text);
    refresh(index, "net", "leases");
    reports_expect_none(&own_reports);
}

/* As dnsmasq 2.90 wrote it, with a client without a name, one without an address of its own, infinite leases;
 * and a line of a newer version. */
static const char real[] =
    "4102444700 52:54:00:aa:bb:01 192.168.122.45 web ff:56:50:4d:98:00:02:00:00:ab:11:01\n" LATE_TEXT
    " 52:54:00:AA:BB:02 192.168.122.46 * 01:52:54:00:aa:bb:02\n"
    "0 06-aa:bb:cc 192.168.122.47 Router *\n" LATE_TEXT " 20- 192.168.122.48 ib ff:00:00\n" LATE_TEXT
    " 52:54:00:aa:bb:05 192.168.122.49 localhost *\n"
    "duid 00:01:00:01:2c:5a:9b:0e:52:54:00:aa:bb:00\n" LATE_TEXT
    " 11184641 fd00::45 web 00:01:00:01:2c:5a:9b:10:52:54:00:aa:bb:01\n" LATE_TEXT
    " T4294967295 fd00::46 * 00:03:00:01:52:54:00:aa:bb:02\n"
    "vendorclass 192.168.122.45 1 2 3 4 5 6 7\n";

START_TEST(real_file)
{
    struct index *index = own_index();
    struct network network;
    struct ip ip;
    struct lease lease;

    take(index, real);
    own_expect_leases(
        index, "net",
        "192.168.122.45 192.168.122.46 192.168.122.47 192.168.122.48 192.168.122.49 fd00::45 fd00::46");
    own_expect_lease(index, "net", "192.168.122.45", "52:54:00:aa:bb:01 web 4102444700 " FILE_1);
    own_expect_lease(index, "net", "192.168.122.46", "52:54:00:aa:bb:02 - " LATE_TEXT " " FILE_1);
    own_expect_lease(index, "net", "192.168.122.47", "06-aa:bb:cc Router 0 " FILE_1);
    own_expect_lease(index, "net", "192.168.122.48", "20- ib " LATE_TEXT " " FILE_1);
    own_expect_lease(index, "net", "192.168.122.49", "52:54:00:aa:bb:05 (localhost) " LATE_TEXT " " FILE_1);
    own_expect_lease(index, "net", "fd00::45", " web " LATE_TEXT " " FILE_1);
    own_expect_lease(index, "net", "fd00::46", " - " LATE_TEXT " " FILE_1);
    ck_assert_int_eq(ip_parse("fd00::46", &ip), 0);
    ck_assert_int_eq(leases_get(index, "net", &ip, &lease), 0);
    ck_assert(lease.has_iaid && lease.temporary && lease.iaid == UINT32_MAX);
    ck_assert_uint_eq(lease.client_id.len, 10);
    ck_assert_uint_eq(lease.heard, 0);
    ck_assert_int_eq(index_network(index, "net", &network), 0);
    ck_assert_uint_eq(network.server_duid.len, 14);
    ck_assert(!network.libvirt);
    ck_assert_uint_eq(own_reports.changes, 7);
    own_index_end(index, 1);
}
END_TEST

/* Nothing new: no commit, nothing told. */
START_TEST(again)
{
    struct index *index = own_index();

    take(index, real);
    own_index_end(index, 1);
    index = own_index();
    refresh(index, "net", "leases");
    ck_assert_uint_eq(own_reports.changes, 0);
    own_index_end(index, 0);
    /* Another file of the same content. */
    unlink(own_path("leases"));
    index = own_index();
    take(index, real);
    ck_assert_uint_eq(own_reports.changes, 0);
    own_index_end(index, 0);
}
END_TEST

START_TEST(changes)
{
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    own_index_end(index, 1);
    index = own_index();
    take(index, LATE_TEXT " 52:54:00:00:00:01 192.0.2.1 renamed *\n" LINE_3);
    own_expect_leases(index, "net", "192.0.2.1 192.0.2.3");
    own_expect_lease(index, "net", "192.0.2.1", "52:54:00:00:00:01 renamed " LATE_TEXT " " FILE_1);
    own_expect_answers(index, "one", "");
    own_expect_answers(index, "renamed", "192.0.2.1");
    own_expect_answers(index, "two", "");
    ck_assert_ptr_nonnull(strstr(own_reports.told, "net: lease 192.0.2.1 changed: renamed\n"));
    ck_assert_ptr_nonnull(strstr(own_reports.told, "net: lease 192.0.2.2 removed: two\n"));
    ck_assert_ptr_nonnull(strstr(own_reports.told, "net: lease 192.0.2.3 added: three\n"));
    own_index_end(index, 1);
}
END_TEST

/* Expired just now, and so long ago that nobody would say more about it. */
START_TEST(expired)
{
    struct index *index = own_index();
    char text[200];

    snprintf(text, sizeof(text),
             "%lu 52:54:00:00:00:01 192.0.2.1 one *\n%lu 52:54:00:00:00:02 192.0.2.2 two *\n" LINE_3,
             (unsigned long)index->now - 100, (unsigned long)index->now - 100000);
    take(index, text);
    own_expect_leases(index, "net", "192.0.2.1 192.0.2.3");
    own_expect_answers(index, "one", "");
    own_index_end(index, 1);
}
END_TEST

START_TEST(emptied)
{
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    take(index, _i == 0 ? "" : "duid 00:01\nfuture 192.0.2.1 word\n\n");
    own_expect_leases(index, "net", "");
    own_index_end(index, 1);
}
END_TEST

/* A lease file that is not there, or no file, is no word about leases. */
START_TEST(unreadable)
{
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    own_index_end(index, 1);
    ck_assert_int_eq(unlink(own_path("leases")), 0);
    if (_i == 1)
        ck_assert_int_eq(mkdir(own_path("leases"), 0755), 0);
    if (_i == 2)
        ck_assert_int_eq(mkfifo(own_path("leases"), 0644), 0);
    index = own_index();
    for (int pass = 0; pass < 2; pass++) {
        refresh(index, "net", "leases");
        reports_expect_one(&own_reports, _i == 0   ? "/leases: No such file"
                                         : _i == 1 ? "/leases: Is a directory"
                                                   : "/leases: not a regular file");
    }
    own_expect_leases(index, "net", "192.0.2.1 192.0.2.2");
    own_index_end(index, 0);
}
END_TEST

static const struct {
    const char *line;
    const char *why;
} bad_lines[] = {
    {LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 nine\n", "not five fields"},
    {LATE_TEXT "\n", "not five fields"},
    {LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 nine * *\n", "not five fields"},
    {LATE_TEXT "x 52:54:00:00:00:09 192.0.2.9 nine *\n", "no valid expiry time"},
    {"1099511627776 52:54:00:00:00:09 192.0.2.9 nine *\n", "no valid expiry time"},
    {"99999999999999999999999 52:54:00:00:00:09 192.0.2.9 nine *\n", "no valid expiry time"},
    {LATE_TEXT " 52:54:00:00:00:0g 192.0.2.9 nine *\n", "no valid hardware address"},
    {LATE_TEXT " 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10 192.0.2.9 nine *\n",
     "no valid hardware address"},
    {LATE_TEXT " * 192.0.2.9 nine *\n", "no valid hardware address"},
    {LATE_TEXT " 52:54:00:00:00:09 192.0.2.256 nine *\n", "no valid address"},
    {LATE_TEXT " 52:54:00:00:00:09 nine nine *\n", "no valid address"},
    {LATE_TEXT " 12x 2001:db8::9 nine *\n", "no valid IAID"},
    {LATE_TEXT " 4294967296 2001:db8::9 nine 00:01\n", "no valid IAID"},
    {LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 nine 01:\n", "no valid client-id"},
    {LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 nine **\n", "no valid client-id"},
    {"future keyword\n", "not a line of a lease file"},
    {"garbage\n", "not a line of a lease file"},
    {"x" LATE_TEXT " 52:54:00:00:00:09 192.0.2.9 nine *\n", "not a line of a lease file"},
    {"-1 52:54:00:00:00:09 192.0.2.9 nine *\n", "not a line of a lease file"},
    {"duid\n", "no valid server DUID"},
    {"duid xx\n", "no valid server DUID"},
    {"duid 00:01 00:02\n", "no valid server DUID"},
};

/* It drops itself alone; but what it meant is not known, so nothing is removed; and it is told every time. */
START_TEST(bad_line)
{
    struct index *index = own_index();
    char text[600], entry[40];

    take(index, LINE_1 LINE_2);
    own_index_end(index, 1);
    snprintf(text, sizeof(text), LINE_1 "%s" LINE_3, bad_lines[_i].line);
    own_write("leases", text);
    for (int pass = 0; pass < 3; pass++) {
        clock_ahead = pass * 100;
        index = own_index();
        refresh(index, "net", "leases");
        snprintf(entry, sizeof(entry), "/leases: entry 2: %s", bad_lines[_i].why);
        reports_expect_one(&own_reports, entry);
        own_expect_leases(index, "net", "192.0.2.1 192.0.2.2 192.0.2.3");
        own_index_end(index, pass == 0);
    }
    index = own_index();
    take(index, LINE_1 LINE_3);
    own_expect_leases(index, "net", "192.0.2.1 192.0.2.3");
    own_index_end(index, 1);
}
END_TEST

START_TEST(bad_bytes)
{
    static const char nul[] = LINE_1 "4102444800 52:54:00:00:00:02 192.0.2.2 t\0wo *\n" LINE_3;
    char name[300], text[600];
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    write_file(own_path("leases"), (struct bytes){(const uint8_t *)nul, sizeof(nul) - 1});
    refresh(index, "net", "leases");
    reports_expect_one(&own_reports, "entry 2: holds a NUL");
    own_expect_leases(index, "net", "192.0.2.1 192.0.2.2 192.0.2.3");
    memset(name, 'x', sizeof(name));
    name[RAW_NAME_MAX + 1] = '\0';
    snprintf(text, sizeof(text), LINE_1 LATE_TEXT " 52:54:00:00:00:02 192.0.2.2 %s *\n", name);
    own_write("leases", text);
    refresh(index, "net", "leases");
    reports_expect_one(&own_reports, "entry 2: host name too long");
    name[RAW_NAME_MAX] = '\0';
    snprintf(text, sizeof(text), LATE_TEXT " 52:54:00:00:00:02 192.0.2.2 %s *\n", name);
    take(index, text);
    snprintf(text, sizeof(text), "52:54:00:00:00:02 (%s) " LATE_TEXT " " FILE_1, name);
    own_expect_lease(index, "net", "192.0.2.2", text);
    own_index_end(index, 1);
}
END_TEST

/* Cut anywhere but between lines, it takes nothing away. */
START_TEST(cut)
{
    struct index *index = own_index();
    char text[sizeof(LINE_1 LINE_2 LINE_3)] = LINE_1 LINE_2 LINE_3;

    for (size_t len = sizeof(text) - 1; len > 0; len--) {
        const size_t one = strlen(LINE_1), two = one + strlen(LINE_2);
        bool whole = len == one || len == two;

        take(index, LINE_1 LINE_2 LINE_3);
        text[len] = '\0';
        own_write("leases", text);
        refresh(index, "net", "leases");
        if (len < sizeof(text) - 1 && !whole)
            reports_expect_one(&own_reports, "/leases: entry ");
        own_expect_leases(index, "net",
                          len == one   ? "192.0.2.1"
                          : len == two ? "192.0.2.1 192.0.2.2"
                                       : "192.0.2.1 192.0.2.2 192.0.2.3");
    }
    own_index_end(index, 1);
}
END_TEST

static const struct {
    uint64_t hook;
    const char *file;
    const char *expected;
} conflicts[] = {
    {LATE, LATE_TEXT, "02:00:00:00:00:01 hook 4102444800 0"},
    {LATE + 1, LATE_TEXT, "02:00:00:00:00:01 hook 4102444801 0"},
    {LATE - 1, LATE_TEXT, "52:54:00:00:00:01 file 4102444800 0"},
    {0, LATE_TEXT, "02:00:00:00:00:01 hook 0 0"},
    {LATE, "0", "52:54:00:00:00:01 file 0 0"},
    {0, "0", "02:00:00:00:00:01 hook 0 0"},
};

/* Where both have a lease, the later expiry wins; it stays the hook's, and does not leave with the file. */
START_TEST(conflict)
{
    struct index *index = own_index();
    char text[200];

    own_hook_lease(index, "net", "192.0.2.1", "02:00:00:00:00:01", "hook", conflicts[_i].hook);
    snprintf(text, sizeof(text), "%s 52:54:00:00:00:01 192.0.2.1 file *\n" LINE_2, conflicts[_i].file);
    take(index, text);
    own_expect_lease(index, "net", "192.0.2.1", conflicts[_i].expected);
    take(index, LINE_2);
    own_expect_lease(index, "net", "192.0.2.1", conflicts[_i].expected);
    take(index, "");
    own_expect_lease(index, "net", "192.0.2.1", conflicts[_i].expected);
    own_expect_leases(index, "net", "192.0.2.1");
    own_index_end(index, 1);
}
END_TEST

/* What has expired for the hook is the file's alone, and leaves with it. */
START_TEST(expired_for_the_hook)
{
    struct index *index = own_index();

    own_hook_lease(index, "net", "192.0.2.1", "02:00:00:00:00:01", "hook", index->now - 60);
    take(index, "0 52:54:00:00:00:01 192.0.2.1 file *\n");
    own_expect_answers(index, "file", "192.0.2.1");
    take(index, "");
    own_expect_leases(index, "net", "");
    own_index_end(index, 1);
}
END_TEST

/* Leases go with a file that was moved: what leaves it then is gone. */
START_TEST(moved_file)
{
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    own_write("moved", LINE_1 LINE_2);
    refresh(index, "net", "moved");
    own_write("moved", LINE_2);
    refresh(index, "net", "moved");
    own_expect_leases(index, "net", "192.0.2.2");
    own_index_end(index, 1);
}
END_TEST

/* Of a file that is none at all, a few lines are told, and how many more there are. */
START_TEST(many_bad_lines)
{
    struct index *index = own_index();

    own_write("leases", "a\nb\nc\nd\ne\nf\ng\nh\n");
    refresh(index, "net", "leases");
    ck_assert_uint_eq(own_reports.problems, 6);
    ck_assert_ptr_nonnull(strstr(own_reports.text, ": more entries that make no sense: 3"));
    reports_start(&own_reports);
    own_index_end(index, 1);
}
END_TEST

/* Leases of the hook, of another file and of another network are not its to take away. */
START_TEST(owners)
{
    struct index *index = own_index();

    own_hook_lease(index, "net", "192.0.2.9", "02:00:00:00:00:09", "hook", 1);
    own_write("other", LINE_2);
    refresh(index, "net", "other");
    refresh(index, "lab", "other");
    take(index, LINE_1 LINE_3);
    own_expect_lease(index, "net", "192.0.2.2", "52:54:00:00:00:02 two " LATE_TEXT " " FILE_1);
    own_expect_lease(index, "lab", "192.0.2.2", "52:54:00:00:00:02 two " LATE_TEXT " " FILE_2);
    own_expect_lease(index, "net", "192.0.2.1", "52:54:00:00:00:01 one " LATE_TEXT " 4");
    take(index, "");
    own_expect_leases(index, "net", "192.0.2.2 192.0.2.9");
    own_expect_lease(index, "net", "192.0.2.9", "02:00:00:00:00:09 hook 1 0");
    own_expect_leases(index, "lab", "192.0.2.2");
    own_write("other", "");
    refresh(index, "net", "other");
    own_expect_leases(index, "net", "192.0.2.9");
    own_expect_leases(index, "lab", "192.0.2.2");
    index_close(index);
}
END_TEST

/* What dnsmasq tells the hook of a lease that a file brought makes it the hook's. */
START_TEST(taken_over)
{
    struct index *index = own_index();

    take(index, LINE_1 LINE_2);
    own_hook_lease(index, "net", "192.0.2.1", "52:54:00:00:00:01", "one", LATE + 5);
    take(index, LINE_2);
    own_expect_lease(index, "net", "192.0.2.1", "52:54:00:00:00:01 one 4102444805 0");
    own_index_end(index, 1);
}
END_TEST

/* Of leases never heard from: the later expiry first, then the later place in the file. */
START_TEST(order)
{
    static const char first[] = "4102444800 52:54:00:00:00:01 192.0.2.1 web *\n"
                                "4102444900 52:54:00:00:00:02 192.0.2.2 web *\n"
                                "4102444800 52:54:00:00:00:03 192.0.2.3 WEB *\n"
                                "0 52:54:00:00:00:04 192.0.2.4 web *\n"
                                "4102444800 52:54:00:00:00:05 192.0.2.5 web *\n";
    /* dnsmasq writes them the other way round after each restart: that means nothing. */
    static const char turned[] = "4102444800 52:54:00:00:00:05 192.0.2.5 web *\n"
                                 "0 52:54:00:00:00:04 192.0.2.4 web *\n"
                                 "4102444800 52:54:00:00:00:03 192.0.2.3 WEB *\n"
                                 "4102444900 52:54:00:00:00:02 192.0.2.2 web *\n"
                                 "4102444800 52:54:00:00:00:01 192.0.2.1 web *\n";
    struct index *index = own_index();

    take(index, first);
    own_expect_answers(index, "web", "192.0.2.4 192.0.2.2 192.0.2.5 192.0.2.3 192.0.2.1");
    own_index_end(index, 1);
    index = own_index();
    take(index, turned);
    own_expect_answers(index, "web", "192.0.2.4 192.0.2.2 192.0.2.5 192.0.2.3 192.0.2.1");
    own_index_end(index, 0);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("sources");

    tcase_add_test(tcase, real_file);
    tcase_add_test(tcase, again);
    tcase_add_test(tcase, changes);
    tcase_add_test(tcase, expired);
    tcase_add_loop_test(tcase, emptied, 0, 2);
    tcase_add_loop_test(tcase, unreadable, 0, 3);
    tcase_add_loop_test(tcase, bad_line, 0, COUNT(bad_lines));
    tcase_add_test(tcase, bad_bytes);
    tcase_add_test(tcase, cut);
    tcase_add_loop_test(tcase, conflict, 0, COUNT(conflicts));
    tcase_add_test(tcase, expired_for_the_hook);
    tcase_add_test(tcase, moved_file);
    tcase_add_test(tcase, many_bad_lines);
    tcase_add_test(tcase, owners);
    tcase_add_test(tcase, taken_over);
    tcase_add_test(tcase, order);
    return test_case_run(tcase);
}
