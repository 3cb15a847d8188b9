/* A damaged base: not built upon, kept aside, and what still reads of it is taken over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_index.h"
#include "indexer/leases.h"
#include "own_store.h"
#include "salvaged_index.h"
#include "schema/tdb_layout.h"

#define LEASES 1000

static struct lease numbered(unsigned int number)
{
    char ip[32], host[48];

    snprintf(ip, sizeof(ip), "10.0.%u.%u", number / 250, number % 250 + 1);
    snprintf(host, sizeof(host), "a-rather-long-name-%u", number);
    return lease_at(ip, host);
}

static int put_some(struct index *index, void *context)
{
    const unsigned int *range = context;
    int rc = 0;

    for (unsigned int i = range[0]; rc >= 0 && i < range[1]; i++) {
        struct lease lease = numbered(i);

        rc = leases_put(index, &lease);
    }
    return rc < 0 ? index_failed(index, rc) : 0;
}

static int change(enum store_mode mode, unsigned int from, unsigned int to)
{
    unsigned int range[] = {from, to};

    reports_start(&own_reports);
    return index_change(own_dir(), mode, &own_reports.sink, put_some, range);
}

/* An index with a base (generation 1), and a removal and a change beside it. */
static void publish(void)
{
    struct lease gone = numbered(7), moved = numbered(8);
    struct index *index;

    ck_assert_int_eq(change(STORE_WRITE, 0, LEASES), 1);
    index = open_index();
    ck_assert_uint_eq(store_meta(index->store)->base, 1);
    ck_assert_int_ge(leases_remove(index, &gone), 0);
    strcpy(moved.host, "another-name");
    ck_assert_int_ge(leases_put(index, &moved), 0);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
}

static size_t leases_of(struct index *index)
{
    size_t count = 0;

    for (unsigned int i = 0; i < LEASES; i++) {
        struct lease lease = numbered(i), found;
        int rc = leases_get(index, "net", &lease.ip, &found);

        ck_assert(rc == 0 || rc == -ENOENT);
        count += rc == 0;
        if (i == 7)
            ck_assert_int_eq(rc, -ENOENT);
        if (i == 8 && rc == 0)
            ck_assert_str_eq(found.host, "another-name");
    }
    return count;
}

static size_t leases_now(void)
{
    struct index *index = open_index();
    size_t count;

    reports_expect_none(&own_reports);
    check_index(index);
    count = leases_of(index);
    index_close(index);
    return count;
}

/* Changes one byte of the base, so far from the first place where one lease's name stands. */
static struct bytes change_base(const char *file, int from_name, uint8_t bits)
{
    struct bytes content = read_file(own_path(file));
    uint8_t *name = memmem(content.at, content.len, "a-rather-long-name-500", 22);

    ck_assert_ptr_nonnull(name);
    name[from_name] ^= bits;
    unlink(own_path(file));
    write_file(own_path(file), content);
    return content;
}

/* Damages the value of one lease of the base. */
static struct bytes damage_base(const char *file)
{
    return change_base(file, -1, 0x55);
}

/* The same, but what is there then makes sense: another name. */
static struct bytes rename_in_base(const char *file)
{
    return change_base(file, 0, 'a' ^ 'b');
}

static void expect_kept(const char *file, struct bytes content)
{
    struct bytes kept = read_file(own_path(file));

    ck_assert(bytes_equal(kept, content));
    free((void *)kept.at);
    free((void *)content.at);
}

/* An event goes by without reading all of the base; a new base is not made of a damaged one. */
START_TEST(found_when_written_anew)
{
    struct bytes content;

    publish();
    content = _i == 0 ? damage_base("base-1.tdb") : rename_in_base("base-1.tdb");
    ck_assert_int_eq(change(STORE_WRITE, 10, 11), 0);
    reports_expect_none(&own_reports);
    /* more than may stand beside a base */
    ck_assert_int_eq(change(STORE_WRITE, LEASES, 2 * LEASES), 1);
    reports_expect_one(&own_reports, "damaged");
    expect_kept("base-1.tdb" DAMAGED_SUFFIX, content);
    ck_assert_uint_ge(leases_now(), LEASES - 2);
    /* It goes with the event after, as every base that was replaced. */
    ck_assert_int_eq(change(STORE_WRITE, 2 * LEASES, 2 * LEASES + 1), 1);
    ck_assert_uint_eq(own_inode("base-1.tdb"), 0);
}
END_TEST

