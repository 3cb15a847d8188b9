/*
 * The lease set and the answers derived from it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "build_index.h"
#include "check_index.h"
#include "index_fixture.h"
#include "test_case.h"
#include "indexer/leases.h"

static void put(struct index *index, const char *network, const char *ip, const char *mac, const char *host,
                uint64_t heard)
{
    struct lease lease = lease_of(network, ip, mac, host, heard);

    ck_assert_int_ge(leases_put(index, &lease), 0);
}

START_TEST(lease_answers_under_all_its_names)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("net", "192.0.2.7", "52:54:00:00:00:07", "Web", 5);

    strcpy(lease.domain, "lab.example");
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "192.0.2.7");
    ck_assert_str_eq(answers(index, KEY_HOST, "WEB.lab.example", 1), "192.0.2.7");
    ck_assert_str_eq(answers(index, KEY_ADDRESS, "192.0.2.7", 1), "Web");
    fixture_commit(index, 1);
}
END_TEST

START_TEST(same_lease_again_is_no_change)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("net", "192.0.2.7", "52:54:00:00:00:07", "web", 5);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    fixture_commit(index, 1);
    index = fixture_open();
    ck_assert_int_eq(leases_put(index, &lease), 0);
    fixture_commit(index, 0);
}
END_TEST

START_TEST(changed_lease_leaves_no_old_answer)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("net", "192.0.2.7", "52:54:00:00:00:07", "web", 5);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    fixture_commit(index, 1);
    index = fixture_open();
    lease = lease_of("net", "192.0.2.7", "52:54:00:00:00:08", "db", 6);
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "");
    ck_assert_str_eq(answers(index, KEY_HOST, "db", 1), "192.0.2.7");
    ck_assert_str_eq(answers(index, KEY_ADDRESS, "192.0.2.7", 1), "db");
    fixture_commit(index, 1);
}
END_TEST

START_TEST(removed_lease_leaves_nothing)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("net", "192.0.2.7", "52:54:00:00:00:07", "web", 5);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(leases_remove(index, &lease), 0);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "");
    ck_assert_str_eq(answers(index, KEY_ADDRESS, "192.0.2.7", 1), "");
    ck_assert_int_eq(leases_get(index, "net", &lease.ip, &lease), -ENOENT);
    fixture_commit(index, 1);
}
END_TEST

START_TEST(last_heard_from_comes_first)
{
    struct index *index = fixture_open();

    put(index, "a", "192.0.2.1", "52:54:00:00:00:01", "web", 10);
    put(index, "a", "192.0.2.2", "52:54:00:00:00:02", "web", 30);
    put(index, "b", "192.0.2.3", "52:54:00:00:00:03", "web", 20);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "192.0.2.2 192.0.2.3 192.0.2.1");
    fixture_commit(index, 1);
}
END_TEST

START_TEST(isolated_networks_may_share_addresses)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("a", "192.0.2.1", "52:54:00:00:00:01", "web", 10);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    put(index, "b", "192.0.2.2", "52:54:00:00:00:03", "web", 20);
    put(index, "b", "192.0.2.1", "52:54:00:00:00:02", "web", 5);
    /* claims of one address stand together, for the reader to drop the second */
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "192.0.2.2 192.0.2.1 192.0.2.1");
    ck_assert_int_eq(leases_remove(index, &lease), 0);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1), "192.0.2.2 192.0.2.1");
    fixture_commit(index, 1);
}
END_TEST

START_TEST(expired_is_no_answer)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("a", "192.0.2.1", "52:54:00:00:00:01", "web", 10);

    lease.expiry = 1000;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 999), "192.0.2.1");
    ck_assert_str_eq(answers(index, KEY_HOST, "web", 1000), "");
    fixture_commit(index, 1);
}
END_TEST

START_TEST(other_records_stay_untouched)
{
    struct index *index = fixture_open();
    CLEANUP_VALUE struct value before, after;
    struct lease lease = lease_of("a", "192.0.2.1", "52:54:00:00:00:01", "web", 10);
    struct key key = key_lease("a", &lease.ip);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(store_get(index->store, &key, &before), 0);
    put(index, "a", "192.0.2.2", "52:54:00:00:00:01", "web", 20);
    ck_assert_int_eq(store_get(index->store, &key, &after), 0);
    ck_assert(bytes_equal(value_bytes(&before), value_bytes(&after)));
    fixture_commit(index, 1);
}
END_TEST

START_TEST(only_what_nobody_else_removes_is_pruned)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("plain", "192.0.2.1", "52:54:00:00:00:01", "old", 10);
    const struct network libvirt = {.libvirt = true};

    lease.expiry = 1;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    strcpy(lease.network, "virbr0");
    ck_assert_int_eq(leases_put(index, &lease), 1);
    strcpy(lease.network, "file");
    lease.owner = OWNER_FIRST_FILE;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    lease = lease_of("plain", "192.0.2.2", "52:54:00:00:00:01", "late", 10);
    lease.expiry = index->now - 1;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(index_set_network(index, "virbr0", &libvirt), 0);
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(leases_get(index, "plain", &lease.ip, &lease), 0);
    ck_assert_int_eq(ip_parse("192.0.2.1", &lease.ip), 0);
    ck_assert_int_eq(leases_get(index, "plain", &lease.ip, &lease), -ENOENT);
    ck_assert_int_eq(leases_get(index, "virbr0", &lease.ip, &lease), 0);
    ck_assert_int_eq(leases_get(index, "file", &lease.ip, &lease), -ENOENT);
    fixture_commit(index, 1);
}
END_TEST

#define WEEK 604800

/* Puts a neighbour that was seen so many seconds ago. */
static struct lease put_neighbour(struct index *index, const char *ip, const char *mac, uint64_t ago)
{
    struct lease neighbour = lease_of("a", ip, mac, "", (index->now - ago) * 1000);

