/*
 * Guests: their names as answers, and as names that nobody else may have.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "build_index.h"
#include "index_fixture.h"
#include "test_case.h"
#include "indexer/derive.h"
#include "indexer/leases.h"

#define MAC_WEB  "52:54:00:00:00:01"
#define MAC_DB   "52:54:00:00:00:02"
#define MACS_WEB "[{\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]"

static struct index *idx; /* index(3) has the better name */

static void setup(void)
{
    fixture_setup();
    idx = fixture_open();
}

static void teardown(void)
{
    fixture_commit(idx, 1);
}

static void put(const char *network, const char *ip, const char *mac, const char *host, uint64_t heard)
{
    struct lease lease = lease_of(network, ip, mac, host, heard);

    ck_assert_int_ge(leases_put(idx, &lease), 0);
}

static void refresh(void)
{
    const struct libvirt_dirs dirs = fixture_dirs();

    ck_assert_int_eq(guests_refresh(idx, &dirs), 0);
    ck_assert_int_eq(derive_settle(idx), 0);
}

/* Writes a .macs file and reads it; NULL removes it. */
static void macs(const char *file, const char *text)
{
    fixture_network_file(file, text);
    refresh();
}

static void ck_guest(const char *name, const char *expected)
{
    ck_assert_str_eq(answers(idx, KEY_GUEST, name, 1), expected);
}

static void ck_host(const char *name, const char *expected)
{
    ck_assert_str_eq(answers(idx, KEY_HOST, name, 1), expected);
}

START_TEST(guest_starts_and_stops)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", MACS_WEB);
    ck_guest("web", "192.0.2.1");
    ck_assert_str_eq(answers(idx, KEY_ADDRESS, "192.0.2.1", 1), "web");
    macs("virbr0.macs", "[]");
    ck_guest("web", "");
    ck_assert_str_eq(answers(idx, KEY_ADDRESS, "192.0.2.1", 1), "");
    macs("virbr0.macs", MACS_WEB);
    ck_guest("web", "192.0.2.1");
}
END_TEST

START_TEST(lease_after_the_guest)
{
    macs("virbr0.macs", MACS_WEB);
    put("virbr0", "192.0.2.1", "52:54:00:00:00:01", "", 1);
    ck_guest("WEB", "192.0.2.1");
}
END_TEST

START_TEST(undefined_network_takes_its_guests_along)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", MACS_WEB);
    macs("virbr0.macs", NULL);
    ck_guest("web", "");
}
END_TEST

START_TEST(damaged_file_keeps_its_guests)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", MACS_WEB);
    macs("virbr0.macs", "[{\"domain\": \"we");
    ck_guest("web", "192.0.2.1");
    ck_assert_uint_eq(fixture_problems(), 1);
    macs("virbr0.macs", "[]");
    ck_guest("web", "");
}
END_TEST

START_TEST(missing_directory_keeps_all_guests)
{
    const struct libvirt_dirs nowhere = {"/nonexistent/networks", "/nonexistent/definitions"};

    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", MACS_WEB);
    ck_assert_int_eq(guests_refresh(idx, &nowhere), 0);
    ck_guest("web", "192.0.2.1");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

START_TEST(running_guests_come_first)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "www", 1);
    put("virbr0", "192.0.2.9", "52:54:00:00:00:99", "www", 9);
    ck_host("www", "192.0.2.9 192.0.2.1");
    macs("virbr0.macs", MACS_WEB);
    ck_host("www", "192.0.2.1 (192.0.2.9)");
    macs("virbr0.macs", "[]");
    ck_host("www", "192.0.2.9 192.0.2.1");
}
END_TEST

/* Another network's machine of that name is no rival. */
START_TEST(running_guests_outrank_in_their_own_network_alone)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "www", 1);
    put("virbr0", "2001:db8::9", "52:54:00:00:00:99", "www", 8);
    put("lab", "198.51.100.9", "52:54:00:00:00:99", "www", 9);
    macs("virbr0.macs", MACS_WEB);
    ck_host("www", "192.0.2.1 198.51.100.9 2001:db8::9");
}
END_TEST

