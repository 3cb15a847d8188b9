/* The hook's border: what dnsmasq says in arguments and environment, and what is no such thing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hook/arguments.h"
#include "reports.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define MAC  "52:54:00:12:34:56"
#define DUID "00:01:00:01:2c:5a:9b:10:52:54:00:12:34:56"

#define OCTETS_15 "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"
#define OCTETS_16 OCTETS_15 ":0f"

static struct reports reports;

/* Copies: arguments_read() takes what main() has. */
static int read_event(enum event_action action, const char *client, const char *ip, const char *name,
                      struct event *event)
{
    char *argv[4] = {strdup(client), strdup(ip), name != NULL ? strdup(name) : NULL, NULL};
    int rc;

    reports_start(&reports);
    rc = arguments_read(action, argv, &reports.sink, event);
    for (int i = 0; i < 3; i++)
        free(argv[i]);
    return rc;
}

/* A well-formed event: only the environment says more. */
static struct event event_v4(void)
{
    struct event event;

    ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", NULL, &event), 0);
    reports_expect_none(&reports);
    return event;
}

static struct event event_v6(void)
{
    struct event event;

    setenv("DNSMASQ_IAID", "7", 0);
    ck_assert_int_eq(read_event(EVENT_ADD, DUID, "fd00::7", NULL, &event), 0);
    reports_expect_none(&reports);
    return event;
}

/* An environment with nothing of dnsmasq's or ours in it. */
static void clear(void)
{
    clearenv();
    /* What a shell sets is no business of ours: the client's name least of all. */
    setenv("HOSTNAME", "wrong", 1);
    setenv("DOMAIN", "wrong", 1);
}

