/* The reader of nss/ against libtdb: the same hash, the same answers. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/image.h"
#include "schema/hash.h"
#include "schema/limits.h"
#include "schema/tdb_layout.h"
#include "schema/tdb_table.h"

static void setup(void)
{
    test_directory();
}

static void random_bytes(uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = (uint8_t)random();
}

static TDB_DATA data_of(struct bytes bytes)
{
    return (TDB_DATA){.dptr = (unsigned char *)bytes.at, .dsize = bytes.len};
}

START_TEST(hash_is_libtdbs)
{
    uint8_t text[304];

    for (size_t len = 0; len <= 300; len++) {
        for (size_t round = 0; round < 20; round++) {
            struct bytes key = {text + round % 4, len};
            TDB_DATA same = data_of(key);

            random_bytes(text, sizeof(text));
            ck_assert_uint_eq(hash_bytes(key), tdb_jenkins_hash(&same));
        }
    }
}
END_TEST

/* Key number `n`: random, but the same in every run, of 1 to 279 bytes. */
static struct bytes nth_key(unsigned int n, uint8_t room[static KEY_MAX])
{
    struct bytes key = {room, 1 + n * 7919 % 279};

    srandom(n);
    random_bytes(room, key.len);
    room[0] = (uint8_t)('b' + n % 20);
    return key;
}

/* Opens a file by itself; closed with image_unmap(). */
static int open_table(const char *path, struct tdb_table *table)
{
    struct image_id id;
    struct bytes content;
    struct meta meta;
    int error;

    ck_assert_int_eq(image_map(path, &content, &id), 0);
    error = tdb_table_open(content, table, &meta);
    if (error < 0)
        image_unmap(content);
    return error;
}

static void compare_key(const struct tdb_table *table, struct tdb_context *db, struct bytes key)
{
    TDB_DATA theirs = tdb_fetch(db, data_of(key));
    struct bytes ours = {NULL, 0};
    int error = tdb_table_find(table, key, hash_bytes(key), &ours);

    ck_assert_int_eq(error, theirs.dptr == NULL ? -ENOENT : 0);
    if (error == 0) {
        ck_assert_uint_eq(ours.len, theirs.dsize);
        ck_assert(ours.len == 0 || memcmp(ours.at, theirs.dptr, ours.len) == 0);
    }
    free(theirs.dptr);
}

/* Stores all keys, overwrites some with longer or shorter values, deletes others. */
static void churn(struct tdb_context *db, unsigned int keys)
{
    uint8_t room[KEY_MAX];
    uint8_t value[700];

    for (unsigned int n = 0; n < keys; n++) {
        struct bytes key = nth_key(n, room);

        random_bytes(value, sizeof(value));
        build_put(db, key, (struct bytes){value, n * 31 % 600});
    }
    for (unsigned int n = 0; n < keys; n += 3)
        build_put(db, nth_key(n, room), (struct bytes){value, n * 17 % sizeof(value)});
    /* Short keys come more than once: some are gone already. */
    for (unsigned int n = 1; n < keys; n += 4)
        tdb_delete(db, data_of(nth_key(n, room)));
    for (unsigned int n = 1; n < keys; n += 16)
        build_put(db, nth_key(n, room), (struct bytes){value, n % 50});
}

static const int hash_sizes[] = {1, 2, 131, 4099, 20011};

START_TEST(equals_libtdb)
{
    const char *path = test_path("equal.tdb");
    unsigned int keys = hash_sizes[_i] < 100 ? 2000 : 8000;
    struct tdb_context *db = build_open(path, hash_sizes[_i], SCHEMA_VERSION);
    uint8_t room[KEY_MAX];
    struct tdb_table table;

    churn(db, keys);
    ck_assert_int_eq(open_table(path, &table), 0);
    for (unsigned int n = 0; n < keys + keys / 4; n++)
        compare_key(&table, db, nth_key(n, room));
    compare_key(&table, db, (struct bytes){room, 0});
    image_unmap(table.file);
    build_close(db);
    unlink(path);
}
END_TEST

/* Sparse: nothing of it but its first and last pages is on a disk. */
#define LARGEST ((INT64_C(1) << 32) - (INT64_C(1) << 20))

/* Makes the file as large as an index may be, with the key's record as its last bytes. */
static void put_at_end(const char *path, struct bytes key, const char *value)
{
    struct bytes content = read_file(path);
    uint32_t hash_size = ((const struct tdb_layout_header *)content.at)->hash_size;
    off_t head = (off_t)tdb_layout_chain(hash_bytes(key) % hash_size);
    struct tdb_layout_record record = {
        .next = tdb_layout_word(content.at + head),
        .room = 64,
        .key_len = (uint32_t)key.len,
        .value_len = (uint32_t)strlen(value),
        .hash = hash_bytes(key),
        .magic = TDB_LAYOUT_USED,
    };
    uint32_t offset = (uint32_t)(LARGEST - record.room - (int64_t)sizeof(record));
    int fd = open(path, O_RDWR | O_CLOEXEC);

    ck_assert_int_eq(ftruncate(fd, LARGEST), 0);
    ck_assert_int_eq(pwrite(fd, &record, sizeof(record), offset), sizeof(record));
    ck_assert_int_eq(pwrite(fd, key.at, key.len, offset + (off_t)sizeof(record)), (int)key.len);
    ck_assert_int_eq(pwrite(fd, value, record.value_len, offset + (off_t)(sizeof(record) + key.len)),
                     (int)record.value_len);
    ck_assert_int_eq(pwrite(fd, &offset, sizeof(offset), head), sizeof(offset));
    close(fd);
    free((void *)content.at);
}

