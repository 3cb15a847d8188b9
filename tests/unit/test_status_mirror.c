/*
 * Events of libvirt's networks: the .status file is brought in line first, and is the truth.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "index_fixture.h"
#include "test_case.h"
#include "indexer/leases.h"

#define MAC_A "52:54:00:00:00:0a"
#define MAC_B "52:54:00:00:00:0b"
#define DUID  "00:01:00:01:2a"

static struct index *idx; /* index(3) has the better name */

static void setup(void)
{
    fixture_setup();
    idx = fixture_open();
}

static void teardown(void)
{
    ck_assert_int_ge(index_commit(idx), 0);
    index_close(idx);
}

static struct event event_of(enum event_action action, const char *ip, const char *mac, const char *name)
{
    struct event event = {.action = action, .libvirt = true, .has_expiry = true};

    event.lease = lease_of("br0", ip, mac, "", 0);
    event.lease.seen = 0;
    event.lease.expiry = 4000000000;
    strcpy(event.name, name);
    event.mirrored = name[0] != '\0' ? name : NULL;
    if (event.lease.ip.len == IPV6_LEN) {
        ck_assert_int_eq(octets_parse(DUID, &event.lease.client_id), 0);
        event.lease.has_iaid = true;
        event.lease.iaid = 7;
    }
    return event;
}

static void apply(const struct event *event)
{
    ck_assert_int_eq(event_apply(idx, event, fixture_dirs().networks), 0);
}

static void apply_new(enum event_action action, const char *ip, const char *mac, const char *name)
{
    struct event event = event_of(action, ip, mac, name);

    apply(&event);
}

static const char *path_of(const char *file)
{
    static char path[600];

    snprintf(path, sizeof(path), "%s/%s", fixture_dirs().networks, file);
    return path;
}

static void ck_status(const char *expected)
{
    struct bytes text = read_file(path_of("br0.status"));

    ck_assert_int_eq((int)text.len, (int)strlen(expected));
    ck_assert_mem_eq(text.at, expected, text.len);
    free((void *)(uintptr_t)text.at);
}

static bool in_index(const char *ip)
{
    struct lease lease;
    struct ip parsed;

    ck_assert_int_eq(ip_parse(ip, &parsed), 0);
    return leases_get(idx, "br0", &parsed, &lease) == 0;
}

#define ENTRY(ip, mac, host)                                                                                 \
    "  {\n    \"ip-address\": \"" ip "\",\n    \"mac-address\": \"" mac "\",\n    \"hostname\": \"" host     \
    "\",\n    \"expiry-time\": 4000000000\n  }"

START_TEST(as_libvirt_writes_it)
{
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_status("[\n" ENTRY("192.0.2.1", MAC_A, "web") ",\n" ENTRY("192.0.2.2", MAC_B, "db") "\n]\n");
    apply_new(EVENT_OLD, "192.0.2.1", MAC_A, "www");
    ck_status("[\n" ENTRY("192.0.2.2", MAC_B, "db") ",\n" ENTRY("192.0.2.1", MAC_A, "www") "\n]\n");
    apply_new(EVENT_DEL, "192.0.2.1", MAC_A, "www");
    apply_new(EVENT_DEL, "192.0.2.2", MAC_B, "db");
    ck_status("[\n\n]\n");
    ck_assert(!in_index("192.0.2.1"));
}
END_TEST

/* Its own rule, unlike other networks': the lease goes whatever the expiry is. */
START_TEST(del_needs_no_expiry)
{
    struct event event = event_of(EVENT_DEL, "192.0.2.1", MAC_A, "");

    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    event.lease.expiry = 1;
    apply(&event);
    ck_assert(!in_index("192.0.2.1"));
}
END_TEST

START_TEST(first_event_imports_what_is_there)
{
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.9", MAC_B, "old") "]");
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    ck_assert_str_eq(answers(idx, KEY_HOST, "old", 1), "192.0.2.9");
    ck_status("[\n" ENTRY("192.0.2.9", MAC_B, "old") ",\n" ENTRY("192.0.2.1", MAC_A, "web") "\n]\n");
}
END_TEST

