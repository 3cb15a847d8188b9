/* Salvage: what is left of a damaged index is found, and nothing that was never in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_index.h"
#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "own_store.h"
#include "schema/tdb_layout.h"
#include "salvaged_index.h"

#define NAMES 200

/* What the store should hold: value number of each name, 0: not there. */
static unsigned int held[NAMES];

static void value_of(unsigned int name, unsigned int number, char *text, size_t size)
{
    snprintf(text, size, "%u:%u:%0*d", name, number, (int)(number * 7 % 150 + 1), 0);
}

static void hold(struct store *store, unsigned int name, unsigned int number)
{
    char text[200], name_text[16];

    snprintf(name_text, sizeof(name_text), "n%u", name);
    value_of(name, number, text, sizeof(text));
    own_set(store, name_text, number > 0 ? text : NULL);
    held[name] = number;
}

struct found {
    unsigned int names[NAMES];
    size_t count;
    size_t wrong;
    size_t stop_at;
};

static int note(void *context, struct bytes key, struct bytes value)
{
    struct found *found = context;
    unsigned int name, number;
    char text[200], expected[200];

    if (++found->count == found->stop_at)
        return 4711;
    if (key.len < 3 || key.at[0] != KEY_NETWORK || value.len >= sizeof(text))
        return 0;
    memcpy(text, value.at, value.len);
    text[value.len] = '\0';
    if (sscanf(text, "%u:%u:", &name, &number) != 2 || name >= NAMES) {
        found->wrong++;
        return 0;
    }
    value_of(name, number, expected, sizeof(expected));
    if (strcmp(text, expected) != 0 || held[name] != number)
        found->wrong++;
    found->names[name]++;
    return 0;
}

static struct found salvage(size_t stop_at, int expected)
{
    struct found found = {.stop_at = stop_at};
    struct store *store;

    ck_assert_int_eq(own_store_try(STORE_READ, &store), 0);
    ck_assert(store_damaged(store));
    ck_assert_int_eq(store_salvage(store, note, &found), expected);
    store_close(store);
    return found;
}

/* All of them, each once, each as it was last: not what was removed or replaced since. */
START_TEST(without_tables)
{
    struct store *store;
    struct found found;

    srandom((unsigned int)_i);
    for (int round = 0; round < (_i == 0 ? 1 : 40 * _i); round++) {
        store = own_store(STORE_WRITE);
        for (unsigned int i = 0; i < (round == 0 ? NAMES : 12U); i++)
            hold(store, round == 0 ? i : (unsigned int)random() % NAMES,
                 round > 0 && random() % 4 == 0 ? 0 : 1 + (unsigned int)random() % 1000);
        ck_assert_int_ge(own_commit(store), 0);
    }
    own_wipe_tables();
    found = salvage(0, 0);
    ck_assert_uint_eq(found.wrong, 0);
    for (unsigned int i = 0; i < NAMES; i++)
        ck_assert_msg(found.names[i] == (held[i] > 0), "record %u was found %u times", i, found.names[i]);
}
END_TEST

START_TEST(stops)
{
    struct store *store = own_store(STORE_WRITE);

    hold(store, 1, 1);
    hold(store, 2, 1);
    ck_assert_int_eq(own_commit(store), 1);
    own_wipe_tables();
    ck_assert_uint_eq(salvage(2, 4711).count, 2);
}
END_TEST

/* One record lost: all others are found. */
START_TEST(one_key_damaged)
{
    struct store *store = own_store(STORE_WRITE);
    struct bytes content;
    struct found found;
    size_t total = 0;
    uint8_t *key;

    for (unsigned int i = 0; i < NAMES; i++)
        hold(store, i, i + 1);
    ck_assert_int_eq(own_commit(store), 1);
    content = read_file(own_path(INDEX_FILE));
    key = memmem(content.at, content.len, "nn7777:78:", 10); /* key and value */
    ck_assert_ptr_nonnull(key);
    key[2] = 'x';
    write_file(own_path(INDEX_FILE), content);
    free((void *)content.at);
    found = salvage(0, 0);
    ck_assert_uint_eq(found.wrong, 0);
    ck_assert_uint_eq(found.names[77], 0);
    for (unsigned int i = 0; i < NAMES; i++)
        total += found.names[i];
    ck_assert_uint_eq(total, NAMES - 1);
}
END_TEST

/* Offset of a record's header in the file. */
static size_t record_at(struct bytes content, unsigned int name)
{
    char key[16];
    const uint8_t *at;

    snprintf(key, sizeof(key), "nn%u%u:", name, name); /* kind, key; then its value */
    at = memmem(content.at, content.len, key, strlen(key));
    ck_assert_ptr_nonnull(at);
    return (size_t)(at - content.at) - sizeof(struct tdb_layout_record);
}