START_TEST(one_guest_on_two_networks)
{
    put("virbr0", "192.0.2.1", "52:54:00:00:00:01", "", 1);
    put("virbr0", "192.0.2.2", "52:54:00:00:00:02", "", 2);
    put("virbr1", "198.51.100.1", "52:54:00:00:00:03", "", 3);
    macs("virbr0.macs", "[{\"domain\": \"web\", \"macs\": [\"52:54:00:00:00:01\", \"52:54:00:00:00:02\"]}]");
    macs("virbr1.macs", "[{\"domain\": \"web\", \"macs\": [\"52:54:00:00:00:03\"]}]");
    ck_guest("web", "198.51.100.1 192.0.2.2 192.0.2.1");
    macs("virbr1.macs", "[]");
    ck_guest("web", "192.0.2.2 192.0.2.1");
}
END_TEST

/* The same hardware address as another client: what a guest is after it was installed anew. */
START_TEST(rebuilt_guest)
{
    struct lease old = lease_of("virbr0", "192.0.2.1", MAC_WEB, "www", 1);
    struct lease new = lease_of("virbr0", "192.0.2.2", MAC_WEB, "www", 2);

    old.client_id = (struct octets){1, {1}};
    new.client_id = (struct octets){1, {2}};
    macs("virbr0.macs", MACS_WEB);
    ck_assert_int_eq(leases_put(idx, &old), 1);
    ck_guest("web", "192.0.2.1");
    ck_assert_int_eq(leases_put(idx, &new), 1);
    ck_guest("web", "192.0.2.2 (192.0.2.1)");
    ck_host("www", "192.0.2.2 (192.0.2.1)");
    ck_assert_int_eq(leases_remove(idx, &new), 0);
    ck_guest("web", "192.0.2.1");
    ck_host("www", "192.0.2.1");
}
END_TEST

/* In another network it is another interface, or another machine: nothing stale. */
START_TEST(one_address_in_two_networks)
{
    struct lease old = lease_of("virbr0", "192.0.2.1", MAC_WEB, "www", 1);
    struct lease new = lease_of("virbr1", "192.0.2.2", MAC_WEB, "www", 2);

    old.client_id = (struct octets){1, {1}};
    new.client_id = (struct octets){1, {2}};
    ck_assert_int_eq(leases_put(idx, &old), 1);
    ck_assert_int_eq(leases_put(idx, &new), 1);
    ck_host("www", "192.0.2.2 192.0.2.1");
}
END_TEST

/* Several addresses of one client are all good: DHCPv6 gives one for each association. */
START_TEST(one_client_with_many_addresses)
{
    struct lease lease = lease_of("virbr0", "2001:db8::1", MAC_WEB, "www", 1);

    lease.client_id = (struct octets){1, {1}};
    ck_assert_int_eq(leases_put(idx, &lease), 1);
    lease.ip.octets[15] = 2;
    lease.heard = 2;
    ck_assert_int_eq(leases_put(idx, &lease), 1);
    ck_host("www", "2001:db8::2 2001:db8::1");
}
END_TEST

START_TEST(only_the_guest_has_its_name)
{
    macs("virbr0.macs", MACS_WEB);
    put("virbr0", "192.0.2.66", "52:54:00:00:00:66", "WEB", 9);
    ck_host("web", "");
    put("virbr0", "192.0.2.1", MAC_WEB, "web", 1);
    ck_host("web", "192.0.2.1");
    ck_assert_str_eq(answers(idx, KEY_ADDRESS, "192.0.2.66", 1), "");
}
END_TEST

