/* Names: what is valid, what is refused and why, and what folding does. */
#include <stdlib.h>
#include <string.h>

#include "schema/limits.h"
#include "schema/name.h"
#include "test_case.h"

#define X15 "xxxxxxxxxxxxxxx"
#define X63 X15 X15 X15 X15 "xxx"
/* 4 * 63 + 3 dots = 255; less two: the longest name there may be */
#define NAME_253 X63 "." X63 "." X63 "." X15 X15 X15 X15 "x"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

_Static_assert(sizeof(X63) - 1 == LABEL_MAX && sizeof(NAME_253) - 1 == DOMAIN_MAX, "as long as may be");

static const struct {
    const char *text;
    bool valid;
} labels[] = {
    {"a", true},
    {"web", true},
    {"WEB", true},
    {"web-01", true},
    {"_dmarc", true},
    {"a_b", true},
    {"1234", true},
    {"0", true},
    {X63, true},
    {X63 "x", false},
    {"", false},
    {"-", false},
    {"-web", false},
    {"web-", false},
    {"a--b", true},
    {"a.b", false},
    {"a b", false},
    {"a\n", false},
    {"a\tb", false},
    {"a/b", false},
    {"a=b", false},
    {"a\"b", false},
    {"a\\b", false},
    {"a@b", false},
    {"a[b", false},
    {"a`b", false},
    {"a{b", false},
    {"a:b", false},
    {"caf\xc3\xa9", false},
    {"a\xff", false},
    {"\x80", false},
    {"a\x7f", false},
    {"a\x01", false},
    {"*", false},
    {"\xc1"
     "b",
     false},
};

START_TEST(label_rules)
{
    const char *text = labels[_i].text;

    ck_assert_msg(name_label_valid(text, strlen(text)) == labels[_i].valid, "label \"%s\"", text);
}
END_TEST

START_TEST(label_takes_its_length)
{
    ck_assert(name_label_valid("web-x", 3));
    ck_assert(!name_label_valid("web-x", 4));
    ck_assert(!name_label_valid("a\0b", 3));
}
END_TEST

/* Of all bytes, in the middle of a label. */
START_TEST(label_bytes)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    for (int byte = 0; byte < 256; byte++) {
        const char text[3] = {'a', (char)byte, 'b'};
        bool valid = byte != 0 && strchr(allowed, byte) != NULL;

        ck_assert_msg(name_label_valid(text, 3) == valid, "byte %d", byte);
    }
}
END_TEST

static const struct {
    const char *text;
    bool valid;
} domains[] = {
    {"lab", true},         {"lab.example", true},     {"a.b.c", true},
    {NAME_253, true},      {NAME_253 "x", false},     {"", false},
    {".", false},          {".lab", false},           {"lab.", false},
    {"a..b", false},       {"a.-b", false},           {"a-.b", false},
    {X63 "." X63, true},   {X63 "x." X63, false},     {"a.b c", false},
    {"a.\xc3\xa9", false}, {"10.in-addr.arpa", true},
};

START_TEST(domain_rules)
{
    const char *text = domains[_i].text;

    ck_assert_msg(name_domain_valid(text, strlen(text)) == domains[_i].valid, "domain \"%s\"", text);
}
END_TEST

static const struct {
    const char *host;
    enum refusal refusal;
} hosts[] = {
    {"web", REFUSAL_NONE},
    {"Web-01", REFUSAL_NONE},
    {"a_b", REFUSAL_NONE},
    {"_x", REFUSAL_NONE},
    {"x", REFUSAL_NONE},
    {X63, REFUSAL_NONE},
    {X63 "x", REFUSAL_TOO_LONG},
    {X63 X63, REFUSAL_TOO_LONG},
    {X63 "-", REFUSAL_TOO_LONG},
    {"localhost", REFUSAL_WELL_KNOWN},
    {"LOCALHOST", REFUSAL_WELL_KNOWN},
    {"LocalHost", REFUSAL_WELL_KNOWN},
    {"wpad", REFUSAL_WELL_KNOWN},
    {"WPAD", REFUSAL_WELL_KNOWN},
    {"isatap", REFUSAL_WELL_KNOWN},
    {"ISATAP", REFUSAL_WELL_KNOWN},
    {"_gateway", REFUSAL_WELL_KNOWN},
    {"_Gateway", REFUSAL_WELL_KNOWN},
    {"_outbound", REFUSAL_WELL_KNOWN},
    {"_OUTBOUND", REFUSAL_WELL_KNOWN},
    {"localhost1", REFUSAL_NONE},
    {"localhos", REFUSAL_NONE},
    {"gateway", REFUSAL_NONE},
    {"1234", REFUSAL_NUMERIC},
    {"0", REFUSAL_NUMERIC},
    {"0177", REFUSAL_NUMERIC},
    {"0x7f", REFUSAL_NUMERIC},
    {"0X7F", REFUSAL_NUMERIC},
    {"0xDeadBeef", REFUSAL_NUMERIC},
    {"0x", REFUSAL_NUMERIC},
    {"0x7g", REFUSAL_NONE},
    {"1234a", REFUSAL_NONE},
    {"7f", REFUSAL_NONE},
    {"x7f", REFUSAL_NONE},
    {"1-2", REFUSAL_NONE},
    {"1_2", REFUSAL_NONE},
    {"1.2.3.4", REFUSAL_DOTTED},
    {"web.lab", REFUSAL_DOTTED},
    {"localhost.localdomain", REFUSAL_DOTTED},
    {NAME_253, REFUSAL_DOTTED},
    {NAME_253 "x", REFUSAL_SYNTAX},
    {"web.", REFUSAL_SYNTAX},
    {".web", REFUSAL_SYNTAX},
    {"a..b", REFUSAL_SYNTAX},
    {"::1", REFUSAL_SYNTAX},
    {"fe80::1%eth0", REFUSAL_SYNTAX},
    {"", REFUSAL_SYNTAX},
    {"-web", REFUSAL_SYNTAX},
    {"web-", REFUSAL_SYNTAX},
    {"-", REFUSAL_SYNTAX},
    {"a b", REFUSAL_SYNTAX},
    {"web\n", REFUSAL_SYNTAX},
    {"\nweb", REFUSAL_SYNTAX},
    {"web\t", REFUSAL_SYNTAX},
    {"caf\xc3\xa9", REFUSAL_SYNTAX},
    {"web\xff", REFUSAL_SYNTAX},
    {"*", REFUSAL_SYNTAX},
    {"a=b", REFUSAL_SYNTAX},
    {"../etc/passwd", REFUSAL_SYNTAX},
    {"$(id)", REFUSAL_SYNTAX},
};

