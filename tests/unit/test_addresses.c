/* Addresses: texts as dnsmasq writes them, there and back; order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/address.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define OCTETS_16 "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f"

static const struct {
    const char *text;
    int rc;
    uint8_t type;
    uint8_t len;
    const char *printed; /* NULL: as it was */
} hwaddrs[] = {
    {"52:54:00:12:34:56", 0, 1, 6, NULL},
    {"52:54:00:AB:cD:Ef", 0, 1, 6, "52:54:00:ab:cd:ef"},
    {"01-52:54:00:12:34:56", 0, 1, 6, "52:54:00:12:34:56"},
    {"06-aa:bb", 0, 6, 2, NULL},
    {"06-AA:BB", 0, 6, 2, "06-aa:bb"},
    {"20-", 0, 0x20, 0, NULL},
    {"fF-", 0, 0xff, 0, "ff-"},
    {"01-", 0, 1, 0, NULL},
    {"00-", 0, 0, 0, NULL},
    {"aa", 0, 1, 1, NULL},
    {OCTETS_16, 0, 1, 16, NULL},
    {"20-" OCTETS_16, 0, 0x20, 16, NULL},
    {OCTETS_16 ":10", -E2BIG, 0, 0, NULL},
    {"20-" OCTETS_16 ":10", -E2BIG, 0, 0, NULL},
    {"", -EINVAL, 0, 0, NULL},
    {"a", -EINVAL, 0, 0, NULL},
    {"aa:", -EINVAL, 0, 0, NULL},
    {"aa:bb:", -EINVAL, 0, 0, NULL},
    {"aa:b", -EINVAL, 0, 0, NULL},
    {":aa", -EINVAL, 0, 0, NULL},
    {"aa::bb", -EINVAL, 0, 0, NULL},
    {"aabb", -EINVAL, 0, 0, NULL},
    {"aa:bbb", -EINVAL, 0, 0, NULL},
    {"aa-bb-cc", -EINVAL, 0, 0, NULL},
    {"aa-:bb", -EINVAL, 0, 0, NULL},
    {"06-aa-bb", -EINVAL, 0, 0, NULL},
    {"6-aa", -EINVAL, 0, 0, NULL},
    {"-aa", -EINVAL, 0, 0, NULL},
    {"-", -EINVAL, 0, 0, NULL},
    {"0g:aa", -EINVAL, 0, 0, NULL},
    {"g0:aa", -EINVAL, 0, 0, NULL},
    {" aa", -EINVAL, 0, 0, NULL},
    {"aa ", -EINVAL, 0, 0, NULL},
    {"aa:bb ", -EINVAL, 0, 0, NULL},
    {"aa\n", -EINVAL, 0, 0, NULL},
    {"0x:aa", -EINVAL, 0, 0, NULL},
    {"\xaa:bb", -EINVAL, 0, 0, NULL},
    {"*", -EINVAL, 0, 0, NULL},
};

START_TEST(hwaddr_text)
{
    const char *text = hwaddrs[_i].text;
    struct hwaddr untouched, parsed, again;
    char printed[HWADDR_TEXT_SIZE];

    memset(&untouched, 0x5a, sizeof(untouched));
    parsed = untouched;
    ck_assert_msg(hwaddr_parse(text, &parsed) == hwaddrs[_i].rc, "\"%s\"", text);
    if (hwaddrs[_i].rc < 0) {
        ck_assert_mem_eq(&parsed, &untouched, sizeof(parsed));
        return;
    }
    ck_assert(parsed.known);
    ck_assert_uint_eq(parsed.type, hwaddrs[_i].type);
    ck_assert_uint_eq(parsed.len, hwaddrs[_i].len);
    ck_assert_ptr_eq(hwaddr_format(&parsed, printed), printed);
    ck_assert_str_eq(printed, hwaddrs[_i].printed != NULL ? hwaddrs[_i].printed : text);
    ck_assert_int_eq(hwaddr_parse(printed, &again), 0);
    ck_assert(hwaddr_equal(&parsed, &again));
}
END_TEST

START_TEST(hwaddr_octets)
{
    struct hwaddr parsed;

    ck_assert_int_eq(hwaddr_parse("52:54:00:aB:C0:ff", &parsed), 0);
    ck_assert_mem_eq(parsed.octets, ((const uint8_t[]){0x52, 0x54, 0, 0xab, 0xc0, 0xff}), 6);
}
END_TEST

/* Every type and every length of them fits its text. */
START_TEST(hwaddr_any)
{
    for (int type = 0; type < 256; type++) {
        for (uint8_t len = 0; len <= HWADDR_MAX; len++) {
            struct hwaddr hwaddr = {.known = true, .type = (uint8_t)type, .len = len}, parsed;
            char printed[HWADDR_TEXT_SIZE];

            for (uint8_t i = 0; i < len; i++)
                hwaddr.octets[i] = (uint8_t)(type + 37 * i);
            ck_assert_int_eq(hwaddr_parse(hwaddr_format(&hwaddr, printed), &parsed), 0);
            ck_assert_msg(hwaddr_equal(&hwaddr, &parsed), "%s", printed);
        }
    }
}
END_TEST

