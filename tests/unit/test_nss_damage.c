/* The reader of nss/ and damaged indexes: whatever the bytes are, a look-up ends and stays inside. */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/mapping.h"
#include "schema/hash.h"
#include "schema/limits.h"
#include "schema/tdb_layout.h"

#define SMALL_KEYS 12

/* A copy of `content` that ends where unreadable memory begins. Given back with guarded_free(). */
struct guarded {
    struct bytes content;
    uint8_t *pages;
    size_t length;
};

static struct guarded guarded_copy(struct bytes content)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inner = (content.len + page - 1) / page * page;
    struct guarded g = {.length = inner + 2 * page};
    uint8_t *at;

    g.pages = mmap(NULL, g.length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(g.pages, MAP_FAILED);
    if (inner > 0)
        ck_assert_int_eq(mprotect(g.pages + page, inner, PROT_READ | PROT_WRITE), 0);
    at = g.pages + page + inner - content.len;
    if (content.len > 0)
        memcpy(at, content.at, content.len);
    g.content = (struct bytes){at, content.len};
    return g;
}

static void guarded_free(struct guarded *g)
{
    munmap(g->pages, g->length);
}

static struct key small_key(unsigned int n)
{
    char name[16];

    snprintf(name, sizeof(name), "host-%u", n);
    return host_key(name);
}

/* A small index with SMALL_KEYS records, in memory that the caller frees. */
static struct bytes small_index(int hash_size)
{
    const char *path = test_path("small.tdb");
    struct tdb_context *db = build_open(path, hash_size, SCHEMA_VERSION);
    struct bytes content;

    for (unsigned int n = 0; n < SMALL_KEYS; n++) {
        struct key key = small_key(n);

        build_put(db, key_bytes(&key), key_bytes(&key));
    }
    build_close(db);
    content = read_file(path);
    unlink(path);
    return content;
}

/* Where the damaged file stands: for itself, as a base, or before one. Whatever is wrong with it, the record
 * of the whole file beside it, OTHER, must not be lost or mixed up with others. */
enum role { ALONE, BASE, OVERLAY };

#define OTHER "other"

static struct tdb_table other;

static void build_other(void)
{
    struct tdb_context *db = build_open(test_path("other.tdb"), 3, SCHEMA_VERSION);
    struct key key = host_key(OTHER);
    struct meta meta;

    build_put(db, key_bytes(&key), bytes_of(OTHER));
    build_close(db);
    ck_assert_int_eq(tdb_table_open(read_file(test_path("other.tdb")), &other, &meta), 0);
    unlink(test_path("other.tdb"));
}

static struct view view_of(const struct tdb_table *damaged, enum role role)
{
    switch (role) {
    case BASE:
        return (struct view){.overlay = other, .base = *damaged};
    case OVERLAY:
        return (struct view){.overlay = *damaged, .base = other};
    default:
        return (struct view){.overlay = *damaged};
    }
}

/* Is OTHER found where it must be, and nowhere else? */
static bool other_is_found(const struct view *view, enum role role)
{
    struct key key = host_key(OTHER);
    struct bytes value;
    int error = view_find(view, key_bytes(&key), hash_bytes(key_bytes(&key)), &value);

    switch (role) {
    case BASE:
        return error == 0 && bytes_equal(value, bytes_of(OTHER));
    case OVERLAY:
        return error == -EBADMSG || (error == 0 && bytes_equal(value, bytes_of(OTHER)));
    default:
        return error == -EBADMSG || error == -ENOENT;
    }
}

static bool inside(struct bytes value, struct bytes file)
{
    return value.at >= file.at && value.len <= file.len && value.at + value.len <= file.at + file.len;
}

/* Asks an index with a damaged file for all keys: whatever it says, it must end, and lie inside. Returns the
 * keys found. Check's assertions write to a pipe: there is none a key. */
static unsigned int probe(struct bytes file, enum role role)
{
    struct tdb_table table = {0};
    struct meta meta;
    unsigned int found = 0;
    int error = tdb_table_open(file, &table, &meta);
    struct view view = view_of(&table, role);
    bool fine = error == 0 ? other_is_found(&view, role) : error == -EBADMSG || error == -EPROTONOSUPPORT;

    for (unsigned int n = 0; error == 0 && n < SMALL_KEYS + 1; n++) {
        struct key key = small_key(n);
        struct bytes value;
        int result = view_find(&view, key_bytes(&key), hash_bytes(key_bytes(&key)), &value);

        fine = fine && (result == 0 ? inside(value, file) : result == -ENOENT || result == -EBADMSG);
        found += result == 0;
    }
    if (!fine)
        ck_abort_msg("an impossible answer");
    return found;
}