/* Who had the name before the guest came loses it; it comes back when guest and lease are gone. */
START_TEST(name_is_reserved_as_long_as_anything_knows_the_guest)
{
    struct lease lease = lease_of("virbr0", "192.0.2.1", MAC_WEB, "", 1);

    put("virbr0", "192.0.2.66", "52:54:00:00:00:66", "web", 9);
    ck_assert_int_eq(leases_put(idx, &lease), 1);
    ck_host("web", "192.0.2.66");
    macs("virbr0.macs", MACS_WEB);
    ck_host("web", "");
    macs("virbr0.macs", "[]");
    ck_host("web", ""); /* its lease still knows it */
    ck_assert_int_eq(leases_remove(idx, &lease), 0);
    ck_assert_int_eq(derive_settle(idx), 0);
    ck_host("web", "192.0.2.66");
}
END_TEST

START_TEST(qualified_name_goes_with_the_short_one)
{
    struct lease lease = lease_of("virbr0", "192.0.2.66", "52:54:00:00:00:66", "web", 9);

    strcpy(lease.domain, "lab");
    ck_assert_int_eq(leases_put(idx, &lease), 1);
    ck_host("web.lab", "192.0.2.66");
    macs("virbr0.macs", MACS_WEB);
    ck_host("web.lab", "");
}
END_TEST

START_TEST(guest_named_like_a_qualified_name)
{
    struct lease lease = lease_of("virbr0", "192.0.2.66", "52:54:00:00:00:66", "web", 9);

    strcpy(lease.domain, "lab");
    ck_assert_int_eq(leases_put(idx, &lease), 1);
    macs("virbr0.macs", "[{\"domain\": \"web.lab\", \"macs\": [\"" MAC_WEB "\"]}]");
    ck_host("web.lab", "");
    ck_host("web", "192.0.2.66");
}
END_TEST

START_TEST(defined_guests_reserve_their_names)
{
    put("", "192.0.2.66", "52:54:00:00:00:66", "stopped", 9);
    ck_host("stopped", "192.0.2.66");
    fixture_definition("Stopped.xml", "<domain/>");
    refresh();
    ck_host("stopped", "");
    ck_guest("stopped", "");
    fixture_definition("Stopped.xml", NULL);
    refresh();
    ck_host("stopped", "192.0.2.66");
}
END_TEST

START_TEST(addresses_move_from_guest_to_guest)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", MACS_WEB);
    macs("virbr0.macs", "[{\"domain\": \"clone\", \"macs\": [\"" MAC_WEB "\"]}]");
    ck_guest("web", "");
    ck_guest("clone", "192.0.2.1");
    /* nothing remembers the first one any more */
    put("virbr0", "192.0.2.66", "52:54:00:00:00:66", "web", 9);
    ck_host("web", "192.0.2.66");
}
END_TEST

static const char *const odd_names[] = {"Web Server",
                                        ("w\xc3\xa9"
                                         "b"),
                                        "UPPER", "a.b.c", "-x-"};

START_TEST(odd_guest_names)
{
    char text[256];

    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    snprintf(text, sizeof(text), "[{\"domain\": \"%s\", \"macs\": [\"%s\"]}]", odd_names[_i], MAC_WEB);
    macs("virbr0.macs", text);
    ck_guest(odd_names[_i], "192.0.2.1");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

/* Longer than any host name: getaddrinfo takes it all the same. One byte more no guest can have. */
START_TEST(longest_guest_name)
{
    char text[512], name[GUEST_MAX + 2];

    memset(name, 'x', sizeof(name));
    name[GUEST_MAX] = '\0';
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    snprintf(text, sizeof(text), "[{\"domain\": \"%s\", \"macs\": [\"%s\"]}]", name, MAC_WEB);
    macs("virbr0.macs", text);
    ck_guest(name, "192.0.2.1");
    ck_assert_uint_eq(fixture_problems(), 0);
    snprintf(text, sizeof(text), "[{\"domain\": \"%sx\", \"macs\": [\"%s\"]}]", name, MAC_WEB);
    macs("virbr1.macs", text);
    ck_assert_uint_eq(fixture_problems(), 1);
}
END_TEST

START_TEST(names_that_differ_in_case_only)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    put("virbr0", "192.0.2.2", MAC_DB, "", 2);
    macs("virbr0.macs", "[{\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]},"
                        " {\"domain\": \"Web\", \"macs\": [\"" MAC_DB "\"]}]");
    /* one record for both; the reader tells them apart by their labels */
    ck_guest("web", "192.0.2.2 192.0.2.1");
}
END_TEST