/* Who only looks reads all of it, and shows what still reads. */
START_TEST(found_by_readers)
{
    struct index *index = NULL;

    publish();
    free((void *)damage_base("base-1.tdb").at);
    reports_start(&own_reports);
    ck_assert_int_eq(index_open_read(own_dir(), &own_reports.sink, &index), 0);
    reports_expect_one(&own_reports, "damaged");
    ck_assert_uint_ge(leases_of(index), LEASES - 2);
    index_close(index);
    ck_assert_uint_eq(own_inode(DAMAGED_FILE), 0);
}
END_TEST

static int remove_one(struct index *index, void *context)
{
    const struct lease *gone = context;
    struct lease lease;
    int rc = leases_get(index, "net", &gone->ip, &lease);

    return rc == -ENOENT ? 0 : rc < 0 ? index_failed(index, rc) : leases_remove(index, &lease);
}

/* An event that meets the damage itself is begun again: it is not lost, nor is the damage taken for absence.
 */
START_TEST(found_by_an_event)
{
    struct lease gone = numbered(500);
    struct index *index;
    struct bytes content;
    uint8_t *name, *record;

    publish();
    content = read_file(own_path("base-1.tdb"));
    name = memmem(content.at, content.len, "Lnet\0\x0a\0\2\1", 9);
    ck_assert_ptr_nonnull(name);
    /* its value's length, or all of its header */
    record = name - sizeof(struct tdb_layout_record);
    memset(_i == 0 ? record + 12 : record, 0xff, _i == 0 ? 4 : sizeof(struct tdb_layout_record));
    unlink(own_path("base-1.tdb"));
    write_file(own_path("base-1.tdb"), content);
    free((void *)content.at);
    reports_start(&own_reports);
    ck_assert_int_eq(index_change(own_dir(), STORE_WRITE, &own_reports.sink, remove_one, &gone), 1);
    reports_expect_one(&own_reports, "damaged");
    index = open_index();
    check_index(index);
    ck_assert_int_eq(leases_get(index, "net", &gone.ip, &gone), -ENOENT);
    index_close(index);
    ck_assert_uint_ge(leases_now(), LEASES - 20);
}
END_TEST

/* So is one that cannot even begin. */
START_TEST(found_when_opened)
{
    struct key key = key_single(KEY_STATE);
    struct bytes content;
    uint8_t *at;
    struct tdb_layout_record record;

    publish();
    content = read_file(own_path("base-1.tdb"));
    for (at = (uint8_t *)(uintptr_t)content.at;; at += 4) {
        memcpy(&record, at, sizeof(record));
        if (record.magic == TDB_LAYOUT_USED && record.key_len == 1 && at[sizeof(record)] == key.at[0])
            break;
    }
    memset(at, 0xff, sizeof(record));
    unlink(own_path("base-1.tdb"));
    write_file(own_path("base-1.tdb"), content);
    free((void *)content.at);
    ck_assert_int_eq(change(STORE_WRITE, LEASES, LEASES + 1), 1);
}
END_TEST

START_TEST(found_when_looked_for)
{
    struct bytes content;

    publish();
    content = damage_base("base-1.tdb");
    ck_assert_int_eq(change(STORE_CHECK, 10, 11), 1);
    reports_expect_one(&own_reports, "damaged");
    expect_kept("base-1.tdb" DAMAGED_SUFFIX, content);
    ck_assert_uint_ge(leases_now(), LEASES - 2);
}
END_TEST

