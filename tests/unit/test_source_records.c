/* What the index remembers of sources: which there are, what they named, and what an earlier version wrote of
 * them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "own_index.h"

static const struct source a_source = {.number = 7, .identity = {1, 2, 3, 4, 5}, .digest = 6};

static struct source_item item_of(const char *guest, const char *mac)
{
    struct source_item item = {.guest = bytes_of(guest)};

    ck_assert_int_eq(hwaddr_parse(mac, &item.hwaddr), 0);
    return item;
}

static int join(void *context, const char *rest)
{
    strcat(strcat(context, rest), ";");
    return 0;
}

/* The sources must be these, in the order in which they were met. */
static void expect_sources(struct index *index, const char *prefix, const char *expected)
{
    char names[200] = "";

    ck_assert_int_eq(source_record_each(index->store, prefix, join, names), 0);
    ck_assert_str_eq(names, expected);
}

static void save(struct index *index, const char *name)
{
    ck_assert_int_eq(source_record_save(index->store, name, &a_source, NULL, 0, false), 0);
}

START_TEST(each_by_prefix)
{
    struct index *index = own_index();

    expect_sources(index, SOURCE_MACS, "");
    save(index, "macs:b");
    save(index, "status:a");
    save(index, "macs:a");
    save(index, "macs:b");
    expect_sources(index, SOURCE_MACS, "b;a;");
    expect_sources(index, SOURCE_STATUS, "a;");
    own_index_end(index, 1);
    index = own_index();
    expect_sources(index, SOURCE_MACS, "b;a;");
    ck_assert_int_eq(source_record_delete(index->store, "macs:b"), 0);
    ck_assert_int_eq(source_record_delete(index->store, "macs:never-there"), 0);
    expect_sources(index, SOURCE_MACS, "a;");
    own_index_end(index, 1);
    index = own_index();
    expect_sources(index, "", "status:a;macs:a;");
    own_index_end(index, 0);
}
END_TEST

static void expect_items(struct index *index, const char *name, const char *guest)
{
    struct source_record record;

    ck_assert_int_eq(source_record_load(index->store, name, &record), 0);
    ck_assert_uint_eq(record.source.digest, a_source.digest);
    ck_assert_uint_eq(record.count, 0);
    ck_assert_int_eq(source_record_load_items(index->store, name, &record), 0);
    ck_assert_uint_eq(record.count, guest != NULL);
    if (guest != NULL)
        ck_assert(bytes_equal(record.items[0].guest, bytes_of(guest)));
    source_record_free(&record);
}

START_TEST(items)
{
    struct index *index = own_index();
    struct source_item item = item_of("web", "52:54:00:00:00:01");
    struct source touched = a_source;
    struct source_record record;

    ck_assert_int_eq(source_record_save(index->store, "macs:a", &a_source, &item, 1, false), 0);
    expect_items(index, "macs:a", "web");
    own_index_end(index, 1);
    /* Another identity alone is no reason to publish, and leaves the items. */
    index = own_index();
    touched.identity.inode = 99;
    ck_assert_int_eq(source_record_touch(index->store, "macs:a", &touched), 0);
    expect_items(index, "macs:a", "web");
    ck_assert_int_eq(source_record_load(index->store, "macs:a", &record), 0);
    ck_assert_uint_eq(record.source.identity.inode, 99);
    source_record_free(&record);
    own_index_end(index, 0);
    index = own_index();
    save(index, "macs:a");
    expect_items(index, "macs:a", NULL);
    /* What was never read has no items either. */
    ck_assert_int_eq(source_record_load_all(index->store, "macs:none", &record), 0);
    ck_assert_ptr_null(record.value.at);
    ck_assert_uint_eq(record.count, 0);
    source_record_free(&record);
    own_index_end(index, 1);
}
END_TEST

/* Writes an index of the first version, with one source and its items behind it. */
static void write_version_1(const struct source_item *item)
{
    struct tdb_context *tdb = build_open(own_path("state/" INDEX_FILE), 131, 1);
    struct key key = key_named(KEY_SOURCE, bytes_of("macs:virbr0"));
    uint8_t packed[SOURCE_PACKED + SOURCE_ITEM_PACKED];
    struct packer p = {packed, packed + sizeof(packed), false};
    int fd;

    source_pack(&p, &a_source);
    source_pack_item(&p, item);
    build_put(tdb, key_bytes(&key), (struct bytes){packed, (size_t)(p.at - packed)});
    build_close(tdb);
    fd = open(own_path("state/" INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
}

START_TEST(version_1)
{
    struct source_item item = item_of("web", "52:54:00:00:00:01");
    struct index *index = own_index();

    own_hook_lease(index, "virbr0", "10.0.0.1", "52:54:00:00:00:01", "x", LATE);
    own_index_end(index, 1);
    ck_assert_int_eq(unlink(own_path("state/" INDEX_FILE)), 0);
    write_version_1(&item);
    index = own_index();
    expect_sources(index, SOURCE_MACS, "virbr0;");
    expect_items(index, "macs:virbr0", "web");
    own_hook_lease(index, "virbr0", "10.0.0.1", "52:54:00:00:00:01", "x", LATE);
    own_index_end(index, 1);
    index = own_index();
    ck_assert_uint_eq(store_meta(index->store)->version, SCHEMA_VERSION);
    expect_sources(index, SOURCE_MACS, "virbr0;");
    expect_items(index, "macs:virbr0", "web");
    own_index_end(index, 0);
}
END_TEST

/* No lease is looked for before one may be forgotten, a day after its end; then none is missed. */
START_TEST(prune_at)
{
    const uint64_t day = 86400;
    struct index *index = own_index();
    uint64_t now = index->now;

    own_hook_lease(index, "net", "10.0.0.1", "52:54:00:00:00:01", "late", now + 500);
    own_hook_lease(index, "net", "10.0.0.2", "52:54:00:00:00:02", "early", now + 100);
    own_hook_lease(index, "net", "10.0.0.3", "52:54:00:00:00:03", "never", 0);
    own_index_end(index, 1);
    index = own_index();
    ck_assert_uint_eq(index->state.prune_at, now + 100 + day);
    index->now = now + 99 + day;
    ck_assert_int_eq(leases_prune(index), 0);
    own_expect_leases(index, "net", "10.0.0.1 10.0.0.2 10.0.0.3");
    index->now = now + 100 + day;
    ck_assert_int_eq(leases_prune(index), 0);
    own_expect_leases(index, "net", "10.0.0.1 10.0.0.3");
    ck_assert_uint_eq(index->state.prune_at, now + 500 + day);
    index->now = now + 500 + day;
    ck_assert_int_eq(leases_prune(index), 0);
    own_expect_leases(index, "net", "10.0.0.3");
    own_index_end(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("source_records");

    tcase_add_test(tcase, each_by_prefix);
    tcase_add_test(tcase, items);
    tcase_add_test(tcase, version_1);
    tcase_add_test(tcase, prune_at);
    return test_case_run(tcase);
}
