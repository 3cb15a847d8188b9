/*
 * What dnsmasq's events do to the lease set.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

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
    fixture_commit(idx, 1);
    ck_assert_uint_eq(fixture_problems(), 0);
}

/* An event with an expiry far ahead. */
static struct event event_of(enum event_action action, const char *ip, const char *client, const char *name)
{
    struct event event = {.action = action, .has_expiry = true};

    ck_assert_int_eq(ip_parse(ip, &event.lease.ip), 0);
    if (event.lease.ip.len == IPV4_LEN) {
        ck_assert_int_eq(hwaddr_parse(client, &event.lease.hwaddr), 0);
    } else {
        ck_assert_int_eq(octets_parse(client, &event.lease.client_id), 0);
        event.lease.has_iaid = true;
        event.lease.iaid = 7;
    }
    event.lease.expiry = 4000000000;
    strcpy(event.name, name);
    return event;
}

static void apply(struct event event)
{
    ck_assert_int_eq(event_apply(idx, &event, fixture_dirs().networks), 0);
}

static struct lease known(const char *ip)
{
    struct lease lease;
    struct ip parsed;

    ck_assert_int_eq(ip_parse(ip, &parsed), 0);
    ck_assert_int_eq(leases_get(idx, "", &parsed, &lease), 0);
    return lease;
}

static void ck_host(const char *name, const char *expected)
{
    ck_assert_str_eq(answers(idx, KEY_HOST, name, 1), expected);
}

START_TEST(add_then_del)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");

    apply(event);
    ck_host("web", "192.0.2.1");
    ck_assert_uint_gt(known("192.0.2.1").heard, 0);
    event.action = EVENT_DEL;
    apply(event);
    ck_host("web", "");
    apply(event_of(EVENT_ADD, "192.0.2.2", MAC_B, "db"));
}
END_TEST

START_TEST(del_of_an_unknown_lease_is_nothing)
{
    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web"));
    apply(event_of(EVENT_DEL, "192.0.2.2", MAC_A, "web"));
    ck_host("web", "192.0.2.1");
}
END_TEST

START_TEST(del_with_an_older_expiry_is_ignored)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");

    apply(event);
    event.action = EVENT_DEL;
    event.lease.expiry--;
    apply(event);
    ck_host("web", "192.0.2.1");
    event.lease.expiry++;
    apply(event);
    ck_host("web", "");
}
END_TEST

/* A dnsmasq that was handed another's lease repeats it as it was then. It has no interface for it. */
START_TEST(old_from_hearsay_is_ignored)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    struct event hearsay = event_of(EVENT_OLD, "192.0.2.1", MAC_B, "");

    strcpy(event.lease.interface, "br0");
    apply(event);
    hearsay.data_missing = true;
    hearsay.lease.expiry--;
    apply(hearsay);
    ck_host("web", "192.0.2.1");
    ck_assert_uint_eq(known("192.0.2.1").expiry, event.lease.expiry);
    /* who knows the interface has the client behind it: a shorter lease, then */
    event.action = EVENT_OLD;
    event.data_missing = true;
    event.lease.expiry--;
    apply(event);
    ck_assert_uint_eq(known("192.0.2.1").expiry, event.lease.expiry);
    /* as late as what we know: nothing newer is known */
    apply(hearsay);
    ck_host("web", "");
}
END_TEST

START_TEST(del_of_an_infinite_lease)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");

    event.lease.expiry = 0;
    apply(event);
    event.action = EVENT_DEL;
    event.lease.expiry = 4000000000;
    apply(event);
    ck_host("web", "192.0.2.1");
    event.has_expiry = false;
    apply(event);
    ck_host("web", "");
    apply(event_of(EVENT_ADD, "192.0.2.2", MAC_B, "db"));
}
END_TEST

START_TEST(old_without_a_name_takes_it_away)
{
    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web"));
    apply(event_of(EVENT_OLD, "192.0.2.1", MAC_A, ""));
    ck_host("web", "");
}
END_TEST

START_TEST(takeover_of_a_name)
{
    struct event event = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "");

    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web"));
    strcpy(event.old_name, "web");
    apply(event);
    apply(event_of(EVENT_ADD, "192.0.2.2", MAC_B, "web"));
    event = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "");
    event.data_missing = true;
    apply(event);
    ck_host("web", "192.0.2.2");
    ck_assert_str_eq(known("192.0.2.1").refused, "web");
    ck_assert_int_eq(known("192.0.2.1").reason, REFUSAL_TAKEN);
}
END_TEST