START_TEST(every_truncation)
{
    enum role role = (enum role)_i;
    struct bytes whole = small_index(3);

    ck_assert_uint_eq(probe(whole, role), SMALL_KEYS);
    for (size_t len = 0; len <= whole.len; len++) {
        struct guarded g = guarded_copy((struct bytes){whole.at, len});

        ck_assert_uint_le(probe(g.content, role), SMALL_KEYS);
        guarded_free(&g);
    }
    free((void *)whole.at);
}
END_TEST

START_TEST(every_truncated_file)
{
    struct bytes whole = small_index(3);

    for (size_t len = 0; len <= whole.len; len += 1 + len / 50) {
        struct mapping *mapping;
        int error;

        write_file(test_path(INDEX_FILE), (struct bytes){whole.at, len});
        error = mapping_open(test_path("."), NULL, &mapping);
        ck_assert(error == 0 || error == -EBADMSG);
        if (len < sizeof(struct tdb_layout_header))
            ck_assert_int_eq(error, -EBADMSG);
        if (error == 0)
            mapping_close(mapping);
    }
    free((void *)whole.at);
}
END_TEST

START_TEST(every_bit_flip)
{
    enum role role = (enum role)(_i % 3);
    struct bytes whole = small_index(1 + 4 * (_i / 3));
    struct guarded g = guarded_copy(whole);
    uint8_t *at = (uint8_t *)g.content.at;

    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        probe(g.content, role);
        at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    ck_assert_uint_eq(probe(g.content, role), SMALL_KEYS);
    guarded_free(&g);
    free((void *)whole.at);
}
END_TEST

START_TEST(hostile_words)
{
    static const uint32_t words[] = {0,           1,           23,          24,          0x7fffffffU,
                                     0x80000000U, 0xffffff00U, 0xffffffe8U, 0xfffffffcU, 0xffffffffU};
    enum role role = (enum role)_i;
    struct bytes whole = small_index(2);
    struct guarded g = guarded_copy(whole);
    uint8_t *at = (uint8_t *)g.content.at;

    for (size_t offset = 0; offset + 4 <= whole.len; offset++) {
        uint8_t before[4];

        memcpy(before, at + offset, 4);
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            memcpy(at + offset, &words[i], 4);
            probe(g.content, role);
        }
        memcpy(at + offset, before, 4);
    }
    guarded_free(&g);
    free((void *)whole.at);
}
END_TEST

/* The offset of the record of small key `n`, in an index with one chain. */
static uint32_t record_offset(struct bytes file, unsigned int n)
{
    struct key key = small_key(n);
    struct tdb_layout_record record;
    uint32_t offset;

    memcpy(&offset, file.at + tdb_layout_chain(0), sizeof(offset));
    for (; offset != 0; offset = record.next) {
        memcpy(&record, file.at + offset, sizeof(record));
        if (bytes_equal(key_bytes(&key), (struct bytes){file.at + offset + sizeof(record), record.key_len}))
            return offset;
    }
    ck_abort_msg("no record of key %u", n);
}

/* One word of a record's header changed; what a search for `n` past it then says. */
static int find_after(struct bytes file, uint32_t offset, size_t field, uint32_t word, unsigned int n)
{
    struct key key = small_key(n);
    struct tdb_table table = {file, 1,
                              (uint32_t)(file.len / (sizeof(struct tdb_layout_record) + TDB_LAYOUT_TAILER))};
    struct bytes value;
    uint32_t before;
    int error;

    memcpy(&before, file.at + offset + field, sizeof(before));
    memcpy((uint8_t *)file.at + offset + field, &word, sizeof(word));
    error = tdb_table_find(&table, key_bytes(&key), hash_bytes(key_bytes(&key)), &value);
    memcpy((uint8_t *)file.at + offset + field, &before, sizeof(before));
    return error;
}

#define FIND_AFTER(file, offset, field, word, n)                                                             \
    find_after(file, offset, offsetof(struct tdb_layout_record, field), word, n)

