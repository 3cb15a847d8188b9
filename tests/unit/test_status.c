/* libvirt's .status files as sources: what they bring, what they may take away, and the order of their
 * entries. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/leases.h"
#include "indexer/status.h"
#include "own_index.h"
#include "test_clock.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* OWNER_STATUS, as texts of leases end */
#define OURS " 1"

/* As libvirt 9.0.0 writes it. */
static const char real[] = "[\n"
                           "  {\n"
                           "    \"ip-address\": \"192.168.122.45\",\n"
                           "    \"mac-address\": \"52:54:00:aa:bb:01\",\n"
                           "    \"hostname\": \"web\",\n"
                           "    \"client-id\": \"ff:56:50:4d:98:00:02:00:00:ab:11:01\",\n"
                           "    \"expiry-time\": 4102444800\n"
                           "  },\n"
                           "  {\n"
                           "    \"ip-address\": \"192.168.122.46\",\n"
                           "    \"mac-address\": \"52:54:00:AA:BB:02\",\n"
                           "    \"expiry-time\": 4102444800\n"
                           "  },\n"
                           "  {\n"
                           "    \"iaid\": \"11184641\",\n"
                           "    \"ip-address\": \"fd00::45\",\n"
                           "    \"mac-address\": \"52:54:00:aa:bb:01\",\n"
                           "    \"hostname\": \"web\",\n"
                           "    \"client-id\": \"00:01:00:01:2c:5a:9b:10:52:54:00:aa:bb:01\",\n"
                           "    \"server-duid\": \"00:01:00:01:2c:5a:9b:0e:52:54:00:aa:bb:00\",\n"
                           "    \"expiry-time\": 4102444800\n"
                           "  },\n"
                           "  {\n"
                           "    \"ip-address\": \"192.168.122.47\",\n"
                           "    \"mac-address\": \"52:54:00:aa:bb:03\",\n"
                           "    \"hostname\": \"LocalHost\",\n"
                           "    \"later-member\": [1, {}]\n"
                           "  }\n"
                           "]\n";

static void refresh(struct index *index)
{
    const struct libvirt_dirs dirs = own_dirs();

    ck_assert_int_eq(status_refresh(index, &dirs), 0);
}

static void take(struct index *index, const char *text)
{
    own_write("virbr0.status", text);
    refresh(index);
    reports_expect_none(&own_reports);
}

START_TEST(real_file)
{
    struct index *index = own_index();
    struct network network;
    struct lease lease;
    struct ip ip;

    take(index, real);
    own_expect_leases(index, "virbr0", "192.168.122.45 192.168.122.46 192.168.122.47 fd00::45");
    own_expect_lease(index, "virbr0", "192.168.122.45", "52:54:00:aa:bb:01 web 4102444800" OURS);
    own_expect_lease(index, "virbr0", "192.168.122.46", "52:54:00:aa:bb:02 - 4102444800" OURS);
    own_expect_lease(index, "virbr0", "192.168.122.47", "52:54:00:aa:bb:03 (LocalHost) 0" OURS);
    own_expect_lease(index, "virbr0", "fd00::45", "52:54:00:aa:bb:01 web 4102444800" OURS);
    own_expect_answers(index, "WEB", "fd00::45 192.168.122.45");
    own_expect_answers(index, "localhost", "");
    ck_assert_int_eq(ip_parse("fd00::45", &ip), 0);
    ck_assert_int_eq(leases_get(index, "virbr0", &ip, &lease), 0);
    ck_assert(lease.has_iaid && !lease.temporary && lease.iaid == 11184641);
    ck_assert_uint_eq(lease.client_id.len, 14);
    ck_assert_int_eq(index_network(index, "virbr0", &network), 0);
    ck_assert_uint_eq(network.server_duid.len, 14);
    own_index_end(index, 1);
    index = own_index();
    refresh(index);
    ck_assert_uint_eq(own_reports.changes, 0);
    own_index_end(index, 0);
}
END_TEST

static const char *const empties[] = {"", "[\n\n]\n", "[]"};

START_TEST(emptied)
{
    struct index *index = own_index();

    take(index, real);
    own_index_end(index, 1);
    index = own_index();
    take(index, empties[_i]);
    own_expect_leases(index, "virbr0", "");
    own_index_end(index, 1);
}
END_TEST

/* Cut short anywhere, it is no word about leases; what was known of them stays, and it is told. */
START_TEST(cut)
{
    struct index *index = own_index();
    char text[sizeof(real)];

    take(index, real);
    strcpy(text, real);
    for (size_t len = sizeof(real) - 3; len > 0; len--) {
        if (len % 20 == 0)
            take(index, real);
        text[len] = '\0';
        own_write("virbr0.status", text);
        refresh(index);
        reports_expect_one(&own_reports, "/virbr0.status: damaged");
        own_expect_leases(index, "virbr0", "192.168.122.45 192.168.122.46 192.168.122.47 fd00::45");
    }
    own_index_end(index, 1);
}
END_TEST

