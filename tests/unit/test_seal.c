/* The seal: no change to an index file goes unnoticed; a damaged file is kept, an index of another version
 * left. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/seal.h"
#include "own_store.h"
#include "schema/tdb_layout.h"

#define SEQUENCE offsetof(struct tdb_layout_header, sequence)

static int verify(int fd)
{
    static uint8_t content[1 << 16];
    ssize_t len = pread(fd, content, sizeof(content), 0);

    ck_assert_int_ge(len, 0);
    ck_assert_int_lt(len, (ssize_t)sizeof(content));
    return seal_verify((struct bytes){content, (size_t)len});
}

/* Publishes an index of two records, and opens a copy of it that may be changed. */
static int sealed_copy(struct bytes *content)
{
    int fd;

    own_publish("a", "1");
    own_publish("b", "22");
    *content = read_file(own_path(INDEX_FILE));
    write_file(own_path("copy"), *content);
    fd = open(own_path("copy"), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(verify(fd), 0);
    return fd;
}

static void put_byte(int fd, size_t at, int byte)
{
    const uint8_t raw[1] = {(uint8_t)byte};

    if (pwrite(fd, raw, 1, (off_t)at) != 1)
        ck_abort_msg("pwrite");
}

/* Every bit of the file counts, but for those of the sequence number. */
START_TEST(bits)
{
    struct bytes content;
    int fd = sealed_copy(&content);

    for (size_t at = 0; at < content.len; at++) {
        int expected = at >= SEQUENCE && at < SEQUENCE + 4 ? 0 : -EBADMSG;

        for (int bit = 0; bit < 8; bit++) {
            put_byte(fd, at, content.at[at] ^ 1 << bit);
            if (verify(fd) != expected)
                ck_abort_msg("bit %d of byte %zu", bit, at);
        }
        put_byte(fd, at, content.at[at]);
    }
    ck_assert_int_eq(verify(fd), 0);
    close(fd);
    free((void *)content.at);
}
END_TEST

START_TEST(lengths)
{
    struct bytes content;
    int fd = sealed_copy(&content);

    for (size_t len = content.len; len-- > 0;) {
        if (ftruncate(fd, (off_t)len) < 0 || verify(fd) != -EBADMSG)
            ck_abort_msg("%zu bytes", len);
    }
    close(fd);
    write_file(own_path("copy"), content);
    fd = open(own_path("copy"), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, (off_t)content.len + 1), 0);
    ck_assert_int_eq(verify(fd), -EBADMSG);
    close(fd);
    free((void *)content.at);
}
END_TEST

START_TEST(written)
{
    struct tdb_layout_header header;
    struct bytes content;
    int fd = sealed_copy(&content);

    put_byte(fd, content.len - 1, content.at[content.len - 1] ^ 1);
    ck_assert_int_eq(verify(fd), -EBADMSG);
    ck_assert_int_eq(own_seal(fd, UINT64_C(0x1234567890)), 0);
    ck_assert_int_eq(verify(fd), 0);
    ck_assert_int_eq(pread(fd, &header, sizeof(header), 0), sizeof(header));
    ck_assert_uint_eq(header.sequence, 0x34567890);
    /* Sealed again, it is the same but for the generation. */
    ck_assert_int_eq(own_seal(fd, 1), 0);
    ck_assert_int_eq(verify(fd), 0);
    close(fd);
    free((void *)content.at);
}
END_TEST

START_TEST(refused)
{
    int fd;

    own_write("short", "TDB file\n");
    fd = open(own_path("short"), O_RDWR);
    ck_assert_int_eq(own_seal(fd, 1), -EBADMSG);
    ck_assert_int_eq(verify(fd), -EBADMSG);
    close(fd);
    ck_assert_int_eq(own_seal(-1, 1), -EBADF);
}
END_TEST

/* Ways to damage an index file. */
static void flip_value(int fd, size_t size)
{
    uint8_t byte;

    ck_assert_int_eq(pread(fd, &byte, 1, (off_t)size - 1), 1);
    put_byte(fd, size - 1, byte ^ 1);
}

static void flip_magic(int fd, size_t size)
{
    (void)size;
    put_byte(fd, 0, 't');
}

static void cut_off(int fd, size_t size)
{
    ck_assert_int_eq(ftruncate(fd, (off_t)size - 4096), 0);
}

static void cut_in_header(int fd, size_t size)
{
    (void)size;
    ck_assert_int_eq(ftruncate(fd, 100), 0);
}

static void empty(int fd, size_t size)
{
    (void)size;
    ck_assert_int_eq(ftruncate(fd, 0), 0);
}

static void zeros(int fd, size_t size)
{
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
}

static void text(int fd, size_t size)
{
    static const char words[] =
        "This is no TDB at all, but it is long enough to hold the header of one, which is "
        "one hundred and sixty-eight bytes long, or rather a bit longer than that is.\n";

    empty(fd, size);
    ck_assert_int_gt(pwrite(fd, words, sizeof(words), 0), 0);
}

/* Whole by its seal, and yet no index: it lacks the meta record. */
static void sealed_nonsense(int fd, size_t size)
{
    zeros(fd, size);
    ck_assert_int_eq(own_seal(fd, 1), 0);
}

