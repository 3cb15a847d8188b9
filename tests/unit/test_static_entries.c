/* Static entries: the administrator's file, libvirt's two files of a network, and who goes before whom. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index_fixture.h"
#include "indexer/conf.h"
#include "indexer/derive.h"
#include "indexer/hosts_files.h"
#include "indexer/leases.h"
#include "indexer/static_file.h"
#include "reports.h"
#include "static_fixture.h"
#include "test_case.h"

#define NOW 100

/* --- What a text says -------------------------------------------------------------------------------------
 */

static struct reports reports;

/* "NETWORK/IP#ALIAS HOST.DOMAIN MAC; " each, with "-" for what is not there. */
static const char *listed(const struct entry_list *list)
{
    static char text[2048];
    int len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < list->entries.count; i++) {
        const struct lease *entry = &list->entries.at[i];
        char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE];

        ck_assert_int_eq(entry->kind, list->kind);
        ck_assert(lease_valid(entry));
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s/%s#%u %s%s%s %s", i > 0 ? "; " : "",
                        entry->network, ip_format(&entry->ip, ip), entry->alias,
                        entry->host[0] != '\0' ? entry->host : "-", entry->domain[0] != '\0' ? "." : "",
                        entry->domain, entry->hwaddr.known ? hwaddr_format(&entry->hwaddr, mac) : "-");
    }
    return text;
}

static const struct {
    const char *text;
    const char *entries;
    const char *problem; /* NULL: none */
} static_texts[] = {
    {"", "", NULL},
    {"# nothing\n\n", "", NULL},
    {"192.0.2.1 web\n", "/192.0.2.1#0 web -", NULL},
    {"192.0.2.1 web # the web\n", "/192.0.2.1#0 web -", NULL},
    {"fd00::1\tweb.corp.example Mail\r\n", "/fd00::1#0 web.corp.example -; /fd00::1#1 Mail -", NULL},
    {"192.0.2.1 mac=" MAC_A "\n", "/192.0.2.1#0 - " MAC_A, NULL},
    {"192.0.2.1 mac=" MAC_A " web network=lab db\n", "lab/192.0.2.1#0 web " MAC_A "; lab/192.0.2.1#1 db -",
     NULL},
    /* lines of one address and network add up, others do not */
    {"192.0.2.1 web\n192.0.2.1 db network=lab\n192.0.2.1 mac=" MAC_A "\n192.0.2.1 mail\n",
     "/192.0.2.1#0 web " MAC_A "; lab/192.0.2.1#0 db -; /192.0.2.1#1 mail -", NULL},
    {"192.0.2.1 mac=" MAC_A "\n192.0.2.1 web\n", "/192.0.2.1#0 web " MAC_A, NULL},
    /* a domain is no other name */
    {"192.0.2.1 web web.corp.example WEB\n192.0.2.1 web.corp.example\n", "/192.0.2.1#0 web.corp.example -",
     NULL},
    {"192.0.2.1 web.a web web.b\n", "/192.0.2.1#0 web.a -; /192.0.2.1#1 web.b -", NULL},
    /* one bad line loses no other */
    {"192.0.2.1 web\n192.0.2 db\n192.0.2.3 mail\n", "/192.0.2.1#0 web -; /192.0.2.3#0 mail -",
     "FILE:2:1: a line begins with an IPv4 or IPv6 address"},
    {"192.0.2.1 web\n  192.0.2.2 db we!b\n", "/192.0.2.1#0 web -", "FILE:2:16: "},
    {"192.0.2.1 localhost\n", "", "FILE:1:11: a well-known name"},
    {"192.0.2.1\n", "", "FILE:1:10: neither a name nor mac=MAC"},
    {"192.0.2.1 network=lab\n", "", "FILE:1:22: neither a name nor mac=MAC"},
    {"192.0.2.1 web network=\n", "", "FILE:1:15: no valid network name"},
    {"192.0.2.1 web network=a/b\n", "", "FILE:1:15: no valid network name"},
    {"192.0.2.1 web network=a network=b\n", "", "FILE:1:25: a second network in one line"},
    {"192.0.2.1 web mac=52:54\n192.0.2.2 x mac=no\n192.0.2.2 db\n",
     "/192.0.2.1#0 web 52:54; /192.0.2.2#0 db -", "FILE:2:13: no hardware address"},
    {"192.0.2.1 web mac=" MAC_A " mac=" MAC_B "\n", "", "FILE:1:37: a second hardware address in one line"},
    {"192.0.2.1 web mac=" MAC_A "\n192.0.2.1 db mac=" MAC_B "\n", "/192.0.2.1#0 web " MAC_A,
     "FILE:2:14: a line above has another hardware address for this address"},
    {"192.0.2.1 web " MAC_A "\n", "", "FILE:1:15: no name; a hardware address is written mac=MAC"},
    {"192.0.2.1 web ttl=5\n", "", "FILE:1:15: no such setting"},
    {"192.0.2.1 web\n  127.0.0.1 web\n", "/192.0.2.1#0 web -", "FILE:2:3: no machine is reached by this"},
    {"fe80::1 web\n", "", "FILE:1:1: no machine is reached by this"},
    {"192.0.2.1 -web\n", "", "FILE:1:11: "},
    {"192.0.2.1 web.. \n", "", "FILE:1:11: "},
    {"192.0.2.1 .\n", "", "FILE:1:11: "},
    /* a dot behind it, as in zone files */
    {"192.0.2.1 UPPER.Example. web.\n", "/192.0.2.1#0 UPPER.Example -; /192.0.2.1#1 web -", NULL},
    {"192.0.2.1 .web\n", "", "FILE:1:11: "},
    {"192.0.2.1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "", "FILE:1:11: "},
};

START_TEST(administrators_text)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = KIND_STATIC};

    reports_start(&reports);
    ck_assert_int_eq(static_file_parse(bytes_of(static_texts[_i].text), "FILE", &reports.sink, &list),
                     static_texts[_i].problem != NULL);
    ck_assert_str_eq(listed(&list), static_texts[_i].entries);
    if (static_texts[_i].problem != NULL)
        reports_expect_one(&reports, static_texts[_i].problem);
    reports_expect_none(&reports);
}
END_TEST