#define ENTRY(number, more)                                                                                  \
    "{\"ip-address\":\"192.0.2." number "\",\"mac-address\":\"52:54:00:00:00:0" number "\"" more "}"
#define EXPIRING(number) ENTRY(number, ",\"hostname\":\"n" number "\",\"expiry-time\":4102444800")

static const struct {
    const char *entry;
    const char *why;
} bad_entries[] = {
    {"1", "not an object"},
    {"\"x\"", "not an object"},
    {"null", "not an object"},
    {"[]", "not an object"},
    {"{}", "no valid ip-address"},
    {"{\"mac-address\":\"52:54:00:00:00:09\"}", "no valid ip-address"},
    {"{\"ip-address\":\"192.0.2.256\"}", "no valid ip-address"},
    {"{\"ip-address\":\"\"}", "no valid ip-address"},
    {"{\"ip-address\":9}", "must be a string"},
    {"{\"ip-address\":\"192.0.2.9\",\"mac-address\":null}", "must be a string"},
    {ENTRY("9", ",\"hostname\":{}"), "must be a string"},
    {ENTRY("9", ",\"hostname\":\"a\\u0000b\""), "must be a string"},
    {ENTRY("9", ",\"client-id\":1"), "must be a string"},
    {ENTRY("9", ",\"iaid\":1"), "must be a string"},
    {ENTRY("9", ",\"server-duid\":[]"), "must be a string"},
    {"{\"ip-address\":\"192.0.2.9\",\"mac-address\":\"52:54:00:00:00:0g\"}", "no valid mac-address"},
    {ENTRY("9", ",\"client-id\":\"\""), "no valid client-id"},
    {ENTRY("9", ",\"client-id\":\"1\""), "no valid client-id"},
    {ENTRY("9", ",\"iaid\":\"x\""), "no valid iaid"},
    {ENTRY("9", ",\"server-duid\":\"x\""), "no valid server-duid"},
    {ENTRY("9", ",\"expiry-time\":-1"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":\"4102444800\""), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":1.5"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":1099511627776"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":18446744073709551616"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":99999999999999999999999999"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":null"), "no valid expiry-time"},
    {ENTRY("9", ",\"expiry-time\":true"), "no valid expiry-time"},
};

/* It drops itself alone; but what it meant is not known, so nothing is removed; and it is told every time. */
START_TEST(bad_entry)
{
    struct index *index = own_index();
    char text[600], problem[100];

    take(index, "[" EXPIRING("1") "," EXPIRING("2") "]");
    own_index_end(index, 1);
    snprintf(text, sizeof(text), "[" EXPIRING("1") ",%s," EXPIRING("3") "]", bad_entries[_i].entry);
    own_write("virbr0.status", text);
    snprintf(problem, sizeof(problem), "/virbr0.status: entry 2: ");
    for (int pass = 0; pass < 3; pass++) {
        clock_ahead = 100 * pass;
        index = own_index();
        refresh(index);
        ck_assert_msg(bad_entries[_i].why == NULL || strstr(own_reports.text, bad_entries[_i].why) != NULL,
                      "%s", own_reports.text);
        reports_expect_one(&own_reports, problem);
        own_expect_leases(index, "virbr0", "192.0.2.1 192.0.2.2 192.0.2.3");
        own_index_end(index, pass == 0);
    }
    index = own_index();
    take(index, "[" EXPIRING("1") "]");
    own_expect_leases(index, "virbr0", "192.0.2.1");
    own_index_end(index, 1);
}
END_TEST

START_TEST(long_name)
{
    struct index *index = own_index();
    char name[RAW_NAME_MAX + 2], text[600];

    memset(name, 'x', sizeof(name));
    name[RAW_NAME_MAX + 1] = '\0';
    snprintf(text, sizeof(text), "[" ENTRY("1", ",\"hostname\":\"%s\"") "]", name);
    own_write("virbr0.status", text);
    refresh(index);
    reports_expect_one(&own_reports, "entry 1: hostname too long");
    name[RAW_NAME_MAX] = '\0';
    snprintf(text, sizeof(text), "[" ENTRY("1", ",\"hostname\":\"%s\"") "]", name);
    take(index, text);
    snprintf(text, sizeof(text), "52:54:00:00:00:01 (%s) 0" OURS, name);
    own_expect_lease(index, "virbr0", "192.0.2.1", text);
    own_index_end(index, 1);
}
END_TEST

/* A missing file means that the network is gone, with all that its file had brought; a missing directory
 * means nothing. */