/* The base of another index, and none at all: what stands beside it still counts. */
START_TEST(another_base)
{
    struct bytes content;

    publish();
    content = read_file(own_path("base-1.tdb"));
    ck_assert_int_eq(unlink(own_path(INDEX_FILE)), 0);
    ck_assert_int_eq(unlink(own_path("base-1.tdb")), 0);
    publish();
    write_file(own_path("other"), content);
    free((void *)content.at);
    ck_assert_int_eq(
        _i == 0 ? rename(own_path("other"), own_path("base-1.tdb")) : unlink(own_path("base-1.tdb")), 0);
    ck_assert_int_eq(change(STORE_WRITE, 10, 11), 1);
    reports_expect_one(&own_reports, "damaged");
    ck_assert_uint_ne(own_inode(DAMAGED_FILE), 0);
    ck_assert_int_eq(own_inode("base-1.tdb" DAMAGED_SUFFIX) != 0, _i == 0);
    /* Of the other, what reads is taken over: better too old than lost. */
    ck_assert_uint_eq(leases_now(), _i == 0 ? LEASES - 1 : 2);
}
END_TEST

/* index.tdb damaged beyond reading, or in a record: its base is found all the same. */
START_TEST(index_damaged)
{
    struct bytes content;
    size_t found;

    publish();
    content = read_file(own_path(INDEX_FILE));
    if (_i == 0)
        memset((void *)(uintptr_t)content.at, 0, content.len);
    else
        ((uint8_t *)(uintptr_t)content.at)[content.len - 1] ^= 1;
    write_file(own_path(INDEX_FILE), content);
    reports_start(&own_reports);
    ck_assert_int_ge(change(STORE_WRITE, 10, 11), 1);
    reports_expect_one(&own_reports, "damaged");
    expect_kept(DAMAGED_FILE, content);
    if (_i == 0) {
        struct index *index = open_index();

        /* What only index.tdb knew is lost with it. */
        check_index(index);
        index_close(index);
        return;
    }
    found = leases_now();
    ck_assert_uint_eq(found, LEASES - 1);
}
END_TEST

/* The meta record of index.tdb names another base, or none: by its random number the right one is found. */
START_TEST(base_misnamed)
{
    static const uint8_t magic[] = META_MAGIC;
    struct bytes content;
    uint8_t *meta;

    publish();
    content = read_file(own_path(INDEX_FILE));
    meta = memmem(content.at, content.len, magic, sizeof(magic));
    ck_assert_ptr_nonnull(meta);
    ck_assert_uint_eq(meta[24], 1);
    meta[24] = _i == 0 ? 0 : 5;
    write_file(own_path(INDEX_FILE), content);
    ck_assert_int_eq(change(STORE_WRITE, 10, 11), 1);
    reports_expect_one(&own_reports, "damaged");
    expect_kept(DAMAGED_FILE, content);
    ck_assert_uint_eq(leases_now(), LEASES - 1);
}
END_TEST

/* The base looks like one of another version, for a wrong bit: it is damaged, and kept. */
START_TEST(version_damaged)
{
    static const uint8_t magic[] = META_MAGIC;
    struct bytes content;
    uint8_t *meta;

    publish();
    content = read_file(own_path("base-1.tdb"));
    meta = memmem(content.at, content.len, magic, sizeof(magic));
    ck_assert_ptr_nonnull(meta);
    meta[META_MAGIC_SIZE] ^= 8; /* no version that was ever written */
    unlink(own_path("base-1.tdb"));
    write_file(own_path("base-1.tdb"), content);
    ck_assert_int_eq(change(STORE_WRITE, 10, 11), 1);
    reports_expect_one(&own_reports, "damaged");
    expect_kept("base-1.tdb" DAMAGED_SUFFIX, content);
    ck_assert_uint_eq(leases_now(), LEASES - 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("base_damage");

    tcase_add_loop_test(tcase, found_when_written_anew, 0, 2);
    tcase_add_test(tcase, found_by_readers);
    tcase_add_loop_test(tcase, found_by_an_event, 0, 2);
    tcase_add_test(tcase, found_when_opened);
    tcase_add_test(tcase, found_when_looked_for);
    tcase_add_loop_test(tcase, another_base, 0, 2);
    tcase_add_loop_test(tcase, index_damaged, 0, 2);
    tcase_add_loop_test(tcase, base_misnamed, 0, 2);
    tcase_add_test(tcase, version_damaged);
    return test_case_run(tcase);
}