START_TEST(damaged_chain)
{
    struct bytes file = small_index(1);
    /* libtdb puts a new record in front of its chain: from the last key written to the first. */
    uint32_t first = record_offset(file, SMALL_KEYS - 1);
    uint32_t later = record_offset(file, 3);
    uint32_t size = (uint32_t)file.len;

    ck_assert_int_eq(FIND_AFTER(file, first, magic, TDB_LAYOUT_USED, 0), 0);
    /* Circles end, and what stands before them is found. */
    ck_assert_int_eq(FIND_AFTER(file, first, next, first, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, later, next, first, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, later, next, first, SMALL_KEYS), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, later, next, first, 5), 0);
    /* Offsets out of bounds. */
    ck_assert_int_eq(FIND_AFTER(file, first, next, 1, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, next, (uint32_t)tdb_layout_chain(0), 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, next, size, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, next, size - 23, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, next, UINT32_MAX, 0), -EBADMSG);
    /* Records that are none, or claim more room than there is. */
    ck_assert_int_eq(FIND_AFTER(file, first, magic, ~TDB_LAYOUT_USED, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, room, size - first - 24 + 1, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, room, size - first - 24, 0), 0);
    ck_assert_int_eq(FIND_AFTER(file, first, room, 0, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, key_len, UINT32_MAX - 7, 0), -EBADMSG);
    ck_assert_int_eq(FIND_AFTER(file, first, value_len, UINT32_MAX - 7, 0), -EBADMSG);
    /* Another hash is another key. */
    ck_assert_int_eq(FIND_AFTER(file, first, hash, 1, SMALL_KEYS - 1), -ENOENT);
    free((void *)file.at);
}
END_TEST

START_TEST(record_in_the_header)
{
    struct bytes file = small_index(1);
    uint32_t hidden = offsetof(struct tdb_layout_header, reserved);
    uint32_t first = record_offset(file, SMALL_KEYS - 1);
    struct tdb_layout_record record;
    struct key key = small_key(0);
    uint8_t *to = (uint8_t *)file.at + hidden;

    /* Whole and well, but where no record can be. */
    memcpy(&record, file.at + record_offset(file, 0), sizeof(record));
    record.next = 0;
    record.room = (uint32_t)(2 * key.len + TDB_LAYOUT_TAILER);
    memcpy(to, &record, sizeof(record));
    memcpy(to + sizeof(record), key.at, key.len);
    ck_assert_int_eq(FIND_AFTER(file, first, next, hidden, 0), -EBADMSG);
    free((void *)file.at);
}
END_TEST

START_TEST(room_is_used_to_the_last_byte)
{
    struct bytes file = small_index(1);
    uint32_t first = record_offset(file, SMALL_KEYS - 1);
    struct tdb_layout_record record;
    uint32_t fits;

    memcpy(&record, file.at + first, sizeof(record));
    fits = record.room - record.key_len - TDB_LAYOUT_TAILER;
    ck_assert_int_eq(FIND_AFTER(file, first, value_len, fits, SMALL_KEYS - 1), 0);
    ck_assert_int_eq(FIND_AFTER(file, first, value_len, fits + 1, SMALL_KEYS - 1), -EBADMSG);
    free((void *)file.at);
}
END_TEST

START_TEST(header)
{
    static const struct {
        size_t offset;
        uint32_t word;
        int error;
    } cases[] = {
        {0, 0, -EBADMSG},
        {offsetof(struct tdb_layout_header, version), 0x26011966U, -EBADMSG},
        {offsetof(struct tdb_layout_header, hash), 0, -EBADMSG},
        {offsetof(struct tdb_layout_header, hash), 0x0bad1a52U, -EBADMSG},
        {offsetof(struct tdb_layout_header, hash_size), 0, -EBADMSG},
        {offsetof(struct tdb_layout_header, hash_size), UINT32_MAX, -EBADMSG},
        {offsetof(struct tdb_layout_header, sequence), 99, 0},
        {offsetof(struct tdb_layout_header, checksum), 99, 0},
    };
    struct bytes file = small_index(7);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct guarded g = guarded_copy(file);
        struct tdb_table table;
        struct meta meta;

        memcpy((uint8_t *)g.content.at + cases[i].offset, &cases[i].word, 4);
        ck_assert_int_eq(tdb_table_open(g.content, &table, &meta), cases[i].error);
        guarded_free(&g);
    }
    free((void *)file.at);
}
END_TEST

static void setup(void)
{
    test_directory();
    build_other();
}

int main(void)
{
    Suite *suite = suite_create("nss_damage");
    TCase *tcase = tcase_create("nss_damage");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_truncation, ALONE, OVERLAY + 1);
    tcase_add_test(tcase, every_truncated_file);
    tcase_add_loop_test(tcase, every_bit_flip, 0, 9);
    tcase_add_loop_test(tcase, hostile_words, ALONE, OVERLAY + 1);
    tcase_add_test(tcase, damaged_chain);
    tcase_add_test(tcase, record_in_the_header);
    tcase_add_test(tcase, room_is_used_to_the_last_byte);
    tcase_add_test(tcase, header);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