START_TEST(gone)
{
    const struct libvirt_dirs nowhere = {"/nonexistent/networks", "/nonexistent/definitions"};
    struct index *index = own_index();

    own_write("virbr1.status", "[" EXPIRING("1") "]");
    take(index, "[" EXPIRING("1") "," EXPIRING("2") "]");
    own_hook_lease(index, "virbr0", "192.0.2.3", "02:00:00:00:00:03", "hook", LATE);
    own_index_end(index, 1);
    index = own_index();
    ck_assert_int_eq(status_refresh(index, &nowhere), 0);
    reports_expect_none(&own_reports);
    own_expect_leases(index, "virbr0", "192.0.2.1 192.0.2.2 192.0.2.3");
    own_index_end(index, 0);
    ck_assert_int_eq(unlink(own_path("virbr0.status")), 0);
    index = own_index();
    refresh(index);
    reports_expect_none(&own_reports);
    own_expect_leases(index, "virbr0", "192.0.2.3");
    own_expect_leases(index, "virbr1", "192.0.2.1");
    own_index_end(index, 1);
    index = own_index();
    refresh(index);
    own_index_end(index, 0);
}
END_TEST

static void as_link(const char *path)
{
    own_write("target", "[]");
    ck_assert_int_eq(symlink("target", path), 0);
}