START_TEST(what_somebody_else_removed_is_gone)
{
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.2", MAC_B, "db") "]");
    apply_new(EVENT_OLD, "192.0.2.2", MAC_B, "db");
    ck_assert(!in_index("192.0.2.1"));
    ck_status("[\n" ENTRY("192.0.2.2", MAC_B, "db") "\n]\n");
}
END_TEST

START_TEST(damaged_file_is_kept_aside_and_restored)
{
    struct bytes kept;

    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    fixture_network_file("br0.status", "[{\"ip-");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_assert_uint_eq(fixture_problems(), 1);
    ck_status("[\n" ENTRY("192.0.2.1", MAC_A, "web") ",\n" ENTRY("192.0.2.2", MAC_B, "db") "\n]\n");
    kept = read_file(path_of("br0.status.damaged"));
    ck_assert_int_eq((int)kept.len, 6);
    free((void *)(uintptr_t)kept.at);
}
END_TEST

/* libvirtd refuses the whole file for an entry without a hardware address, its helper for one without a time.
 */
START_TEST(entries_that_others_refuse)
{
    fixture_network_file("br0.status",
                         "[{\"ip-address\": \"192.0.2.9\", \"mac-address\": \"" MAC_B "\"},"
                         " {\"ip-address\": \"2001:db8::9\", \"iaid\": \"1\", \"client-id\": \"" DUID "\"}]");
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    ck_status("[\n  {\n    \"ip-address\": \"192.0.2.9\",\n    \"mac-address\": \"" MAC_B
              "\",\n    \"expiry-time\": 0\n  },\n" ENTRY("192.0.2.1", MAC_A, "web") "\n]\n");
    ck_assert(in_index("192.0.2.9"));
    ck_assert(in_index("2001:db8::9"));
    /* and it stays, although the file does not list it any more */
    fixture_network_file("br0.status", "[]");
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    ck_assert(!in_index("192.0.2.9"));
    ck_assert(in_index("2001:db8::9"));
}
END_TEST

START_TEST(ipv6_without_hardware_address)
{
    struct event event = event_of(EVENT_ADD, "2001:db8::1", NULL, "six");

    apply(&event);
    ck_status("[\n\n]\n");
    ck_assert_str_eq(answers(idx, KEY_HOST, "six", 1), "2001:db8::1");
    event.action = EVENT_DEL;
    apply(&event);
    ck_assert(!in_index("2001:db8::1"));
}
END_TEST

/* After a restart dnsmasq does not know the address any more, but we do. */
START_TEST(ipv6_keeps_its_hardware_address)
{
    struct event event = event_of(EVENT_ADD, "2001:db8::1", MAC_A, "six");
    struct bytes text;

    apply(&event);
    event = event_of(EVENT_OLD, "2001:db8::1", NULL, "six");
    event.data_missing = true;
    event.lease.expiry++;
    apply(&event);
    text = read_file(path_of("br0.status"));
    ck_assert_ptr_nonnull(memmem(text.at, text.len, MAC_A, strlen(MAC_A)));
    ck_assert_ptr_nonnull(memmem(text.at, text.len, "4000000001", 10));
    free((void *)(uintptr_t)text.at);
}
END_TEST

/* The file shows the name, as libvirt's helper has it; it is no answer, also after the file was read again.
 */
START_TEST(refused_name_is_shown_and_stays_refused)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");

    strcpy(event.supplied, "www");
    event.mirrored = event.supplied;
    apply(&event);
    ck_status("[\n" ENTRY("192.0.2.1", MAC_A, "www") "\n]\n");
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.1", MAC_A, "www") "]");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_assert_str_eq(answers(idx, KEY_HOST, "www", 1), "");
}
END_TEST