/* An address has 256 names at the most, and a line with more of them costs none of those before. */
START_TEST(many_names)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = KIND_STATIC};
    char text[8192];
    int len = 0;

    for (int i = 0; i < 255; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "192.0.2.1 n%d\n", i);
    len += snprintf(text + len, sizeof(text) - (size_t)len, "192.0.2.1 one too many\n192.0.2.1 last\n");
    reports_start(&reports);
    ck_assert_int_eq(static_file_parse(bytes_of(text), "FILE", &reports.sink, &list), 1);
    reports_expect_one(&reports, "FILE:256:1: more than 256 names of one address");
    ck_assert_uint_eq(list.entries.count, 256);
    ck_assert_str_eq(list.entries.at[255].host, "last");
    ck_assert_uint_eq(list.entries.at[255].alias, 255);
}
END_TEST

static const struct {
    bool hosts; /* .addnhosts, else .hostsfile */
    const char *text;
    const char *entries;
    bool bad;
} libvirt_texts[] = {
    {false, "", "", false},
    {false, MAC_A ",192.0.2.1,web\n", "br0/192.0.2.1#0 web " MAC_A, false},
    {false, MAC_A ",192.0.2.1\n", "br0/192.0.2.1#0 - " MAC_A, false},
    {false, "web,192.0.2.1\n", "br0/192.0.2.1#0 web -", false},
    {false, MAC_A ",192.0.2.1,web,3600\n", "br0/192.0.2.1#0 web " MAC_A, false},
    {false, MAC_A ",192.0.2.1,2h\n", "br0/192.0.2.1#0 - " MAC_A, false},
    {false, MAC_A ",192.0.2.1,web,infinite\n", "br0/192.0.2.1#0 web " MAC_A, false},
    {false, "id:00:03:00:01:52:54:00:00:00:0a,web,[fd00::1]\n", "br0/fd00::1#0 web -", false},
    {false, "id:00:03:00:01:52:54:00:00:00:0a,[fd00::1]\nweb,[fd00::2]\n", "br0/fd00::2#0 web -", false},
    {false, MAC_A ",192.0.2.1,web,1D\n", "br0/192.0.2.1#0 web " MAC_A, false},
    /* names that look a little like an address or a time */
    {false, "ad,192.0.2.1\nbe-ef,192.0.2.2\n", "br0/192.0.2.1#0 ad -; br0/192.0.2.2#0 be-ef -", false},
    {false, "1x,192.0.2.1\n3ad,192.0.2.2,2w\n", "br0/192.0.2.1#0 1x -; br0/192.0.2.2#0 3ad -", false},
    {false, MAC_A ",192.0.2.1,ad\n", "br0/192.0.2.1#0 ad " MAC_A, false},
    {false, MAC_A ",192.0.2.1,localhost\n", "br0/192.0.2.1#0 - " MAC_A, false},
    {false, "junk\n" MAC_A ",192.0.2.1,web\n", "br0/192.0.2.1#0 web " MAC_A, true},
    {true, "192.0.2.1\tweb\tmail.example\n", "br0/192.0.2.1#0 web -; br0/192.0.2.1#1 mail.example -", false},
    {true, "fd00::1\tweb\nfd00::1\tdb\n", "br0/fd00::1#0 web -; br0/fd00::1#1 db -", false},
    {true, "192.0.2.1\tlocalhost\tgood\n", "br0/192.0.2.1#0 good -", false},
    {true, "0.0.0.0\tads.example\n::1\tme\n192.0.2.1\tdb\n", "br0/192.0.2.1#0 db -", false},
    {false, MAC_A ",0.0.0.0,web\n", "", false},
    {true, "nothing\tweb\n192.0.2.1\tdb\n", "br0/192.0.2.1#0 db -", true},
};