static void as_directory(const char *path)
{
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void as_fifo(const char *path)
{
    ck_assert_int_eq(mkfifo(path, 0644), 0);
}

static const struct {
    void (*make)(const char *path);
    const char *problem;
} planted[] = {
    {as_link, "/virbr0.status: Too many levels"},
    {as_directory, "/virbr0.status: Is a directory"},
    {as_fifo, "/virbr0.status: not a regular file"},
};

/* What is no file of libvirt's is not followed, does not hang, and takes nothing away; others are read. */
START_TEST(unreadable)
{
    struct index *index = own_index();

    take(index, "[" EXPIRING("1") "]");
    ck_assert_int_eq(unlink(own_path("virbr0.status")), 0);
    planted[_i].make(own_path("virbr0.status"));
    own_write("virbr1.status", "[" EXPIRING("2") "]");
    own_write("a=b.status", "[" EXPIRING("3") "]");
    own_write(".hidden.status", "x");
    refresh(index);
    ck_assert_ptr_nonnull(strstr(own_reports.text, "/a=b.status: not a network's name\n"));
    ck_assert_ptr_nonnull(strstr(own_reports.text, planted[_i].problem));
    ck_assert_uint_eq(own_reports.problems, 2);
    own_expect_leases(index, "virbr0", "192.0.2.1");
    own_expect_leases(index, "virbr1", "192.0.2.2");
    own_index_end(index, 1);
}
END_TEST

START_TEST(unreadable_directory)
{
    const struct libvirt_dirs dirs = {own_path("file"), "/nonexistent/definitions"};
    struct index *index = own_index();

    take(index, "[" EXPIRING("1") "]");
    own_write("file", "x");
    ck_assert_int_eq(status_refresh(index, &dirs), 0);
    reports_expect_one(&own_reports, "/file: Not a directory");
    own_expect_leases(index, "virbr0", "192.0.2.1");
    index_close(index);
}
END_TEST

/* One damaged file is its own network's matter. */
START_TEST(two_networks)
{
    struct index *index = own_index();

    own_write("virbr1.status", "[" EXPIRING("1"));
    own_write("virbr0.status", "[" EXPIRING("1") "]");
    refresh(index);
    reports_expect_one(&own_reports, "/virbr1.status: damaged");
    own_expect_leases(index, "virbr0", "192.0.2.1");
    own_expect_leases(index, "virbr1", "");
    own_write("virbr1.status", "[" EXPIRING("2") "]");
    refresh(index);
    own_expect_leases(index, "virbr0", "192.0.2.1");
    own_expect_leases(index, "virbr1", "192.0.2.2");
    own_index_end(index, 1);
}
END_TEST

#define WEB(number, expiry) ENTRY(number, ",\"hostname\":\"web\"" expiry)

/* Never heard from: the later expiry, then the later place: each `add` or `old` moves its entry to the end.
 */
START_TEST(order)
{
    struct index *index = own_index();

    take(index,
         "[" WEB("1", ",\"expiry-time\":4102444801") "," WEB("2", "") "," WEB("3", "") "," WEB("4", "") "]");
    own_expect_answers(index, "web", "192.0.2.4 192.0.2.3 192.0.2.2 192.0.2.1");
    take(index,
         "[" WEB("1", ",\"expiry-time\":4102444801") "," WEB("3", "") "," WEB("4", "") "," WEB("2", "") "]");
    own_expect_answers(index, "web", "192.0.2.2 192.0.2.4 192.0.2.3 192.0.2.1");
    own_index_end(index, 1);
    index = own_index();
    take(index,
         "[" WEB("4", "") "," WEB("2", "") "," WEB("1", ",\"expiry-time\":4102444900") "," WEB("3", "") "]");
    own_expect_answers(index, "web", "192.0.2.3 192.0.2.2 192.0.2.4 192.0.2.1");
    /* A new one, and one that went and came back. */
    take(index, "[" WEB("2", "") "," WEB("3", "") "," WEB("5", "") "]");
    take(index, "[" WEB("2", "") "," WEB("3", "") "," WEB("5", "") "," WEB("4", "") "]");
    own_expect_answers(index, "web", "192.0.2.4 192.0.2.5 192.0.2.3 192.0.2.2");
    own_index_end(index, 1);
}
END_TEST

/* The hook heard from a client: that counts for more than a place in a file, and the file does not take it
 * back. */
START_TEST(hook_leases)
{
    struct index *index = own_index();

    take(index, "[" WEB("1", "") "," WEB("2", "") "]");
    own_hook_lease(index, "virbr0", "192.0.2.1", "52:54:00:00:00:01", "web", LATE);
    own_expect_answers(index, "web", "192.0.2.1 192.0.2.2");
    take(index, "[" WEB("2", "") "]");
    own_expect_lease(index, "virbr0", "192.0.2.1", "52:54:00:00:00:01 web 4102444800 0");
    take(index, "[" WEB("2", "") "," WEB("1", "") "]");
    own_expect_lease(index, "virbr0", "192.0.2.1", "52:54:00:00:00:01 web 0 0");
    own_expect_answers(index, "web", "192.0.2.1 192.0.2.2");
    own_index_end(index, 1);
}
END_TEST

/* What the file cannot hold stays as it is known, as long as the client is the same. */
START_TEST(fields_that_stay)
{
    static const char with[] =
        "[{\"iaid\":\"7\",\"ip-address\":\"fd00::1\",\"mac-address\":\"52:54:00:00:00:01\","
        "\"client-id\":\"00:01\"}]";
    static const char without[] = "[{\"iaid\":\"%s\",\"ip-address\":\"fd00::1\",\"client-id\":\"00:01\"}]";
    struct index *index = own_index();
    char text[200];

    take(index, with);
    snprintf(text, sizeof(text), without, "7");
    take(index, text);
    own_expect_lease(index, "virbr0", "fd00::1", "52:54:00:00:00:01 - 0" OURS);
    snprintf(text, sizeof(text), without, "8");
    take(index, text);
    /* .status cannot keep a lease without a hardware address: it is the hook's. */
    own_expect_lease(index, "virbr0", "fd00::1", " - 0 0");
    own_index_end(index, 1);
}
END_TEST

/* The file is libvirt's mirror, refused names and all: reading it again grants them nothing. */
START_TEST(refused_name_stays)
{
    static const char *const mirrored[] = {"[" ENTRY("1", ",\"hostname\":\"www\"") "]",
                                           "[" ENTRY("1", "") "]",
                                           "[" ENTRY("1", ",\"hostname\":\"WWW\"") "]"};
    struct index *index = own_index();
    struct lease lease;
    struct ip ip;

    own_hook_lease(index, "virbr0", "192.0.2.1", "52:54:00:00:00:01", "", LATE);
    ck_assert_int_eq(ip_parse("192.0.2.1", &ip), 0);
    ck_assert_int_eq(leases_get(index, "virbr0", &ip, &lease), 0);
    strcpy(lease.refused, "www");
    lease.reason = REFUSAL_BY_DNSMASQ;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    take(index, mirrored[_i]);
    own_expect_answers(index, "www", "");
    own_expect_lease(index, "virbr0", "192.0.2.1",
                     _i == 2 ? "52:54:00:00:00:01 (WWW) 0 0" : "52:54:00:00:00:01 (www) 0 0");
    own_index_end(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("status");

    tcase_add_test(tcase, real_file);
    tcase_add_loop_test(tcase, emptied, 0, COUNT(empties));
    tcase_add_test(tcase, cut);
    tcase_add_loop_test(tcase, bad_entry, 0, COUNT(bad_entries));
    tcase_add_test(tcase, long_name);
    tcase_add_test(tcase, gone);
    tcase_add_loop_test(tcase, unreadable, 0, COUNT(planted));
    tcase_add_test(tcase, unreadable_directory);
    tcase_add_test(tcase, two_networks);
    tcase_add_test(tcase, order);
    tcase_add_test(tcase, hook_leases);
    tcase_add_test(tcase, fields_that_stay);
    tcase_add_loop_test(tcase, refused_name_stays, 0, 3);
    return test_case_run(tcase);
}