/* `_i` record headers overwritten: the records before and behind are found, those between by their chains. */
START_TEST(headers_damaged)
{
    static const unsigned int broken[] = {60, 140, 100};
    struct store *store = own_store(STORE_WRITE);
    struct bytes content;
    struct found found;
    size_t total = 0;

    for (unsigned int i = 0; i < NAMES; i++)
        hold(store, i, i + 1);
    ck_assert_int_eq(own_commit(store), 1);
    content = read_file(own_path(INDEX_FILE));
    for (int i = 0; i < _i; i++)
        memset((uint8_t *)(uintptr_t)content.at + record_at(content, broken[i]), 0xff,
               sizeof(struct tdb_layout_record));
    write_file(own_path(INDEX_FILE), content);
    free((void *)content.at);
    found = salvage(0, 0);
    ck_assert_uint_eq(found.wrong, 0);
    for (unsigned int i = 0; i < NAMES; i++) {
        ck_assert_uint_le(found.names[i], 1);
        total += found.names[i];
    }
    for (int i = 0; i < _i; i++)
        ck_assert_uint_eq(found.names[broken[i]], 0);
    if (_i == 1)
        ck_assert_uint_eq(total, NAMES - 1);
    /* A few stood behind a broken one in its chain, and between two of them in the file. */
    ck_assert_uint_ge(total, (size_t)(NAMES - 5 * _i));
}
END_TEST

START_TEST(cut_off)
{
    struct store *store = own_store(STORE_WRITE);
    struct stat st;
    size_t before = NAMES + 2;

    for (unsigned int i = 0; i < NAMES; i++)
        hold(store, i, i + 1);
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_int_eq(stat(own_path(INDEX_FILE), &st), 0);
    for (off_t size = st.st_size - 1; size > 0; size -= 501) {
        struct found found;

        ck_assert_int_eq(truncate(own_path(INDEX_FILE), size), 0);
        found = salvage(0, 0);
        ck_assert_uint_eq(found.wrong, 0);
        ck_assert_uint_le(found.count, before);
        before = found.count;
    }
    ck_assert_uint_eq(before, 0);
}
END_TEST

/* Whatever lies in the file: nothing is read outside of it, and it ends. */
START_TEST(noise)
{
    struct store *store = own_store(STORE_WRITE);
    struct bytes content;
    uint8_t *bytes;

    for (unsigned int i = 0; i < 20; i++)
        hold(store, i, i + 1);
    ck_assert_int_eq(own_commit(store), 1);
    content = read_file(own_path(INDEX_FILE));
    bytes = malloc(content.len);
    srandom(4711);
    for (int round = 0; round < 500; round++) {
        memcpy(bytes, content.at, content.len);
        for (int i = 0; i < 200; i++) {
            uint8_t *word = bytes + (size_t)random() % (content.len / 4) * 4;

            memset(word, random() % 3 == 0 ? 0xff : (int)random(), 1 + (size_t)random() % 4);
        }
        write_file(own_path(INDEX_FILE), (struct bytes){bytes, content.len});
        reports_start(&own_reports);
        salvage(0, 0);
    }
    free(bytes);
    free((void *)content.at);
}
END_TEST

/* Kinds that a salvage takes over, as nobody else knows them, and those that come from files. */
static const struct {
    enum lease_kind kind;
    const char *ip;
    bool taken;
} kinds[] = {
    {KIND_ARP, "10.0.0.4", true},       {KIND_KEPT, "10.0.0.5", true},  {KIND_STATIC, "10.0.0.6", false},
    {KIND_RESERVED, "10.0.0.7", false}, {KIND_HOST, "10.0.0.8", false},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void fill_entries(struct index *index)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct lease entry = lease_at(kinds[i].ip, "entry");

        entry.kind = kinds[i].kind;
        entry.expiry = index->now + 1;
        entry.heard = index->now * 1000;
        ck_assert_int_eq(leases_put(index, &entry), 1);
    }
}

static void expect_entries(struct index *index)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct lease entry = lease_at(kinds[i].ip, "entry"), found = entry;

        found.kind = kinds[i].kind;
        ck_assert_int_eq(entries_get(index, &found), kinds[i].taken ? 0 : -ENOENT);
        if (!kinds[i].taken)
            continue;
        ck_assert(hwaddr_equal(&found.hwaddr, &entry.hwaddr));
        ck_assert_str_eq(found.host, entry.host);
        ck_assert_uint_ge(found.expiry, 1);
    }
}

static void fill_index(struct index *index)
{
    struct source source = {.number = 7, .identity = {1, 2, 3, 4, 5}, .digest = 6};
    struct network network = {.libvirt = true,
                              .server_duid = {2, {0xd1, 0xd2}},
                              .name = "lab",
                              .prefix_ipv4 = 24,
                              .prefix_ipv6 = 64};
    struct lease lease = lease_at("10.0.0.1", "web");

    strcpy(lease.domain, "lab");
    ck_assert_int_eq(leases_put(index, &lease), 1);
    lease = lease_at("10.0.0.2", "");
    strcpy(lease.refused, "localhost");
    lease.reason = REFUSAL_WELL_KNOWN;
    lease.owner = 7;
    ck_assert_int_eq(leases_put(index, &lease), 1);
    lease = lease_at("2001:db8::3", "six");
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(source_record_save(index->store, "leases:net=/x", &source, NULL, 0, false), 0);
    ck_assert_int_eq(index_set_network(index, "net", &network), 0);
    index->state.clock = UINT64_C(0xf00000000000);
    index->state.next_source = 8;
}