START_TEST(supplied_names_are_never_answers)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");

    strcpy(event.supplied, "www");
    apply(event);
    ck_host("www", "");
    ck_assert_str_eq(known("192.0.2.1").refused, "www");
    ck_assert_int_eq(known("192.0.2.1").reason, REFUSAL_BY_DNSMASQ);
    /* a full exchange without it: the client does not ask for it any more */
    apply(event_of(EVENT_OLD, "192.0.2.1", MAC_A, ""));
    ck_assert_str_eq(known("192.0.2.1").refused, "");
}
END_TEST

/* What libvirt's file shows is the name asked for, not the one taken away: that is the one to be known for
 * refused. */
START_TEST(name_asked_for_counts_before_the_one_taken)
{
    struct event event = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "");

    strcpy(event.supplied, "wanted");
    strcpy(event.old_name, "lost");
    apply(event);
    ck_assert_str_eq(known("192.0.2.1").refused, "wanted");
    ck_assert_int_eq(known("192.0.2.1").reason, REFUSAL_BY_DNSMASQ);
    strcpy(event.supplied, "LOST");
    apply(event);
    ck_assert_int_eq(known("192.0.2.1").reason, REFUSAL_TAKEN);
}
END_TEST

START_TEST(refused_name_survives_a_repetition)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "");

    strcpy(event.supplied, "www");
    apply(event);
    event = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "");
    event.data_missing = true;
    apply(event);
    ck_assert_str_eq(known("192.0.2.1").refused, "www");
    /* but not another client's lease of the address */
    event = event_of(EVENT_OLD, "192.0.2.1", MAC_B, "");
    event.data_missing = true;
    apply(event);
    ck_assert_str_eq(known("192.0.2.1").refused, "");
}
END_TEST

static const struct {
    const char *name;
    enum refusal reason;
} bad_names[] = {
    {"localhost", REFUSAL_WELL_KNOWN}, {"WPAD", REFUSAL_WELL_KNOWN}, {"1234", REFUSAL_NUMERIC},
    {"a.b", REFUSAL_DOTTED},           {"-a", REFUSAL_SYNTAX},       {"a\nb", REFUSAL_SYNTAX},
    {"\xc3\xa4", REFUSAL_SYNTAX},
};

START_TEST(bad_name_keeps_the_lease)
{
    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, bad_names[_i].name));
    ck_assert_str_eq(known("192.0.2.1").host, "");
    ck_assert_str_eq(known("192.0.2.1").refused, bad_names[_i].name);
    ck_assert_int_eq(known("192.0.2.1").reason, bad_names[_i].reason);
    ck_host(bad_names[_i].name, "");
}
END_TEST

START_TEST(domain_counts_only_when_valid)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");

    strcpy(event.domain, "lab.example");
    apply(event);
    ck_host("web.lab.example", "192.0.2.1");
    strcpy(event.domain, "-lab");
    apply(event);
    ck_host("web.lab.example", "");
    ck_host("web", "192.0.2.1");
}
END_TEST

/* At start-up and on SIGHUP dnsmasq repeats all leases, the newest first: nobody was heard from. */
START_TEST(repetition_does_not_turn_the_order_round)
{
    struct event stale = event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web");
    struct event fresh = event_of(EVENT_ADD, "192.0.2.2", MAC_A, "web");

    apply(stale);
    apply(fresh);
    ck_host("web", "192.0.2.2 192.0.2.1");
    stale.action = fresh.action = EVENT_OLD;
    stale.data_missing = fresh.data_missing = true;
    apply(fresh);
    apply(stale);
    ck_host("web", "192.0.2.2 192.0.2.1");
    /* a renewal carries DATA_MISSING, too, but another expiry */
    stale.lease.expiry++;
    apply(stale);
    ck_host("web", "192.0.2.1 192.0.2.2");
    /* and so does a full exchange, without it */
    fresh.data_missing = false;
    apply(fresh);
    ck_host("web", "192.0.2.2 192.0.2.1");
}
END_TEST