START_TEST(hwaddr_unknown)
{
    struct hwaddr unknown = {.known = false}, empty = {.known = true};
    char printed[HWADDR_TEXT_SIZE] = "x";

    ck_assert_str_eq(hwaddr_format(&unknown, printed), "");
    ck_assert(hwaddr_equal(&unknown, &unknown));
    ck_assert(!hwaddr_equal(&unknown, &empty));
}
END_TEST

START_TEST(hwaddr_differs)
{
    struct hwaddr a, b;
    static const char *const others[] = {"06-aa:bb:cc", "aa:bb:cd", "aa:bb", "aa:bb:cc:00", "ab:bb:cc"};

    ck_assert_int_eq(hwaddr_parse("aa:bb:cc", &a), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ck_assert_int_eq(hwaddr_parse(others[i], &b), 0);
        ck_assert_msg(!hwaddr_equal(&a, &b), "%s", others[i]);
        ck_assert(!hwaddr_equal(&b, &a));
    }
}
END_TEST

/* `count` octets as a text. */
static void long_text(size_t count, char *text)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(text + 3 * i, "a7:", 3);
        text[3 * i + 3] = '\0';
    }
    text[3 * count - 1] = '\0';
}

START_TEST(octets_length)
{
    static const struct {
        size_t count;
        int rc;
    } cases[] = {{1, 0}, {2, 0}, {OCTETS_MAX, 0}, {OCTETS_MAX + 1, -E2BIG}, {300, -E2BIG}, {1000, -E2BIG}};
    char text[3 * 1000 + 1], printed[OCTETS_TEXT_MAX + 1];
    struct octets octets = {.len = 9};

    for (int i = 0; i < COUNT(cases); i++) {
        long_text(cases[i].count, text);
        ck_assert_int_eq(octets_parse(text, &octets), cases[i].rc);
        if (cases[i].rc < 0) {
            ck_assert_uint_eq(octets.len, OCTETS_MAX); /* of the case before: untouched */
            continue;
        }
        ck_assert_uint_eq(octets.len, cases[i].count);
        ck_assert_str_eq(octets_format(&octets, printed), text);
    }
}
END_TEST

START_TEST(octets_text)
{
    static const char *const bad[] = {"",       ":",    "a",   "aa:", "aa:b",   ":aa",
                                      "aa::bb", "aabb", "20-", "zz",  "aa:bb ", "*"};
    struct octets octets = {.len = 3, .at = {1, 2, 3}}, other;
    char printed[OCTETS_TEXT_MAX + 1];

    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(octets_parse(bad[i], &octets) == -EINVAL, "\"%s\"", bad[i]);
        ck_assert_uint_eq(octets.len, 3);
    }
    ck_assert_int_eq(octets_parse("FF:00:aB", &octets), 0);
    ck_assert_str_eq(octets_format(&octets, printed), "ff:00:ab");
    ck_assert_int_eq(octets_parse("ff:00:ab", &other), 0);
    ck_assert(octets_equal(&octets, &other));
    other.at[2]++;
    ck_assert(!octets_equal(&octets, &other));
    ck_assert_int_eq(octets_parse("ff:00", &other), 0);
    ck_assert(!octets_equal(&octets, &other));
    octets.len = 0;
    ck_assert_str_eq(octets_format(&octets, printed), "");
}
END_TEST

/* A client-id may have 255 octets, but the script is told 100, and a colon behind them. */
START_TEST(octets_cut)
{
    char text[3 * OCTETS_MAX + 1];
    struct octets octets = {.len = 0};

    for (size_t count = 1; count < OCTETS_MAX; count++) {
        long_text(count, text);
        text[3 * count - 1] = ':';
        ck_assert_int_eq(octets_parse(text, &octets), count == 100 ? 0 : -EINVAL);
    }
    ck_assert_uint_eq(octets.len, 100);
}
END_TEST

static const struct {
    const char *text;
    uint8_t len; /* 0: none */
    const char *printed;
} ips[] = {
    {"192.0.2.1", IPV4_LEN, NULL},
    {"0.0.0.0", IPV4_LEN, NULL},
    {"255.255.255.255", IPV4_LEN, NULL},
    {"2001:db8::1", IPV6_LEN, NULL},
    {"2001:DB8:0:0:0:0:0:1", IPV6_LEN, "2001:db8::1"},
    {"::", IPV6_LEN, NULL},
    {"::1", IPV6_LEN, NULL},
    {"::ffff:192.0.2.1", IPV6_LEN, NULL},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", IPV6_LEN, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"", 0, NULL},
    {"1.2.3", 0, NULL},
    {"1.2.3.4.5", 0, NULL},
    {"1.2.3.256", 0, NULL},
    {"01.2.3.4.", 0, NULL},
    {"1234", 0, NULL},
    {"0x7f.0.0.1", 0, NULL},
    {" 1.2.3.4", 0, NULL},
    {"1.2.3.4 ", 0, NULL},
    {"1.2.3.4\n", 0, NULL},
    {"fe80::1%eth0", 0, NULL},
    {"[::1]", 0, NULL},
    {"2001:db8::1::2", 0, NULL},
    {"2001:db8::12345", 0, NULL},
    {"::1/64", 0, NULL},
    {"web", 0, NULL},
};