static void expect_filled(struct index *index)
{
    struct source_record source;
    struct network network;
    struct lease lease, expected = lease_at("10.0.0.1", "web");
    struct key key = key_named(KEY_HOST, bytes_of("web.lab"));

    strcpy(expected.domain, "lab");
    ck_assert_int_eq(leases_get(index, "net", &expected.ip, &lease), 0);
    ck_assert(hwaddr_equal(&lease.hwaddr, &expected.hwaddr));
    ck_assert_str_eq(lease.host, "web");
    ck_assert_str_eq(lease.domain, "lab");
    ck_assert_uint_eq(lease.seen, expected.seen);
    ck_assert_uint_eq(lease.heard, expected.heard);
    ck_assert(store_has(index->store, &key));
    expected = lease_at("10.0.0.2", "");
    ck_assert_int_eq(leases_get(index, "net", &expected.ip, &lease), 0);
    ck_assert_str_eq(lease.refused, "localhost");
    ck_assert_uint_eq(lease.owner, 7);
    expected = lease_at("2001:db8::3", "six");
    ck_assert_int_eq(leases_get(index, "net", &expected.ip, &lease), 0);
    ck_assert_int_eq(index_network(index, "net", &network), 0);
    ck_assert(network.libvirt);
    ck_assert_uint_eq(network.server_duid.len, 2);
    ck_assert_uint_eq(index->state.next_source, 8);
    ck_assert_uint_gt(index_stamp(index), UINT64_C(0xf00000000000));
    /* A file keeps its number, by which its leases know it, and is to be read again. */
    ck_assert_int_eq(source_record_load(index->store, "leases:net=/x", &source), 0);
    ck_assert_uint_eq(source.source.number, 7);
    ck_assert_uint_eq(source.source.digest, 0);
    ck_assert_uint_eq(source.source.identity.inode, 0);
    source_record_free(&source);
    expect_entries(index);
    check_index(index);
}

START_TEST(whole_index)
{
    struct index *index = open_index();

    fill_index(index);
    fill_entries(index);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    own_wipe_tables();
    /* Who only looks sees it, too. */
    reports_start(&own_reports);
    ck_assert_int_eq(index_open_read(own_dir(), &own_reports.sink, &index), 0);
    expect_filled(index);
    index_close(index);
    own_expect_files(NULL);
    index = open_index();
    reports_expect_one(&own_reports, "/" INDEX_FILE ": damaged");
    expect_filled(index);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    own_expect_files(DAMAGED_FILE);
    index = open_index();
    reports_expect_none(&own_reports);
    expect_filled(index);
    index_close(index);
}
END_TEST

static uint8_t *state_record(struct bytes content)
{
    struct tdb_layout_record record;

    for (size_t at = 0; at + sizeof(record) < content.len; at += 4) {
        memcpy(&record, content.at + at, sizeof(record));
        if (record.magic == TDB_LAYOUT_USED && record.key_len == 1 &&
            content.at[at + sizeof(record)] == KEY_STATE)
            return (uint8_t *)(uintptr_t)content.at + at;
    }
    ck_abort_msg("there is no state");
}

/* The writer's own state is lost, or another: numbers of files are given once all the same, and leases that
 * expire are forgotten in time. */
START_TEST(state_damaged)
{
    struct index *index = open_index();
    struct lease lease = lease_at("10.0.0.9", "late");
    struct bytes content;
    uint8_t *state;

    fill_index(index);
    lease.expiry = UINT64_C(4102444800);
    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    content = read_file(own_path(INDEX_FILE));
    state = state_record(content);
    if (_i == 0)
        state[offsetof(struct tdb_layout_record, hash)] ^= 1;
    /* next_source 8 becomes 2, prune_at the latest time there is */
    state += sizeof(struct tdb_layout_record) + 1;
    state[6] = _i == 0 ? 8 : 2;
    memset(state + 6 + 2 + 1 + state[8], 0xff, 5);
    write_file(own_path(INDEX_FILE), content);
    free((void *)content.at);
    index = open_index();
    reports_expect_one(&own_reports, "damaged");
    ck_assert_uint_eq(index->state.next_source, 8);
    ck_assert_uint_eq(index->state.prune_at, lease.expiry + 86400);
    index_close(index);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("salvage");

    tcase_add_loop_test(tcase, without_tables, 0, 4);
    tcase_add_test(tcase, stops);
    tcase_add_test(tcase, one_key_damaged);
    tcase_add_loop_test(tcase, headers_damaged, 1, 4);
    tcase_add_test(tcase, cut_off);
    tcase_add_test(tcase, noise);
    tcase_add_test(tcase, whole_index);
    tcase_add_loop_test(tcase, state_damaged, 0, 2);
    return test_case_run(tcase);
}
