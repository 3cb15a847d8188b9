/* The hook's border: what dnsmasq says in arguments and environment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hook/arguments.h"
#include "read_event.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define OCTETS_15 "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"
#define OCTETS_16 OCTETS_15 ":0f"

/* A well-formed event: only the environment says more. */
static struct event event_v4(void)
{
    struct event event;

    ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", NULL, &event), 0);
    reports_expect_none(&event_reports);
    return event;
}

static struct event event_v6(void)
{
    struct event event;

    setenv("DNSMASQ_IAID", "7", 0);
    ck_assert_int_eq(read_event(EVENT_ADD, DUID, "fd00::7", NULL, &event), 0);
    reports_expect_none(&event_reports);
    return event;
}

START_TEST(plain)
{
    struct event event;
    static const struct event nothing = {.action = EVENT_DEL};

    ck_assert_int_eq(read_event(EVENT_DEL, MAC, "192.0.2.7", NULL, &event), 0);
    reports_expect_none(&event_reports);
    ck_assert_int_eq((int)event.action, EVENT_DEL);
    ck_assert_uint_eq(event.lease.ip.len, IPV4_LEN);
    ck_assert_mem_eq(event.lease.ip.octets, ((const uint8_t[]){192, 0, 2, 7}), 4);
    ck_assert(event.lease.hwaddr.known && event.lease.hwaddr.len == 6);
    /* All else is empty. */
    event.lease.ip = nothing.lease.ip;
    event.lease.hwaddr = nothing.lease.hwaddr;
    ck_assert_mem_eq(&event, &nothing, sizeof(event));
}
END_TEST

START_TEST(everything)
{
    struct event event;
    char text[OCTETS_TEXT_MAX + 1];

    setenv("DNSMASQ_LEASE_EXPIRES", "4102444800", 1);
    setenv("DNSMASQ_TIME_REMAINING", "3600", 1);
    setenv("DNSMASQ_CLIENT_ID", "01:52:54:00:12:34:56", 1);
    setenv("DNSMASQ_INTERFACE", "virbr0", 1);
    setenv("DNSMASQ_DOMAIN", "lab.example", 1);
    setenv("DNSMASQ_SUPPLIED_HOSTNAME", "sent\xff\n", 1);
    setenv("DNSMASQ_OLD_HOSTNAME", "before", 1);
    setenv("DNSMASQ_DATA_MISSING", "1", 1);
    setenv("VIR_BRIDGE_NAME", "virbr0", 1);
    ck_assert_int_eq(read_event(EVENT_OLD, MAC, "192.0.2.7", "Web", &event), 0);
    reports_expect_none(&event_reports);
    ck_assert_int_eq((int)event.action, EVENT_OLD);
    ck_assert(event.libvirt && event.data_missing && event.has_expiry);
    ck_assert_uint_eq(event.lease.expiry, 4102444800);
    ck_assert_str_eq(octets_format(&event.lease.client_id, text), "01:52:54:00:12:34:56");
    ck_assert_str_eq(event.lease.interface, "virbr0");
    ck_assert_str_eq(event.lease.network, "virbr0");
    ck_assert_str_eq(event.name, "Web");
    ck_assert_str_eq(event.domain, "lab.example");
    ck_assert_str_eq(event.supplied, "sent\xff\n");
    ck_assert_str_eq(event.old_name, "before");
    /* Names are the event's, not yet the lease's. */
    ck_assert_str_eq(event.lease.host, "");
    ck_assert_str_eq(event.lease.refused, "");
}
END_TEST

static const struct {
    const char *text;
    uint8_t type;
    uint8_t len;
} macs[] = {
    {MAC, 1, 6},        {"52:54:00:AB:CD:EF", 1, 6}, {"20-", 0x20, 0},
    {"06-aa:bb", 6, 2}, {OCTETS_16, 1, 16},          {"20-" OCTETS_16, 0x20, 16},
};

