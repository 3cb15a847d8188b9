/*
 * Events on a .status file that the hook wrote: what comes of changing its text is, byte for byte, what comes
 * of parsing it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_index.h"
#include "index_fixture.h"
#include "test_case.h"
#include "indexer/digest.h"
#include "indexer/status_mirror.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The one is left to the hook; whether it wrote the other one it never knows. */
#define SPLICED "br0"
#define PARSED  "br1"

#define SERIES 10
#define EVENTS 1000

#define MAC  "52:54:00:00:00:0a"
#define DUID "00:01:00:01:2a"

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

static void load_record(const char *network, struct source_record *record)
{
    char name[SOURCE_NAME_MAX + 1];

    snprintf(name, sizeof(name), SOURCE_STATUS "%s", network);
    ck_assert_int_eq(source_record_load_all(idx->store, name, record), 0);
}

static void save_record(const char *network, uint64_t digest, const struct source_item *items, size_t count)
{
    const struct source source = {.digest = digest};
    char name[SOURCE_NAME_MAX + 1];

    snprintf(name, sizeof(name), SOURCE_STATUS "%s", network);
    ck_assert_int_eq(source_record_save(idx->store, name, &source, items, count, false), 0);
}

/* Leaves of what is remembered of a file its content alone. */
static void forget_whose(const char *network)
{
    CLEANUP_SOURCE struct source_record record;

    load_record(network, &record);
    if (record.value.at != NULL)
        save_record(network, record.source.digest, NULL, 0);
}

/* Puts another text in the place of one that the hook wrote, as if it had written that. */
static void forge(const char *network, const char *text)
{
    CLEANUP_SOURCE struct source_record record;
    char file[NETWORK_MAX + sizeof(STATUS_SUFFIX)];

    load_record(network, &record);
    ck_assert_uint_eq(record.count, 1);
    save_record(network, digest_of(text, strlen(text), 0), record.items, record.count);
    snprintf(file, sizeof(file), "%s" STATUS_SUFFIX, network);
    fixture_network_file(file, text);
}

static bool is_parsed(void)
{
    CLEANUP_MIRROR struct status_mirror mirror;

    ck_assert_int_eq(status_mirror_open(&mirror, idx, fixture_dirs().networks, SPLICED), 0);
    return mirror.array != NULL;
}

static void apply(struct event *event, const char *network)
{
    strcpy(event->lease.network, network);
    ck_assert_int_eq(event_apply(idx, event, fixture_dirs().networks), 0);
}

static struct event event_of(enum event_action action, const char *ip, const char *mac, const char *name)
{
    struct event event = {.action = action, .libvirt = true, .has_expiry = true};

    event.lease = lease_of(SPLICED, ip, mac, "", 0);
    event.lease.seen = 0;
    event.lease.expiry = 4000000000;
    event.mirrored = name;
    if (name != NULL)
        strcpy(event.supplied, name);
    if (event.lease.ip.len == IPV6_LEN) {
        ck_assert_int_eq(octets_parse(DUID, &event.lease.client_id), 0);
        event.lease.has_iaid = true;
        event.lease.iaid = 7;
    }
    return event;
}

static void add(const char *ip, const char *name)
{
    struct event event = event_of(EVENT_ADD, ip, MAC, name);

    apply(&event, SPLICED);
}

static struct bytes read_status(const char *network)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s" STATUS_SUFFIX, fixture_dirs().networks, network);
    return read_file(path);
}

static void ck_status(const char *network, const char *expected)
{
    struct bytes text = read_status(network);

    ck_assert_uint_eq(text.len, strlen(expected));
    ck_assert_mem_eq(text.at, expected, text.len);
    free((void *)(uintptr_t)text.at);
}

/* --- Which way -------------------------------------------------------------------------------------------
 */

#define ENTRY(ip, name)                                                                                      \
    "\n  {\n    \"ip-address\": \"" ip "\",\n    \"mac-address\": \"" MAC "\",\n    \"hostname\": \"" name   \
    "\",\n    \"expiry-time\": 4000000000\n  }"