START_TEST(ip_text)
{
    const char *text = ips[_i].text;
    char printed[IP_TEXT_SIZE];
    struct ip untouched, parsed, copy;

    memset(&untouched, 0x5a, sizeof(untouched));
    parsed = untouched;
    if (ips[_i].len == 0) {
        ck_assert_msg(ip_parse(text, &parsed) == -EINVAL, "\"%s\"", text);
        ck_assert_mem_eq(&parsed, &untouched, sizeof(parsed));
        return;
    }
    ck_assert_msg(ip_parse(text, &parsed) == 0, "\"%s\"", text);
    ck_assert_uint_eq(parsed.len, ips[_i].len);
    ck_assert_ptr_eq(ip_format(&parsed, printed), printed);
    ck_assert_str_eq(printed, ips[_i].printed != NULL ? ips[_i].printed : text);
    ck_assert_int_eq(ip_from_bytes((struct bytes){parsed.octets, parsed.len}, &copy), 0);
    ck_assert_mem_eq(&copy, &parsed, sizeof(copy)); /* also what is behind the address */
}
END_TEST

START_TEST(ip_bytes)
{
    uint8_t raw[40] = {10, 0, 0, 1};
    struct ip untouched, parsed;

    memset(&untouched, 0x5a, sizeof(untouched));
    for (size_t len = 0; len <= sizeof(raw); len++) {
        bool valid = len == IPV4_LEN || len == IPV6_LEN;

        parsed = untouched;
        ck_assert_int_eq(ip_from_bytes((struct bytes){raw, len}, &parsed), valid ? 0 : -EINVAL);
        if (valid)
            ck_assert_uint_eq(parsed.len, len);
        else
            ck_assert_mem_eq(&parsed, &untouched, sizeof(parsed));
    }
}
END_TEST

START_TEST(ip_none)
{
    struct ip none = {.len = 0};
    char printed[IP_TEXT_SIZE] = "x";

    ck_assert_str_eq(ip_format(&none, printed), "");
    ck_assert_int_eq(ip_compare(&none, &none), 0);
}
END_TEST

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

START_TEST(ip_order)
{
    static const char *const sorted[] = {
        "0.0.0.0", "9.0.0.0", "10.0.0.1", "10.0.0.2", "127.0.0.1", "128.0.0.0",  "255.0.0.1",
        "::",      "::1",     "7f::",     "80::",     "ff::",      "2001:db8::", "ffff::"};
    struct ip none = {.len = 0};

    for (int i = 0; i < COUNT(sorted); i++) {
        struct ip a, b;

        ck_assert_int_eq(ip_parse(sorted[i], &a), 0);
        ck_assert_int_lt(ip_compare(&none, &a), 0);
        ck_assert_int_gt(ip_compare(&a, &none), 0);
        for (int j = 0; j < COUNT(sorted); j++) {
            ck_assert_int_eq(ip_parse(sorted[j], &b), 0);
            ck_assert_msg(sign(ip_compare(&a, &b)) == sign(i - j), "%s against %s", sorted[i], sorted[j]);
        }
    }
}
END_TEST

static const struct {
    const char *text;
    bool reachable;
} reached[] = {
    {"192.0.2.1", true},
    {"223.255.255.255", true},
    {"10.0.0.0", true},
    {"fd00::1", true},
    {"2001:db8::1", true},
    {"64:ff9b::c000:201", true},
    {"0.0.0.0", false},
    {"0.1.2.3", false},
    {"127.0.0.1", false},
    {"127.255.0.1", false},
    {"224.0.0.1", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::ffff:192.0.2.1", false},
    {"fe80::1", false},
    {"febf::1", false},
    {"fec0::1", true},
    {"ff02::1", false},
};

START_TEST(reachable)
{
    struct ip ip;

    ck_assert_int_eq(ip_parse(reached[_i].text, &ip), 0);
    ck_assert_msg(ip_is_reachable(&ip) == reached[_i].reachable, "%s", reached[_i].text);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("addresses");

    tcase_add_loop_test(tcase, hwaddr_text, 0, COUNT(hwaddrs));
    tcase_add_test(tcase, hwaddr_octets);
    tcase_add_test(tcase, hwaddr_any);
    tcase_add_test(tcase, hwaddr_unknown);
    tcase_add_test(tcase, hwaddr_differs);
    tcase_add_test(tcase, octets_length);
    tcase_add_test(tcase, octets_text);
    tcase_add_test(tcase, octets_cut);
    tcase_add_loop_test(tcase, ip_text, 0, COUNT(ips));
    tcase_add_test(tcase, ip_bytes);
    tcase_add_test(tcase, ip_none);
    tcase_add_test(tcase, ip_order);
    tcase_add_loop_test(tcase, reachable, 0, sizeof(reached) / sizeof(reached[0]));
    return test_case_run(tcase);
}