START_TEST(libvirts_texts)
{
    const struct bytes text = bytes_of(libvirt_texts[_i].text);
    CLEANUP_ENTRIES struct entry_list list = {.kind = libvirt_texts[_i].hosts ? KIND_HOST : KIND_RESERVED};

    reports_start(&reports);
    ck_assert_int_eq((libvirt_texts[_i].hosts ? hosts_files_parse_hosts : hosts_files_parse_reserved)(
                         text, "FILE", "br0", &reports.sink, &list),
                     libvirt_texts[_i].bad);
    ck_assert_str_eq(listed(&list), libvirt_texts[_i].entries);
    ck_assert_uint_eq(reports.problems, libvirt_texts[_i].bad);
}
END_TEST

/* --- What follows from it ---------------------------------------------------------------------------------
 */

static void expect_host(const char *name, const char *ips)
{
    struct index *index = after_pass();

    ck_assert_str_eq(answers(index, KEY_HOST, name, NOW), ips);
    index_close(index);
}

static void expect_guest(const char *name, const char *ips)
{
    struct index *index = after_pass();

    ck_assert_str_eq(answers(index, KEY_GUEST, name, NOW), ips);
    index_close(index);
}

START_TEST(files_come_and_go)
{
    config_file("static", "192.0.2.1 web db\n");
    expect_host("web", "192.0.2.1");
    expect_host("db", "192.0.2.1");
    config_file("static", "192.0.2.1 db\n192.0.2.2 mail\n");
    expect_host("web", "");
    expect_host("db", "192.0.2.1");
    expect_host("mail", "192.0.2.2");
    config_file("static", NULL);
    expect_host("db", "");
    expect_host("mail", "");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

START_TEST(libvirts_files)
{
    fixture_network_file("default.hostsfile", MAC_A ",192.0.2.5,web\n");
    fixture_network_file("default.addnhosts", "192.0.2.6\tdb\tmail\n");
    /* Whose network is that? */
    expect_host("web", "");
    fixture_network_file("default.conf", CONF);
    expect_host("web", "192.0.2.5");
    expect_host("mail", "192.0.2.6");
    fixture_network_file("br0.macs", "[{\"domain\": \"guest\", \"macs\": [\"" MAC_A "\"]}]");
    expect_guest("guest", "192.0.2.5");
    fixture_network_file("default.addnhosts", "192.0.2.6\tdb\n");
    expect_host("mail", "");
    expect_host("db", "192.0.2.6");
    /* The network is destroyed, and its files with it. */
    fixture_network_file("default.hostsfile", NULL);
    fixture_network_file("default.addnhosts", NULL);
    fixture_network_file("default.conf", NULL);
    expect_host("web", "");
    expect_host("db", "");
    expect_guest("guest", "");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

static void expect_reserved(const char *network, bool there)
{
    struct index *index = after_pass();
    struct lease entry = {.kind = KIND_RESERVED};

    strcpy(entry.network, network);
    ck_assert_int_eq(ip_parse("192.0.2.5", &entry.ip), 0);
    ck_assert_int_eq(entries_get(index, &entry), there ? 0 : -ENOENT);
    index_close(index);
}

/* Entries are known under the bridge, files under the network's name: either may change. */
START_TEST(networks_change)
{
    fixture_network_file("default.hostsfile", MAC_A ",192.0.2.5,web\n");
    fixture_network_file("default.conf", CONF);
    expect_reserved("br0", true);
    fixture_network_file("default.conf", "interface=br1\n");
    expect_reserved("br1", true);
    expect_reserved("br0", false);
    /* Between two passes, it was destroyed and defined anew under another name. */
    fixture_network_file("default.hostsfile", NULL);
    fixture_network_file("default.conf", NULL);
    fixture_network_file("a.hostsfile", MAC_A ",192.0.2.5,web\n");
    fixture_network_file("a.conf", "interface=br1\n");
    expect_reserved("br1", true);
    fixture_network_file("a.hostsfile", NULL);
    fixture_network_file("a.conf", NULL);
    fixture_network_file("z.hostsfile", MAC_A ",192.0.2.5,web\n");
    fixture_network_file("z.conf", "interface=br1\n");
    expect_reserved("br1", true);
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

static void expect_refreshed(struct index *index)
{
    ck_assert_int_eq(hosts_files_refresh_bridge(index, fixture_dirs().networks, "br0"), 0);
    ck_assert_str_eq(answers(index, KEY_HOST, "web", NOW), "192.0.2.5");
    ck_assert_str_eq(answers(index, KEY_HOST, "mail", NOW), "192.0.2.6");
    ck_assert_uint_eq(fixture_problems(), 0);
    index_close(index);
}

/* A bridge of which only its name is known, and one of which the index remembers the network and not the file
 * that tells it. */
START_TEST(bridges_network)
{
    const struct network remembered = {.name = "default"};
    struct index *index = fixture_open();

    fixture_network_file("default.conf", CONF);
    fixture_network_file("default.hostsfile", MAC_A ",192.0.2.5,web\n");
    fixture_network_file("default.addnhosts", "192.0.2.6\tmail\n");
    if (_i == 1)
        ck_assert_int_eq(index_set_network(index, "br0", &remembered), 0);
    expect_refreshed(index);
}
END_TEST

/* A static entry's name is its own, whoever leases under it; the lease of its own machine stands behind it.
 */
START_TEST(static_before_leases)
{
    struct lease others = lease_of("br0", "192.0.2.9", MAC_B, "web", 50);
    struct lease own = lease_of("br0", "192.0.2.8", MAC_A, "web", 51);
    enum refusal reason;
    struct index *index;

    put_lease(&others);
    put_lease(&own);
    expect_host("web", "192.0.2.8 192.0.2.9");
    config_file("static", "192.0.2.1 web mac=" MAC_A " network=br0\n");
    index = after_pass();
    ck_assert_str_eq(answers(index, KEY_HOST, "web", NOW), "192.0.2.1 192.0.2.8");
    ck_assert_int_eq(derive_refusal(index, &others, &reason), 0);
    ck_assert_int_eq(reason, REFUSAL_STATIC);
    ck_assert_int_eq(derive_refusal(index, &own, &reason), 0);
    ck_assert_int_eq(reason, REFUSAL_NONE);
    index_close(index);
    config_file("static", NULL);
    expect_host("web", "192.0.2.8 192.0.2.9");
}
END_TEST

/* --- Whatever comes in whatever order, the index is whole -------------------------------------------------
 */

static const char *random_lines(char *text, size_t size, const char *(*line)(void))
{
    int len = 0;

    text[0] = '\0';
    for (int count = (int)(random() % 4); count > 0; count--)
        len += snprintf(text + len, size - (size_t)len, "%s\n", line());
    return text;
}

static const char *static_line(void)
{
    static const char *const lines[] = {
        "192.0.2.1 web",
        "192.0.2.1 web.example db network=br0",
        "192.0.2.1 mac=" MAC_A " network=br0",
        "192.0.2.1 db mac=" MAC_B,
        "192.0.2.2 web network=br0 mac=" MAC_B,
        "192.0.2.2 guest other.example network=br0",
        "192.0.2.1 db.example web.example2 network=br0 mac=" MAC_A,
    };

    return lines[(size_t)random() % (sizeof(lines) / sizeof(lines[0]))];
}

static const char *reserved_line(void)
{
    static const char *const lines[] = {
        MAC_A ",192.0.2.1,web", MAC_B ",192.0.2.1",     "web,192.0.2.2",
        MAC_A ",192.0.2.2,db",  "db.example,192.0.2.1",
    };

    return lines[(size_t)random() % (sizeof(lines) / sizeof(lines[0]))];
}

static const char *host_line(void)
{
    static const char *const lines[] = {
        "192.0.2.1\tweb.example\tdb",
        "192.0.2.1\tother\tweb",
        "192.0.2.2\tweb\tguest",
        "192.0.2.2\tweb.example3",
    };

    return lines[(size_t)random() % (sizeof(lines) / sizeof(lines[0]))];
}

static void random_step(void)
{
    char text[1024];

    switch (random() % 6) {
    case 0:
        random_lines(text, sizeof(text), static_line);
        /* One that is empty is waited for. */
        config_file("static", random() % 4 == 0 ? NULL : text[0] == '\0' ? "\n" : text);
        break;
    case 1:
        fixture_network_file("default.hostsfile", random_lines(text, sizeof(text), reserved_line));
        break;
    case 2:
        fixture_network_file("default.addnhosts", random_lines(text, sizeof(text), host_line));
        break;
    case 3:
        fixture_network_file("default.conf", random() % 2 == 0 ? CONF : "interface=br1\n");
        break;
    case 4:
        fixture_network_file("br0.macs", random() % 2 == 0
                                             ? "[{\"domain\": \"guest\", \"macs\": [\"" MAC_A "\"]}]"
                                             : "[{\"domain\": \"web\", \"macs\": [\"" MAC_B "\"]}]");
        break;
    default: {
        struct lease lease =
            lease_of("br0", random() % 2 == 0 ? "192.0.2.1" : "192.0.2.2", random() % 2 == 0 ? MAC_A : MAC_B,
                     random() % 2 == 0 ? "web" : "db", 60);

        put_lease(&lease);
    }
    }
}

START_TEST(any_order)
{
    srandom((unsigned int)_i);
    for (int i = 0; i < 60; i++) {
        random_step();
        index_close(after_pass());
    }
    fixture_problems();
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("static_entries");

    tcase_add_checked_fixture(tcase, static_fixture_setup, NULL);
    tcase_add_loop_test(tcase, administrators_text, 0, sizeof(static_texts) / sizeof(static_texts[0]));
    tcase_add_test(tcase, many_names);
    tcase_add_loop_test(tcase, libvirts_texts, 0, sizeof(libvirt_texts) / sizeof(libvirt_texts[0]));
    tcase_add_test(tcase, files_come_and_go);
    tcase_add_test(tcase, libvirts_files);
    tcase_add_test(tcase, networks_change);
    tcase_add_loop_test(tcase, bridges_network, 0, 2);
    tcase_add_test(tcase, static_before_leases);
    tcase_add_loop_test(tcase, any_order, 1, 9);
    return test_case_run(tcase);
}