START_TEST(own_text_is_not_parsed)
{
    ck_assert(is_parsed());
    add("192.0.2.1", "web");
    ck_assert(!is_parsed());
    add("192.0.2.2", "db");
    ck_assert(!is_parsed());
    ck_status(SPLICED, "[" ENTRY("192.0.2.1", "web") "," ENTRY("192.0.2.2", "db") "\n]\n");
    fixture_network_file("br0.status", "[" ENTRY("192.0.2.1", "web") "\n]\n");
    ck_assert(is_parsed());
    /* also when it is known by then */
    ck_assert(is_parsed());
    add("192.0.2.2", "db");
    ck_assert(!is_parsed());
}
END_TEST

#define SIX(more)                                                                                            \
    "\n  {\n    \"iaid\": \"7\",\n    \"ip-address\": \"2001:db8::1\",\n    \"mac-address\": \"" MAC         \
    "\",\n    \"client-id\": \"" DUID "\"," more "\n  }"

/* libvirt's helper refuses a file with an IPv6 entry that has no server-duid. */
START_TEST(server_duid_is_added_once_it_is_known)
{
    struct event event = event_of(EVENT_ADD, "192.0.2.1", MAC, "web");

    add("2001:db8::1", NULL);
    ck_assert(!is_parsed());
    ck_status(SPLICED, "[" SIX("\n    \"expiry-time\": 4000000000") "\n]\n");
    ck_assert_int_eq(octets_parse("00:02", &event.server_duid), 0);
    apply(&event, SPLICED);
    ck_assert(is_parsed());
    add("192.0.2.1", "web");
    ck_assert(!is_parsed());
    ck_status(SPLICED,
              "[" SIX("\n    \"expiry-time\": 4000000000,\n    \"server-duid\": \"00:02\"") "," ENTRY(
                  "192.0.2.1", "web") "\n]\n");
}
END_TEST

START_TEST(foreign_spelling_of_an_address)
{
    fixture_network_file("br0.status", "[{\"ip-address\": \"2001:DB8:0::1\", \"mac-address\": \"" MAC "\"}]");
    add("192.0.2.1", "web");
    ck_assert(!is_parsed());
    ck_status(SPLICED, "[\n  {\n    \"ip-address\": \"2001:db8::1\",\n    \"mac-address\": \"" MAC
                       "\",\n    \"expiry-time\": 0\n  }," ENTRY("192.0.2.1", "web") "\n]\n");
}
END_TEST

/* Texts that the hook never wrote: at the ends, and around an entry of the address behind another one. */
static const char *const forged[] = {
    "[ " ENTRY("192.0.2.1", "web") "," ENTRY("192.0.2.2", "db") "," ENTRY("192.0.2.1", "web") "]",
    "[" ENTRY("192.0.2.1", "web") "," ENTRY("192.0.2.2", "db") ", " ENTRY("192.0.2.1", "web") "\n]\n",
};

START_TEST(parsed_where_it_cannot_be_spliced)
{
    add("192.0.2.1", "web");
    forge(SPLICED, forged[_i]);
    add("192.0.2.1", "www");
    ck_assert_uint_eq(fixture_problems(), 0);
    ck_status(SPLICED, "[" ENTRY("192.0.2.2", "db") "," ENTRY("192.0.2.1", "www") "\n]\n");
    ck_assert(!is_parsed());
}
END_TEST

/* --- The same either way ---------------------------------------------------------------------------------
 */

static const char *const addresses[] = {
    "192.0.2.1",     "192.0.2.10",   "192.0.2.100",      "10.0.2.1",    "2001:db8::1",
    "2001:db8::1:1", "2001:db8::10", "::ffff:192.0.2.1", "::192.0.2.1", "::",
};