START_TEST(mac)
{
    struct event event;

    ck_assert_int_eq(read_event(EVENT_ADD, macs[_i].text, "192.0.2.7", NULL, &event), 0);
    ck_assert(event.lease.hwaddr.known);
    ck_assert_uint_eq(event.lease.hwaddr.type, macs[_i].type);
    ck_assert_uint_eq(event.lease.hwaddr.len, macs[_i].len);
}
END_TEST

static const struct {
    const char *iaid;
    const char *mac;
    bool temporary;
    uint32_t number;
} ipv6[] = {{"7", NULL, false, 7},
            {"T7", MAC, true, 7},
            {"4294967295", "", false, UINT32_MAX},
            {"0", "06-aa", false, 0}};

START_TEST(ipv6_client)
{
    struct event event;
    char text[OCTETS_TEXT_MAX + 1], mac_text[HWADDR_TEXT_SIZE];
    const char *expected = ipv6[_i].mac != NULL ? ipv6[_i].mac : "";

    setenv("DNSMASQ_IAID", ipv6[_i].iaid, 1);
    setenv("DNSMASQ_SERVER_DUID", "00:01:ff", 1);
    if (ipv6[_i].mac != NULL)
        setenv("DNSMASQ_MAC", ipv6[_i].mac, 1);
    event = event_v6();
    ck_assert_uint_eq(event.lease.ip.len, IPV6_LEN);
    ck_assert_str_eq(octets_format(&event.lease.client_id, text), DUID);
    ck_assert(event.lease.has_iaid);
    ck_assert(event.lease.temporary == ipv6[_i].temporary);
    ck_assert_uint_eq(event.lease.iaid, ipv6[_i].number);
    ck_assert(event.lease.hwaddr.known == (expected[0] != '\0'));
    ck_assert_str_eq(hwaddr_format(&event.lease.hwaddr, mac_text), expected);
    ck_assert_str_eq(octets_format(&event.server_duid, text), "00:01:ff");
}
END_TEST

static const struct {
    const char *bridge;
    const char *network;
    const char *expected;
    bool libvirt;
} networks[] = {
    {NULL, NULL, "", false},           {"", "", "", false},
    {NULL, "lab", "lab", false},       {"", "lab", "lab", false},
    {"virbr0", NULL, "virbr0", true},  {"virbr0", "lab", "virbr0", true},
    {"virbr0", "a/b", "virbr0", true},
};

START_TEST(network)
{
    struct event event;

    if (networks[_i].bridge != NULL)
        setenv("VIR_BRIDGE_NAME", networks[_i].bridge, 1);
    if (networks[_i].network != NULL)
        setenv("LVINDEX_NETWORK", networks[_i].network, 1);
    event = event_v4();
    ck_assert_str_eq(event.lease.network, networks[_i].expected);
    ck_assert(event.libvirt == networks[_i].libvirt);
}
END_TEST

static const struct {
    const char *expires;
    const char *length;
    bool has;
    uint64_t expiry; /* UINT64_MAX: from now on, `from_now` */
    uint64_t from_now;
} expiries[] = {
    {"1700000000", NULL, true, 1700000000, 0},
    {"1700000000 ", NULL, true, 1700000000, 0},
    {"0", NULL, true, 0, 0},
    {"0 ", NULL, true, 0, 0},
    {"1099511627775", NULL, true, SECONDS_MAX, 0},
    {NULL, "3600", true, UINT64_MAX, 3600},
    {NULL, "3600 ", true, UINT64_MAX, 3600},
    {NULL, "0", true, UINT64_MAX, 0},
    {NULL, "4294967294", true, UINT64_MAX, UINT32_MAX - 1},
    {NULL, "4294967295", true, 0, 0},
    {"1700000000", "3600", true, 1700000000, 0},
    {"0", "3600", true, 0, 0},
    {" 1700000000", NULL, true, 1700000000, 0},
    {"\t1700000000 \n", NULL, true, 1700000000, 0},
    {NULL, " 3600\n", true, UINT64_MAX, 3600},
    {NULL, NULL, false, 0, 0},
    {NULL, "", false, 0, 0},
};