START_TEST(plain)
{
    struct event event;
    const struct event nothing = {.action = EVENT_DEL};

    ck_assert_int_eq(read_event(EVENT_DEL, MAC, "192.0.2.7", NULL, &event), 0);
    reports_expect_none(&reports);
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
    reports_expect_none(&reports);
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
    {NULL, NULL, false, 0, 0},
    {"", "", false, 0, 0},
    {"", "3600", true, UINT64_MAX, 3600},
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

static const struct {
    const char *client;
    const char *ip;
    const char *name; /* a variable of the environment; NULL: none */
    const char *value;
    const char *what; /* what the report names */
    const char *why;
} refused[] = {
    {MAC, "192.0.2", NULL, "", "IP \"192.0.2\"", "not an address"},
    {MAC, "", NULL, "", "IP \"\"", "not an address"},
    {MAC, "192.0.2.7 ", NULL, "", "IP ", "not an address"},
    {MAC, "fd00::1%lo", NULL, "", "IP ", "not an address"},
    {MAC, "web", NULL, "", "IP ", "not an address"},
    {"", "192.0.2.7", NULL, "", "MAC \"\"", "not a hardware address"},
    {"aa:bb:", "192.0.2.7", NULL, "", "MAC ", "not a hardware address"},
    {"aa:bb:cc:dd:ee:fg", "192.0.2.7", NULL, "", "MAC ", "not a hardware address"},
    {OCTETS_16 ":10", "192.0.2.7", NULL, "", "MAC ", "too long"},
    {"20-" OCTETS_16 ":10", "192.0.2.7", NULL, "", "MAC ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_CLIENT_ID", "xx", "DNSMASQ_CLIENT_ID \"xx\"", "not octets"},
    {MAC, "192.0.2.7", "DNSMASQ_CLIENT_ID", "01:", "DNSMASQ_CLIENT_ID ", "not octets"},
    {MAC, "192.0.2.7", "DNSMASQ_CLIENT_ID", "@768", "DNSMASQ_CLIENT_ID ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "soon", "DNSMASQ_LEASE_EXPIRES \"soon\"",
     "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "-1", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", " 1", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", " ", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "1 2", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "1\n", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "1099511627776", "DNSMASQ_LEASE_EXPIRES ",
     "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_LENGTH", "4294967296", "DNSMASQ_LEASE_LENGTH ",
     "not a length in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_LENGTH", "1h", "DNSMASQ_LEASE_LENGTH ", "not a length in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_INTERFACE", "0123456789abcdef", "DNSMASQ_INTERFACE ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_DOMAIN", "@256", "DNSMASQ_DOMAIN ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_SUPPLIED_HOSTNAME", "@256", "DNSMASQ_SUPPLIED_HOSTNAME ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_OLD_HOSTNAME", "@256", "DNSMASQ_OLD_HOSTNAME ", "too long"},
    {MAC, "192.0.2.7", "DNSMASQ_SERVER_DUID", "0001", "DNSMASQ_SERVER_DUID ", "not octets"},
    {MAC, "192.0.2.7", "DNSMASQ_SERVER_DUID", "@768", "DNSMASQ_SERVER_DUID ", "too long"},
    {MAC, "192.0.2.7", "VIR_BRIDGE_NAME", "a/b", "VIR_BRIDGE_NAME \"a/b\"", "not a valid network name"},
    {MAC, "192.0.2.7", "VIR_BRIDGE_NAME", "@64", "VIR_BRIDGE_NAME ", "not a valid network name"},
    {MAC, "192.0.2.7", "LVINDEX_NETWORK", ".x", "LVINDEX_NETWORK \".x\"", "not a valid network name"},
    {MAC, "192.0.2.7", "LVINDEX_NETWORK", "a=b", "LVINDEX_NETWORK ", "not a valid network name"},
    {MAC, "192.0.2.7", "LVINDEX_NETWORK", "../x", "LVINDEX_NETWORK ", "not a valid network name"},
    {DUID, "fd00::7", NULL, "", "DNSMASQ_IAID \"\"", "not an IAID"},
    {DUID, "fd00::7", "DNSMASQ_IAID", "", "DNSMASQ_IAID ", "not an IAID"},
    {DUID, "fd00::7", "DNSMASQ_IAID", "T", "DNSMASQ_IAID ", "not an IAID"},
    {DUID, "fd00::7", "DNSMASQ_IAID", "4294967296", "DNSMASQ_IAID ", "not an IAID"},
    {DUID, "fd00::7", "DNSMASQ_MAC", "x", "DNSMASQ_MAC \"x\"", "not a hardware address"},
    {DUID, "fd00::7", "DNSMASQ_MAC", OCTETS_16 ":10", "DNSMASQ_MAC ", "too long"},
    {"", "fd00::7", "DNSMASQ_IAID", "7", "DUID \"\"", "not octets"},
    {"20-", "fd00::7", "DNSMASQ_IAID", "7", "DUID ", "not octets"},
    {"@768", "fd00::7", "DNSMASQ_IAID", "7", "DUID ", "too long"},
    {"@768", "192.0.2.7", NULL, "", "MAC ", "too long"},
};

/* "@768" stands for a text of that length, which octets can be. */
static const char *expand(const char *text, char *to, size_t size)
{
    if (text[0] != '@')
        return text;
    memset(to, 'a', size);
    for (size_t i = 2; i < size; i += 3)
        to[i] = ':';
    to[atoi(text + 1)] = '\0';
    if (to[atoi(text + 1) - 1] == ':')
        to[atoi(text + 1) - 1] = '\0';
    return to;
}

START_TEST(malformed)
{
    char client[1200], value[1200], problem[200];
    struct event event;

    if (strncmp(refused[_i].ip, "fd00", 4) == 0 && refused[_i].name != NULL)
        setenv("DNSMASQ_IAID", "7", 1);
    if (refused[_i].name != NULL)
        setenv(refused[_i].name, expand(refused[_i].value, value, sizeof(value)), 1);
    ck_assert_int_eq(read_event(EVENT_ADD, expand(refused[_i].client, client, sizeof(client)), refused[_i].ip,
                                "web", &event),
                     -EINVAL);
    snprintf(problem, sizeof(problem), "%s", refused[_i].what);
    ck_assert_msg(strncmp(reports.text, problem, strlen(problem)) == 0, "%s", reports.text);
    reports_expect_one(&reports, refused[_i].why);
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
    reports_expect_none(&reports);
    ck_assert_uint_eq(event.lease.client_id.len, OCTETS_MAX);
    ck_assert_uint_eq(event.server_duid.len, OCTETS_MAX);
    ck_assert_str_eq(event.lease.interface, "0123456789abcde");
    ck_assert_str_eq(event.name, name);
    ck_assert_str_eq(event.domain, name);
    ck_assert_str_eq(event.supplied, name);
    ck_assert_str_eq(event.old_name, name);
}
END_TEST

START_TEST(name_too_long)
{
    char name[RAW_NAME_MAX + 2];
    struct event event;

    memset(name, 'n', RAW_NAME_MAX + 1);
    name[RAW_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", name, &event), -EINVAL);
    ck_assert_int_eq(strncmp(reports.text, "HOSTNAME ", 9), 0);
    reports_expect_one(&reports, "too long");
}
END_TEST

/* A name that may not be an answer is no error: it is kept, and weighed later. */
START_TEST(any_name)
{
    static const char *const names[] = {"", "localhost", "a b", "web\n", "\xff\xfe", "1234", "a.b", "*"};
    struct event event;

    for (int i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", names[i], &event), 0);
        reports_expect_none(&reports);
        ck_assert_str_eq(event.name, names[i]);
    }
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
    clear();
    setenv("DNSMASQ_CLIENT_ID", "junk", 1);
    event = event_v6();
    ck_assert(!event.lease.hwaddr.known);
}
END_TEST

START_TEST(network_alone)
{
    bool libvirt = true;

    reports_start(&reports);
    ck_assert_str_eq(arguments_network(&reports.sink, &libvirt), "");
    ck_assert(!libvirt);
    setenv("VIR_BRIDGE_NAME", "virbr0", 1);
    ck_assert_str_eq(arguments_network(&reports.sink, &libvirt), "virbr0");
    ck_assert(libvirt);
    reports_expect_none(&reports);
    setenv("VIR_BRIDGE_NAME", "a b", 1);
    ck_assert_ptr_null(arguments_network(&reports.sink, &libvirt));
    reports_expect_one(&reports, "VIR_BRIDGE_NAME \"a b\": not a valid network name");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("hook_arguments");

    tcase_add_checked_fixture(tcase, clear, NULL);
    tcase_add_test(tcase, plain);
    tcase_add_test(tcase, everything);
    tcase_add_loop_test(tcase, mac, 0, COUNT(macs));
    tcase_add_loop_test(tcase, ipv6_client, 0, COUNT(ipv6));
    tcase_add_loop_test(tcase, network, 0, COUNT(networks));
    tcase_add_loop_test(tcase, expiry, 0, COUNT(expiries));
    tcase_add_loop_test(tcase, malformed, 0, COUNT(refused));
    tcase_add_test(tcase, longest);
    tcase_add_test(tcase, name_too_long);
    tcase_add_test(tcase, any_name);
    tcase_add_test(tcase, other_familys_variables);
    tcase_add_test(tcase, network_alone);
    return test_case_run(tcase);
}