static const char *const names[] = {
    NULL,
    "",
    "web",
    "a\"quoted\"",
    "back\\slash\\",
    "a/slash",
    "\x01\x08\t\x0b\f\r\x1f\x7f",
    "gr\xc3\xbcn \xf0\x9f\x90\xa7",
    "\xff",
    "\n  }",
    "\\n  }",
    "\n  },\n  {\n    \"ip-address\": \"192.0.2.1\"\n  }\n]\n",
    "\n    \"ip-address\": \"192.0.2.1\",\n",
    "\",\n    \"ip-address\": \"192.0.2.10",
};

/* What somebody else may have written: other forms of the same, other members, and what libvirtd refuses. */
static const char *const foreign[] = {
    "",
    "[]",
    "[\n\n]\n",
    "[" ENTRY("192.0.2.1", "web") "," ENTRY("192.0.2.10", "db") "," ENTRY("192.0.2.1", "web") "\n]\n\n",
    "[" ENTRY("192.0.2.1", "\\u0022\\u000a\\/") "," SIX("\"expiry-time\": 7") "\n]",
    "[{\"mac-address\": \"" MAC "\", \"ip-address\": \"2001:DB8:0:0::1\", \"expiry-time\": 1}]",
    "[{\"ip\\u002daddress\": \"192.0.2.1\", \"ip-address\": \"192.0.2.10\", \"mac-address\": \"" MAC "\"}]",
    "[{\"ip-address\": \"::FFFF:c000:201\", \"mac-address\": \"" MAC "\", \"more\": [{\"ip-address\": "
    "\"192.0.2.1\", \"none\": {}}, [], [[1.50, -0, 1e400, \"\\n  }\"]]], \"\\n  }\": null}]",
    "[[" ENTRY("192.0.2.1", "web") "], 7, null, {}, " ENTRY("192.0.2.100", "\\ud800") "]",
    "[{\"ip-address\": \"192.0.2.1\"}]",
    "[{\"ip-",
};

static uint32_t seed;

static size_t below(size_t limit)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % limit;
}

static struct event random_event(void)
{
    static const char *const macs[] = {MAC, MAC, MAC, MAC, "20-", NULL};
    const enum event_action actions[] = {EVENT_ADD, EVENT_OLD, EVENT_OLD, EVENT_DEL};
    const char *ip = addresses[below(COUNT(addresses))], *mac = macs[below(COUNT(macs))];
    struct event event = event_of(actions[below(COUNT(actions))], ip, mac, names[below(COUNT(names))]);

    event.lease.expiry = below(3) * 1000;
    if (below(20) == 0)
        ck_assert_int_eq(octets_parse(below(2) == 0 ? DUID : "00:02", &event.server_duid), 0);
    return event;
}

static void ck_same(void)
{
    struct bytes spliced = read_status(SPLICED), parsed = read_status(PARSED);

    ck_assert_uint_eq(spliced.len, parsed.len);
    ck_assert_mem_eq(spliced.at, parsed.at, parsed.len);
    free((void *)(uintptr_t)spliced.at);
    free((void *)(uintptr_t)parsed.at);
}

START_TEST(same_either_way)
{
    seed = (uint32_t)_i;
    for (size_t i = 0; i < EVENTS; i++) {
        struct event event = random_event();

        if (below(20) == 0) {
            const char *text = foreign[below(COUNT(foreign))];

            fixture_network_file("br0.status", text);
            fixture_network_file("br1.status", text);
        }
        apply(&event, SPLICED);
        forget_whose(PARSED);
        apply(&event, PARSED);
        ck_same();
    }
}
END_TEST

int main(void)
{
    TCase *tests = test_case("status_splice");

    /* Thousands of files: a disk takes a millisecond for each. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, own_text_is_not_parsed);
    tcase_add_test(tests, server_duid_is_added_once_it_is_known);
    tcase_add_test(tests, foreign_spelling_of_an_address);
    tcase_add_loop_test(tests, parsed_where_it_cannot_be_spliced, 0, (int)COUNT(forged));
    tcase_add_loop_test(tests, same_either_way, 0, SERIES);
    return test_case_run(tests);
}