START_TEST(expiry)
{
    uint64_t before = (uint64_t)time(NULL), after;
    struct event event;

    if (expiries[_i].expires != NULL)
        setenv("DNSMASQ_LEASE_EXPIRES", expiries[_i].expires, 1);
    if (expiries[_i].length != NULL)
        setenv("DNSMASQ_LEASE_LENGTH", expiries[_i].length, 1);
    event = event_v4();
    after = (uint64_t)time(NULL);
    ck_assert(event.has_expiry == expiries[_i].has);
    if (expiries[_i].expiry != UINT64_MAX) {
        ck_assert_uint_eq(event.lease.expiry, expiries[_i].expiry);
        return;
    }
    ck_assert_uint_ge(event.lease.expiry, before + expiries[_i].from_now);
    ck_assert_uint_le(event.lease.expiry, after + expiries[_i].from_now);
}
END_TEST

/* The longest that each may be. */
START_TEST(longest)
{
    char name[RAW_NAME_MAX + 1], octets[OCTETS_TEXT_MAX + 1];
    struct event event;

    memset(name, 'n', RAW_NAME_MAX);
    name[RAW_NAME_MAX] = '\0';
    for (size_t i = 0; i < OCTETS_TEXT_MAX; i++)
        octets[i] = i % 3 == 2 ? ':' : 'f';
    octets[OCTETS_TEXT_MAX] = '\0';
    setenv("DNSMASQ_CLIENT_ID", octets, 1);
    setenv("DNSMASQ_SERVER_DUID", octets, 1);
    setenv("DNSMASQ_INTERFACE", "0123456789abcde", 1);
    setenv("DNSMASQ_DOMAIN", name, 1);
    setenv("DNSMASQ_SUPPLIED_HOSTNAME", name, 1);
    setenv("DNSMASQ_OLD_HOSTNAME", name, 1);
    ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", name, &event), 0);
    reports_expect_none(&event_reports);
    ck_assert_uint_eq(event.lease.client_id.len, OCTETS_MAX);
    ck_assert_uint_eq(event.server_duid.len, OCTETS_MAX);
    ck_assert_str_eq(event.lease.interface, "0123456789abcde");
    ck_assert_str_eq(event.name, name);
    ck_assert_str_eq(event.domain, name);
    ck_assert_str_eq(event.supplied, name);
    ck_assert_str_eq(event.old_name, name);
}
END_TEST

/* A name that may not be an answer is no error: it is kept, and weighed later. */
START_TEST(any_name)
{
    static const char *const names[] = {"", "localhost", "a b", "web\n", "\xff\xfe", "1234", "a.b", "*"};
    struct event event;

    for (int i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", names[i], &event), 0);
        reports_expect_none(&event_reports);
        ck_assert_str_eq(event.name, names[i]);
    }
}
END_TEST

/* A lease ends whatever else is told of it: at its start dnsmasq knows little. */
START_TEST(ends)
{
    struct event event;

    ck_assert_int_eq(read_event(EVENT_DEL, DUID, "fd00::7", NULL, &event), 0);
    ck_assert(!event.lease.has_iaid && !event.has_expiry);
    setenv("DNSMASQ_IAID", "x", 1);
    ck_assert_int_eq(read_event(EVENT_DEL, DUID, "fd00::7", NULL, &event), -EINVAL);
    reports_expect_one(&event_reports, "DNSMASQ_IAID \"x\"");
    setenv("DNSMASQ_LEASE_EXPIRES", "5", 1);
    ck_assert_int_eq(read_event(EVENT_DEL, MAC, "192.0.2.7", NULL, &event), 0);
    ck_assert(event.has_expiry && event.lease.expiry == 5);
    setenv("DNSMASQ_LEASE_EXPIRES", "junk", 1);
    ck_assert_int_eq(read_event(EVENT_DEL, MAC, "192.0.2.7", NULL, &event), -EINVAL);
    /* libvirt's leases go by their address alone. */
    setenv("VIR_BRIDGE_NAME", "virbr0", 1);
    ck_assert_int_eq(read_event(EVENT_DEL, MAC, "192.0.2.7", NULL, &event), 0);
    ck_assert(!event.has_expiry);
}
END_TEST