START_TEST(offsets_of_almost_32_bits)
{
    const char *path = test_path("largest.tdb");
    struct key key = host_key("far");
    struct tdb_table table;
    struct bytes value, content;
    struct image_id id;

    build_close(build_open(path, 7, SCHEMA_VERSION));
    put_at_end(path, key_bytes(&key), "away");
    ck_assert_int_eq(open_table(path, &table), 0);
    ck_assert_uint_eq(table.file.len, LARGEST);
    ck_assert_int_eq(tdb_table_find(&table, key_bytes(&key), hash_bytes(key_bytes(&key)), &value), 0);
    ck_assert_uint_eq(value.len, 4);
    ck_assert_mem_eq(value.at, "away", 4);
    image_unmap(table.file);
    /* From here on an offset that is added to might be a small one again. */
    ck_assert_int_eq(truncate(path, LARGEST + 1), 0);
    ck_assert_int_eq(image_map(path, &content, &id), -EBADMSG);
}
END_TEST

static int traverse_dead(struct tdb_context *db, TDB_DATA key, TDB_DATA data, void *state)
{
    (void)data;
    (void)state;
    /* A record deleted while a traversal stands on it stays in its chain, marked as dead. */
    return key.dsize == 1 && key.dptr[0] == KEY_META ? 0 : tdb_delete(db, key);
}

START_TEST(dead_records_are_skipped)
{
    const char *path = test_path("dead.tdb");
    struct tdb_context *db = build_open(path, 1, SCHEMA_VERSION);
    struct tdb_table table;
    struct bytes value;

    for (unsigned int n = 0; n < 20; n++) {
        struct key key = host_key((char[]){(char)('a' + n), '\0'});

        build_put(db, key_bytes(&key), bytes_of("value"));
    }
    tdb_set_max_dead(db, 100);
    ck_assert_int_gt(tdb_traverse(db, traverse_dead, NULL), 0);
    ck_assert_int_eq(open_table(path, &table), 0);
    for (unsigned int n = 0; n < 20; n++) {
        struct key key = host_key((char[]){(char)('a' + n), '\0'});

        ck_assert_int_eq(tdb_table_find(&table, key_bytes(&key), hash_bytes(key_bytes(&key)), &value),
                         -ENOENT);
    }
    image_unmap(table.file);
    build_close(db);
}
END_TEST

START_TEST(old_hash_is_refused)
{
    const char *path = test_path("oldhash.tdb");
    struct tdb_context *db = tdb_open(path, 7, TDB_DEFAULT, O_RDWR | O_CREAT, 0644);
    struct tdb_table table;

    ck_assert_ptr_nonnull(db);
    build_close(db);
    ck_assert_int_eq(open_table(path, &table), -EBADMSG);
}
END_TEST

START_TEST(meta_record)
{
    static const struct {
        const char *file;
        uint32_t version;
        size_t cut;
        int error;
    } cases[] = {
        {"current.tdb", SCHEMA_VERSION, 0, 0},
        {"version0.tdb", 0, 0, -EPROTONOSUPPORT},
        {"version1.tdb", 1, META_PACKED - 24, 0},
        {"cut-version1.tdb", 1, META_PACKED - 23, -EBADMSG},
        {"version.tdb", SCHEMA_VERSION + 1, 0, -EPROTONOSUPPORT},
        {"cut.tdb", SCHEMA_VERSION, 1, -EBADMSG},
        {"cut-other.tdb", SCHEMA_VERSION + 1, META_PACKED - 12, -EPROTONOSUPPORT},
        {"cut-more.tdb", SCHEMA_VERSION, META_PACKED - 11, -EBADMSG},
        {"empty.tdb", SCHEMA_VERSION, META_PACKED, -EBADMSG},
    };
    struct key key = key_single(KEY_META);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *path = test_path(cases[i].file);
        struct tdb_context *db = build_open(path, 7, cases[i].version);
        TDB_DATA meta = tdb_fetch(db, data_of(key_bytes(&key)));
        struct tdb_table table;

        build_put(db, key_bytes(&key), (struct bytes){meta.dptr, meta.dsize - cases[i].cut});
        build_close(db);
        free(meta.dptr);
        ck_assert_int_eq(open_table(path, &table), cases[i].error);
        if (cases[i].error == 0)
            image_unmap(table.file);
    }
}
END_TEST

START_TEST(meta_record_missing)
{
    const char *path = test_path("nometa.tdb");
    struct tdb_context *db = build_open(path, 7, SCHEMA_VERSION);
    struct key key = key_single(KEY_META);
    struct tdb_table table;

    ck_assert_int_eq(tdb_delete(db, data_of(key_bytes(&key))), 0);
    build_close(db);
    ck_assert_int_eq(open_table(path, &table), -EBADMSG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_reader");
    TCase *tcase = tcase_create("nss_reader");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, hash_is_libtdbs);
    tcase_add_loop_test(tcase, equals_libtdb, 0, (int)(sizeof(hash_sizes) / sizeof(hash_sizes[0])));
    tcase_add_test(tcase, offsets_of_almost_32_bits);
    tcase_add_test(tcase, dead_records_are_skipped);
    tcase_add_test(tcase, old_hash_is_refused);
    tcase_add_test(tcase, meta_record);
    tcase_add_test(tcase, meta_record_missing);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