START_TEST(host_refusals)
{
    ck_assert_msg(name_check(hosts[_i].host) == hosts[_i].refusal, "\"%s\" is refused as: %s", hosts[_i].host,
                  refusal_text(name_check(hosts[_i].host)));
}
END_TEST

/* The reasons are part of the format: their numbers stay. */
START_TEST(reasons)
{
    static const char *const distinct[] = {"not refused",   "dnsmasq",      "taken over",  "not a valid",
                                           "more than one", "too long",     "address",     "well-known",
                                           "own name",      "libvirt name", "not running", "static entry"};

    ck_assert_int_eq(COUNT(distinct), REFUSAL_LAST + 1);
    for (int i = 0; i <= REFUSAL_LAST; i++) {
        const char *text = refusal_text((enum refusal)i);

        ck_assert_msg(strstr(text, distinct[i]) != NULL, "reason %d reads \"%s\"", i, text);
    }
    ck_assert_str_eq(refusal_text((enum refusal)(REFUSAL_LAST + 1)), "unknown reason");
    ck_assert_str_eq(refusal_text((enum refusal)255), "unknown reason");
}
END_TEST

START_TEST(fold_is_ascii)
{
    for (int byte = 0; byte < 256; byte++) {
        char from = (char)byte, to = 0;
        int folded = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;

        name_fold(&to, &from, 1);
        ck_assert_int_eq((unsigned char)to, folded);
    }
}
END_TEST

START_TEST(fold_in_place)
{
    char text[] = "WEB-Caf\xc3\x89.Example";

    name_fold(text, text, 7);
    ck_assert_str_eq(text, "web-caf\xc3\x89.Example");
    name_fold(text, text, 0);
    ck_assert_str_eq(text, "web-caf\xc3\x89.Example");
}
END_TEST

START_TEST(equality)
{
    ck_assert(name_equal("web", "WEB"));
    ck_assert(name_equal("", ""));
    ck_assert(!name_equal("web", "webs"));
    ck_assert(!name_equal("webs", "web"));
    ck_assert(!name_equal("", "a"));
    ck_assert(!name_equal("a", ""));
    /* Not letters, 32 apart */
    ck_assert(!name_equal("a@", "a`"));
    ck_assert(!name_equal("a[", "a{"));
    ck_assert(!name_equal("\xc9", "\xe9"));
    ck_assert(!name_equal("0", "\x10"));
}
END_TEST

static const struct {
    const char *name;
    bool valid;
} networks[] = {
    {"", true},         {"virbr0", true},       {"a", true},    {X63, true},
    {X63 "x", false},   {"a.b", true},          {".a", false},  {"..", false},
    {".", false},       {"a b", false},         {"a/b", false}, {"/", false},
    {"a=b", false},     {"=", false},           {"a\n", false}, {"a\x7f", false},
    {"a\x80", false},   {"caf\xc3\xa9", false}, {"~", true},    {"!\"#$%&", true},
    {"\x1b[0m", false}, {"br-1_2:3", true},
};

START_TEST(network_rules)
{
    ck_assert_msg(network_valid(networks[_i].name) == networks[_i].valid, "network \"%s\"",
                  networks[_i].name);
}
END_TEST

START_TEST(guest_rules)
{
    char text[GUEST_MAX + 2];

    ck_assert(guest_valid("web"));
    ck_assert(guest_valid("my guest \xc3\xa9 \xff"));
    ck_assert(guest_valid("."));
    ck_assert(!guest_valid(""));
    ck_assert(!guest_valid("a/b"));
    ck_assert(!guest_valid("/"));
    ck_assert(!guest_valid("a\n"));
    ck_assert(!guest_valid("\n"));
    memset(text, 'x', sizeof(text));
    text[GUEST_MAX + 1] = '\0';
    ck_assert(!guest_valid(text));
    text[GUEST_MAX] = '\0';
    ck_assert(guest_valid(text));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("names");

    tcase_add_loop_test(tcase, label_rules, 0, COUNT(labels));
    tcase_add_test(tcase, label_takes_its_length);
    tcase_add_test(tcase, label_bytes);
    tcase_add_loop_test(tcase, domain_rules, 0, COUNT(domains));
    tcase_add_loop_test(tcase, host_refusals, 0, COUNT(hosts));
    tcase_add_test(tcase, reasons);
    tcase_add_test(tcase, fold_is_ascii);
    tcase_add_test(tcase, fold_in_place);
    tcase_add_test(tcase, equality);
    tcase_add_loop_test(tcase, network_rules, 0, COUNT(networks));
    tcase_add_test(tcase, guest_rules);
    return test_case_run(tcase);
}