    neighbour.kind = KIND_ARP;
    ck_assert_int_eq(leases_put(index, &neighbour), 1);
    return neighbour;
}

/* A neighbour goes a week after it was seen, but while its guest runs. */
START_TEST(neighbours_are_pruned)
{
    struct index *index = fixture_open();
    struct lease old, fresh, running;

    fixture_network_file("a.macs", "[{\"domain\": \"guest\", \"macs\": [\"52:54:00:00:00:03\"]}]");
    ck_assert_int_eq(guests_refresh(index, &(struct libvirt_dirs){fixture_dirs().networks, "/missing"}), 0);
    old = put_neighbour(index, "192.0.2.1", "52:54:00:00:00:01", WEEK);
    fresh = put_neighbour(index, "192.0.2.2", "52:54:00:00:00:02", WEEK - 60);
    running = put_neighbour(index, "192.0.2.3", "52:54:00:00:00:03", 2 * WEEK);
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_get(index, &old), -ENOENT);
    ck_assert_int_eq(entries_get(index, &fresh), 0);
    ck_assert_int_eq(entries_get(index, &running), 0);
    /* The next one is known: nothing is looked for before. */
    ck_assert_uint_le(index->state.prune_at, index->now + 60);
    index->now += 60;
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_get(index, &fresh), -ENOENT);
    ck_assert_int_eq(entries_get(index, &running), 0);
    fixture_network_file("a.macs", NULL);
    ck_assert_int_eq(guests_refresh(index, &(struct libvirt_dirs){fixture_dirs().networks, "/missing"}), 0);
    index->now = index->state.prune_at;
    ck_assert_int_eq(leases_prune(index), 0);
    ck_assert_int_eq(entries_get(index, &running), -ENOENT);
    fixture_commit(index, 1);
}
END_TEST

static struct lease random_lease(void)
{
    static const char *const networks[] = {"", "virbr0", "virbr1"};
    static const char *const hosts[] = {"", "web", "WEB", "db", "g0", "g1", "G2", "myhost"};
    char ip[32], mac[32];
    struct lease lease;

    snprintf(ip, sizeof(ip), rand() % 4 == 0 ? "2001:db8::%d" : "192.0.2.%d", rand() % 12);
    snprintf(mac, sizeof(mac), "52:54:00:00:00:%02x", (unsigned)rand() % 6);
    lease = lease_of(networks[rand() % 3], ip, rand() % 8 == 0 ? NULL : mac, hosts[rand() % 8],
                     (uint64_t)(rand() % 1000));
    if (lease.host[0] != '\0' && rand() % 2 == 0)
        strcpy(lease.domain, rand() % 2 == 0 ? "lab" : "example");
    if (rand() % 2 == 0)
        lease.client_id = (struct octets){1, {(uint8_t)(rand() % 3)}};
    lease.expiry = rand() % 3 == 0 ? 0 : (uint64_t)rand() % 2000;
    return lease;
}

/* A .macs file with some of the guests g0 to g2 and web.lab, each with some addresses. */
static void random_macs(const char *file)
{
    static const char *const guests[] = {"g0", "g1", "g2", "G1", "web.lab"};
    char text[2048] = "[";
    size_t count = 0;

    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
        if (rand() % 2 == 0)
            continue;
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "%s{\"domain\": \"%s\", \"macs\": [\"52:54:00:00:00:%02x\", \"52:54:00:00:00:%02x\"]}",
                 count++ > 0 ? ", " : "", guests[i], (unsigned)rand() % 6, (unsigned)rand() % 6);
    }
    strcat(text, "]");
    fixture_network_file(file, text);
}

/* Whatever happens in whatever order: no answer outlives its lease, no lease lacks its answers. */
START_TEST(random_changes_keep_the_index_whole)
{
    const struct libvirt_dirs dirs = fixture_dirs();

    srand((unsigned)_i);
    for (int round = 0; round < 60; round++) {
        struct index *index = fixture_open();

        if (rand() % 4 == 0)
            random_macs(rand() % 2 == 0 ? "virbr0.macs" : "virbr1.macs");
        if (rand() % 8 == 0)
            fixture_definition("g0.xml", "<domain/>");
        ck_assert_int_eq(guests_refresh(index, &dirs), 0);
        for (int i = 0; i < 4; i++) {
            struct lease lease = random_lease(), known;

            if (rand() % 3 > 0)
                ck_assert_int_ge(leases_put(index, &lease), 0);
            else if (leases_get(index, lease.network, &lease.ip, &known) == 0)
                ck_assert_int_eq(leases_remove(index, &known), 0);
        }
        ck_assert_int_ge(index_commit(index), 0);
        check_index(index);
        index_close(index);
        index = fixture_open_read();
        check_index(index);
        index_close(index);
    }
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("leases");

    tcase_add_checked_fixture(tests, fixture_setup, NULL);
    tcase_add_test(tests, lease_answers_under_all_its_names);
    tcase_add_test(tests, same_lease_again_is_no_change);
    tcase_add_test(tests, changed_lease_leaves_no_old_answer);
    tcase_add_test(tests, removed_lease_leaves_nothing);
    tcase_add_test(tests, last_heard_from_comes_first);
    tcase_add_test(tests, isolated_networks_may_share_addresses);
    tcase_add_test(tests, expired_is_no_answer);
    tcase_add_test(tests, other_records_stay_untouched);
    tcase_add_test(tests, only_what_nobody_else_removes_is_pruned);
    tcase_add_test(tests, neighbours_are_pruned);
    tcase_add_loop_test(tests, random_changes_keep_the_index_whole, 1, 21);
    return test_case_run(tests);
}