/* Its first word of leases that we do not know: their expiry tells which was heard from last. */
START_TEST(repetition_of_unknown_leases_is_ordered_by_expiry)
{
    struct event fresh = event_of(EVENT_OLD, "192.0.2.2", MAC_A, "web");
    struct event stale = event_of(EVENT_OLD, "192.0.2.1", MAC_A, "web");

    stale.lease.expiry -= 100;
    stale.data_missing = fresh.data_missing = true;
    apply(fresh);
    apply(stale);
    ck_host("web", "192.0.2.2 192.0.2.1");
    ck_assert_uint_eq(known("192.0.2.1").heard, 0);
}
END_TEST

START_TEST(hardware_address_of_an_ipv6_lease_survives_a_restart)
{
    struct event event = event_of(EVENT_ADD, "2001:db8::1", DUID, "web");

    ck_assert_int_eq(hwaddr_parse(MAC_A, &event.lease.hwaddr), 0);
    apply(event);
    event = event_of(EVENT_OLD, "2001:db8::1", DUID, "web");
    event.data_missing = true;
    apply(event);
    ck_assert(known("2001:db8::1").hwaddr.known);
    /* another association of the same client is another lease */
    event.lease.iaid++;
    apply(event);
    ck_assert(!known("2001:db8::1").hwaddr.known);
}
END_TEST

START_TEST(first_seen_stays_with_the_client)
{
    uint64_t seen;

    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web"));
    seen = known("192.0.2.1").seen;
    apply(event_of(EVENT_OLD, "192.0.2.1", MAC_A, "web"));
    ck_assert_uint_eq(known("192.0.2.1").seen, seen);
    ck_assert_uint_gt(known("192.0.2.1").heard, seen);
    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_B, "web"));
    ck_assert_uint_gt(known("192.0.2.1").seen, seen);
}
END_TEST

START_TEST(server_duid_is_kept_for_init)
{
    struct event event = event_of(EVENT_ADD, "2001:db8::1", DUID, "web");
    struct network network;

    ck_assert_int_eq(octets_parse("00:03:00:01", &event.server_duid), 0);
    apply(event);
    event.server_duid.len = 0;
    apply(event);
    ck_assert_int_eq(index_network(idx, "", &network), 0);
    ck_assert_uint_eq(network.server_duid.len, 4);
}
END_TEST

/* A clock that jumps back must not put a newer event behind an older one. */
START_TEST(stamps_only_grow)
{
    uint64_t ahead = ((uint64_t)time(NULL) + 315360000) * 1000;

    idx->state.clock = ahead;
    apply(event_of(EVENT_ADD, "192.0.2.1", MAC_A, "web"));
    apply(event_of(EVENT_ADD, "192.0.2.2", MAC_B, "web"));
    ck_assert_uint_gt(known("192.0.2.1").heard, ahead);
    ck_host("web", "192.0.2.2 192.0.2.1");
}
END_TEST

int main(void)
{
    TCase *tests = test_case("events");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, add_then_del);
    tcase_add_test(tests, del_of_an_unknown_lease_is_nothing);
    tcase_add_test(tests, del_with_an_older_expiry_is_ignored);
    tcase_add_test(tests, old_from_hearsay_is_ignored);
    tcase_add_test(tests, del_of_an_infinite_lease);
    tcase_add_test(tests, old_without_a_name_takes_it_away);
    tcase_add_test(tests, takeover_of_a_name);
    tcase_add_test(tests, supplied_names_are_never_answers);
    tcase_add_test(tests, name_asked_for_counts_before_the_one_taken);
    tcase_add_test(tests, refused_name_survives_a_repetition);
    tcase_add_loop_test(tests, bad_name_keeps_the_lease, 0, sizeof(bad_names) / sizeof(bad_names[0]));
    tcase_add_test(tests, domain_counts_only_when_valid);
    tcase_add_test(tests, repetition_does_not_turn_the_order_round);
    tcase_add_test(tests, repetition_of_unknown_leases_is_ordered_by_expiry);
    tcase_add_test(tests, hardware_address_of_an_ipv6_lease_survives_a_restart);
    tcase_add_test(tests, first_seen_stays_with_the_client);
    tcase_add_test(tests, server_duid_is_kept_for_init);
    tcase_add_test(tests, stamps_only_grow);
    return test_case_run(tests);
}