static void (*const damages[])(int fd, size_t size) = {
    flip_value, flip_magic, cut_off, cut_in_header, empty, zeros, text, sealed_nonsense,
};

#define DAMAGES ((int)(sizeof(damages) / sizeof(damages[0])))

static struct bytes damage_index(int kind)
{
    struct stat st;
    int fd;

    own_publish("a", "1");
    fd = open(own_path(INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &st), 0);
    damages[kind](fd, (size_t)st.st_size);
    close(fd);
    return read_file(own_path(INDEX_FILE));
}

static void expect_content(const char *file, struct bytes content)
{
    struct bytes now = read_file(own_path(file));

    ck_assert(bytes_equal(now, content));
    free((void *)now.at);
}

/* Not trusted, not thrown away, and replaced by a whole one, even if there is nothing else to do. */
START_TEST(damaged)
{
    struct bytes content = damage_index(_i);
    unsigned long inode = own_inode(INDEX_FILE);
    struct store *store;

    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), 0);
    reports_expect_one(&own_reports, "/" INDEX_FILE ": damaged");
    ck_assert(store_damaged(store));
    ck_assert(store_rebuilds(store));
    own_expect(store, "a", NULL);
    own_set(store, "b", "2");
    expect_content(INDEX_FILE, content);
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_uint_eq(own_inode(DAMAGED_FILE), inode);
    expect_content(DAMAGED_FILE, content);
    own_expect_files(DAMAGED_FILE);
    store = own_store(STORE_READ);
    own_expect(store, "a", NULL);
    own_expect(store, "b", "2");
    ck_assert_uint_eq(store_meta(store)->records, 2);
    store_close(store);
    free((void *)content.at);
}
END_TEST

START_TEST(damaged_and_nothing_to_do)
{
    struct bytes content = damage_index(_i);
    struct store *store;

    /* Who only looks, or gives up, changes nothing. */
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        ck_assert_int_eq(own_store_try((enum store_mode)mode, &store), 0);
        reports_expect_one(&own_reports, "damaged");
        ck_assert(store_damaged(store));
        store_close(store);
        own_expect_files(NULL);
        expect_content(INDEX_FILE, content);
    }
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), 0);
    ck_assert_int_eq(own_commit(store), 1);
    own_expect_files(DAMAGED_FILE);
    store = own_store(STORE_WRITE);
    ck_assert(!store_damaged(store));
    ck_assert_int_eq(own_commit(store), 0);
    free((void *)content.at);
}
END_TEST

/* The last damaged file is the one kept. */
START_TEST(damaged_again)
{
    struct bytes content;
    struct store *store;

    own_write(DAMAGED_FILE, "an older one");
    content = damage_index(0);
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), 0);
    ck_assert_int_eq(own_commit(store), 1);
    expect_content(DAMAGED_FILE, content);
    free((void *)content.at);
}
END_TEST

/* Where it cannot be kept, it is not replaced; the new one waits for the next writer. */
START_TEST(damaged_and_not_kept)
{
    struct bytes content = damage_index(0);
    struct store *store;

    ck_assert_int_eq(mkdir(own_path(DAMAGED_FILE), 0755), 0);
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), 0);
    reports_start(&own_reports);
    ck_assert_int_eq(own_commit(store), -EISDIR);
    reports_expect_one(&own_reports, INDEX_FILE);
    expect_content(INDEX_FILE, content);
    ck_assert_uint_ne(own_inode(NEW_FILE), 0);
    ck_assert_int_eq(rmdir(own_path(DAMAGED_FILE)), 0);
    store_close(own_store(STORE_WRITE));
    ck_assert_uint_eq(own_inode(NEW_FILE), 0);
    expect_content(DAMAGED_FILE, content);
    free((void *)content.at);
}
END_TEST

/* An index of another version is for that version's tools. */
START_TEST(other_version)
{
    const uint32_t versions[] = {0, SCHEMA_VERSION + 1, 4711, UINT32_MAX};
    uint32_t version = versions[_i];
    struct tdb_context *tdb = build_open(own_path(INDEX_FILE), 131, version);
    char expected[100];
    struct bytes content;
    struct store *store;
    int fd;

    build_close(tdb);
    fd = open(own_path(INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
    content = read_file(own_path(INDEX_FILE));
    snprintf(expected, sizeof(expected), "version %u found, %d wanted", version, SCHEMA_VERSION);
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        ck_assert_int_eq(own_store_try((enum store_mode)mode, &store), -EPROTONOSUPPORT);
        ck_assert_ptr_null(store);
        reports_expect_one(&own_reports, expected);
        expect_content(INDEX_FILE, content);
    }
    own_expect_files(NULL);
    free((void *)content.at);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("seal");

    tcase_add_test(tcase, bits);
    tcase_add_test(tcase, lengths);
    tcase_add_test(tcase, written);
    tcase_add_test(tcase, refused);
    tcase_add_loop_test(tcase, damaged, 0, DAMAGES);
    tcase_add_loop_test(tcase, damaged_and_nothing_to_do, 0, DAMAGES);
    tcase_add_test(tcase, damaged_again);
    tcase_add_test(tcase, damaged_and_not_kept);
    tcase_add_loop_test(tcase, other_version, 0, 4);
    return test_case_run(tcase);
}
