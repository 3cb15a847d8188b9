/* The hook's border: what is malformed or too long is refused, with one report that names it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read_event.h"
#include "test_case.h"

#define OCTETS_15 "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"
#define OCTETS_16 OCTETS_15 ":0f"

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
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "", "DNSMASQ_LEASE_EXPIRES \"\"", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", " ", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "1 2", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "1\v", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
    {MAC, "192.0.2.7", "DNSMASQ_LEASE_EXPIRES", "@600", "DNSMASQ_LEASE_EXPIRES ", "not a time in seconds"},
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
    ck_assert_msg(strncmp(event_reports.text, problem, strlen(problem)) == 0, "%s", event_reports.text);
    reports_expect_one(&event_reports, refused[_i].why);
}
END_TEST

START_TEST(name_too_long)
{
    char name[RAW_NAME_MAX + 2];
    struct event event;

    memset(name, 'n', RAW_NAME_MAX + 1);
    name[RAW_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(read_event(EVENT_ADD, MAC, "192.0.2.7", name, &event), -EINVAL);
    ck_assert_int_eq(strncmp(event_reports.text, "HOSTNAME ", 9), 0);
    reports_expect_one(&event_reports, "too long");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("hook_refused");

    tcase_add_checked_fixture(tcase, clear_environment, NULL);
    tcase_add_loop_test(tcase, malformed, 0, (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tcase, name_too_long);
    return test_case_run(tcase);
}