/* The same with a name that could not be one anyhow. */
START_TEST(inadmissible_name_stays_refused)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");
    struct lease lease;

    strcpy(event.supplied, "localhost");
    event.mirrored = event.supplied;
    apply(&event);
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.1", MAC_A, "localhost") "]");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_assert_int_eq(leases_get(idx, "br0", &event.lease.ip, &lease), 0);
    ck_assert_str_eq(lease.refused, "localhost");
    ck_assert_int_eq(lease.reason, REFUSAL_BY_DNSMASQ);
}
END_TEST

/* What the file had not shown any more is not brought back with it, but stays refused. */
START_TEST(restored_without_a_name_it_had_lost)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");
    struct lease lease;

    strcpy(event.supplied, "www");
    event.mirrored = event.supplied;
    apply(&event);
    event = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "");
    event.data_missing = true;
    apply(&event);
    fixture_network_file("br0.status", "[{");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_status("[\n  {\n    \"ip-address\": \"192.0.2.1\",\n    \"mac-address\": \"" MAC_A
              "\",\n    \"expiry-time\": 4000000000\n  },\n" ENTRY("192.0.2.2", MAC_B, "db") "\n]\n");
    ck_assert_int_eq(leases_get(idx, "br0", &event.lease.ip, &lease), 0);
    ck_assert_str_eq(lease.refused, "www");
}
END_TEST

/* A client without octets in its address, and without a client-id, is the same as long as its address is. */
START_TEST(refused_name_of_a_client_without_octets)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", "20-", "");

    strcpy(event.supplied, "www");
    event.mirrored = event.supplied;
    apply(&event);
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.1", "20-", "www") "]");
    apply_new(EVENT_ADD, "192.0.2.2", MAC_B, "db");
    ck_assert_str_eq(answers(idx, KEY_HOST, "www", 1), "");
}
END_TEST

START_TEST(not_utf8)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");

    strcpy(event.supplied, "\xff");
    event.mirrored = event.supplied;
    apply(&event);
    ck_status("[\n  {\n    \"ip-address\": \"192.0.2.1\",\n    \"mac-address\": \"" MAC_A
              "\",\n    \"expiry-time\": 4000000000\n  }\n]\n");
}
END_TEST

START_TEST(unwritable_file_fails_the_event)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");

    ck_assert_int_eq(event_apply(idx, &event, "/nonexistent"), -ENOENT);
    ck_assert_uint_eq(fixture_problems(), 1);
    ck_assert_int_eq(mkdir(path_of("br0.status"), 0755), 0);
    ck_assert_int_lt(event_apply(idx, &event, fixture_dirs().networks), 0);
    ck_assert_int_eq(rmdir(path_of("br0.status")), 0);
    ck_assert(!in_index("192.0.2.1"));
}
END_TEST

START_TEST(leftovers_and_modes)
{
    struct stat st;

    fixture_network_file("br0.status.new", "left by a killed one");
    fixture_network_file("br0.status", "");
    ck_assert_int_eq(chmod(path_of("br0.status"), 0600), 0);
    umask(077);
    apply_new(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    ck_assert_int_eq(stat(path_of("br0.status"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0644);
    ck_assert_int_eq(access(path_of("br0.status.new"), F_OK), -1);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("status_mirror");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, as_libvirt_writes_it);
    tcase_add_test(tests, del_needs_no_expiry);
    tcase_add_test(tests, first_event_imports_what_is_there);
    tcase_add_test(tests, what_somebody_else_removed_is_gone);
    tcase_add_test(tests, damaged_file_is_kept_aside_and_restored);
    tcase_add_test(tests, entries_that_others_refuse);
    tcase_add_test(tests, ipv6_without_hardware_address);
    tcase_add_test(tests, ipv6_keeps_its_hardware_address);
    tcase_add_test(tests, refused_name_is_shown_and_stays_refused);
    tcase_add_test(tests, inadmissible_name_stays_refused);
    tcase_add_test(tests, restored_without_a_name_it_had_lost);
    tcase_add_test(tests, refused_name_of_a_client_without_octets);
    tcase_add_test(tests, not_utf8);
    tcase_add_test(tests, unwritable_file_fails_the_event);
    tcase_add_test(tests, leftovers_and_modes);
    return test_case_run(tests);
}