static const struct {
    const char *name;
    const char *supplied;
    const char *old;
    const char *mirrored;
} mirrors[] = {
    {NULL, NULL, NULL, NULL},   {"web", "sent", "old", "web"}, {NULL, "sent", "old", "sent"},
    {NULL, NULL, "old", "old"}, {"", "sent", "old", ""},       {NULL, "", "old", ""},
};

/* What libvirt's file shows as the name is not what may be an answer. */
START_TEST(mirrored_name)
{
    struct event event;

    if (mirrors[_i].supplied != NULL)
        setenv("DNSMASQ_SUPPLIED_HOSTNAME", mirrors[_i].supplied, 1);
    if (mirrors[_i].old != NULL)
        setenv("DNSMASQ_OLD_HOSTNAME", mirrors[_i].old, 1);
    ck_assert_int_eq(read_event(EVENT_OLD, MAC, "192.0.2.7", mirrors[_i].name, &event), 0);
    ck_assert_pstr_eq(event.mirrored, mirrors[_i].mirrored);
    ck_assert_str_eq(event.name, mirrors[_i].name != NULL ? mirrors[_i].name : "");
}
END_TEST

/* An IPv4 lease has no IAID and no DNSMASQ_MAC, whatever the environment says. */
START_TEST(other_familys_variables)
{
    struct event event;

    setenv("DNSMASQ_IAID", "junk", 1);
    setenv("DNSMASQ_MAC", "junk", 1);
    event = event_v4();
    ck_assert(!event.lease.has_iaid);
    clear_environment();
    setenv("DNSMASQ_CLIENT_ID", "junk", 1);
    event = event_v6();
    ck_assert(!event.lease.hwaddr.known);
}
END_TEST

START_TEST(network_alone)
{
    bool libvirt = true;

    reports_start(&event_reports);
    ck_assert_str_eq(arguments_network(&event_reports.sink, &libvirt), "");
    ck_assert(!libvirt);
    setenv("VIR_BRIDGE_NAME", "virbr0", 1);
    ck_assert_str_eq(arguments_network(&event_reports.sink, &libvirt), "virbr0");
    ck_assert(libvirt);
    reports_expect_none(&event_reports);
    setenv("VIR_BRIDGE_NAME", "a b", 1);
    ck_assert_ptr_null(arguments_network(&event_reports.sink, &libvirt));
    reports_expect_one(&event_reports, "VIR_BRIDGE_NAME \"a b\": not a valid network name");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("hook_arguments");

    tcase_add_checked_fixture(tcase, clear_environment, NULL);
    tcase_add_test(tcase, plain);
    tcase_add_test(tcase, everything);
    tcase_add_loop_test(tcase, mac, 0, COUNT(macs));
    tcase_add_loop_test(tcase, ipv6_client, 0, COUNT(ipv6));
    tcase_add_loop_test(tcase, network, 0, COUNT(networks));
    tcase_add_loop_test(tcase, expiry, 0, COUNT(expiries));
    tcase_add_test(tcase, longest);
    tcase_add_test(tcase, any_name);
    tcase_add_test(tcase, ends);
    tcase_add_loop_test(tcase, mirrored_name, 0, COUNT(mirrors));
    tcase_add_test(tcase, other_familys_variables);
    tcase_add_test(tcase, network_alone);
    return test_case_run(tcase);
}