static const char *const bad_entries[] = {
    "[{\"macs\": [\"" MAC_DB "\"]}, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[{\"domain\": \"db\"}, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[{\"domain\": \"\", \"macs\": []}, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[{\"domain\": \"a\\nb\", \"macs\": []}, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[{\"domain\": \"a\\u0000b\", \"macs\": []}, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[7, {\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\"]}]",
    "[{\"domain\": \"web\", \"macs\": [\"" MAC_WEB "\", \"zz\", 7]}]",
};

START_TEST(bad_entry_loses_only_itself)
{
    put("virbr0", "192.0.2.1", MAC_WEB, "", 1);
    macs("virbr0.macs", bad_entries[_i]);
    ck_guest("web", "192.0.2.1");
    ck_assert_uint_eq(fixture_problems(), 1);
    /* it is told each time, not only the first */
    refresh();
    ck_assert_uint_eq(fixture_problems(), 1);
}
END_TEST

START_TEST(own_host_name_is_nobody_elses)
{
    strcpy(idx->state.host, "myhost");
    put("", "192.0.2.66", "52:54:00:00:00:66", "MyHost", 9);
    ck_host("myhost", "");
    ck_assert_str_eq(answers(idx, KEY_ADDRESS, "192.0.2.66", 1), "");
    /* the host is renamed: told when the index is opened, here by hand */
    strcpy(idx->state.host, "other");
    ck_assert_int_eq(derive_unsettle(idx, bytes_of("myhost")), 0);
    ck_assert_int_eq(derive_settle(idx), 0);
    ck_host("myhost", "192.0.2.66");
}
END_TEST

int main(void)
{
    TCase *tests = test_case("guests");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, guest_starts_and_stops);
    tcase_add_test(tests, lease_after_the_guest);
    tcase_add_test(tests, undefined_network_takes_its_guests_along);
    tcase_add_test(tests, damaged_file_keeps_its_guests);
    tcase_add_test(tests, missing_directory_keeps_all_guests);
    tcase_add_test(tests, running_guests_come_first);
    tcase_add_test(tests, running_guests_outrank_in_their_own_network_alone);
    tcase_add_test(tests, one_guest_on_two_networks);
    tcase_add_test(tests, rebuilt_guest);
    tcase_add_test(tests, one_address_in_two_networks);
    tcase_add_test(tests, one_client_with_many_addresses);
    tcase_add_test(tests, only_the_guest_has_its_name);
    tcase_add_test(tests, name_is_reserved_as_long_as_anything_knows_the_guest);
    tcase_add_test(tests, qualified_name_goes_with_the_short_one);
    tcase_add_test(tests, guest_named_like_a_qualified_name);
    tcase_add_test(tests, defined_guests_reserve_their_names);
    tcase_add_test(tests, addresses_move_from_guest_to_guest);
    tcase_add_loop_test(tests, odd_guest_names, 0, sizeof(odd_names) / sizeof(odd_names[0]));
    tcase_add_test(tests, longest_guest_name);
    tcase_add_test(tests, names_that_differ_in_case_only);
    tcase_add_loop_test(tests, bad_entry_loses_only_itself, 0, sizeof(bad_entries) / sizeof(bad_entries[0]));
    tcase_add_test(tests, own_host_name_is_nobody_elses);
    return test_case_run(tests);
}
