/* A large index: a base and what changed since. To whoever uses the store it is one set of records. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own_store.h"
#include "sync_log.h"

#define NAMES 400
/* Together they are more than one file holds, and some changes more than may stand beside a base. */
#define VALUE_SIZE 1000

/* What the store should hold: number of the value of each name, 0: not there. */
static unsigned int held[NAMES];

static void value_of(unsigned int number, char text[static VALUE_SIZE + 1])
{
    snprintf(text, VALUE_SIZE + 1, "%0*u", VALUE_SIZE, number);
}

static void hold(struct store *store, unsigned int name, unsigned int number)
{
    char name_text[16], text[VALUE_SIZE + 1];

    snprintf(name_text, sizeof(name_text), "n%u", name);
    value_of(number, text);
    own_set(store, name_text, number > 0 ? text : NULL);
    held[name] = number;
}

static int count(void *context, struct bytes key, struct bytes value)
{
    size_t *records = context;

    ck_assert_uint_gt(key.len, 0);
    ck_assert_uint_gt(value.len, 0);
    ++*records;
    return 0;
}

static void expect_held(struct store *store)
{
    size_t expected = store_meta(store)->generation > 0 ? 1 : 0; /* the meta record */
    size_t records = 0;

    for (unsigned int name = 0; name < NAMES; name++) {
        char name_text[16], text[VALUE_SIZE + 1];

        snprintf(name_text, sizeof(name_text), "n%u", name);
        value_of(held[name], text);
        own_expect(store, name_text, held[name] > 0 ? text : NULL);
        expected += held[name] > 0;
    }
    ck_assert_int_eq(store_each_record(store, count, &records), 0);
    ck_assert_uint_eq(records, expected);
}

static void expect_published(void)
{
    struct store *store = own_store(STORE_READ);
    size_t expected = 1;

    for (unsigned int name = 0; name < NAMES; name++)
        expected += held[name] > 0;
    expect_held(store);
    if (store_meta(store)->generation > 0)
        ck_assert_uint_eq(store_meta(store)->records, expected);
    store_close(store);
}

static struct meta published_meta(void)
{
    struct store *store = own_store(STORE_READ);
    struct meta meta = *store_meta(store);

    store_close(store);
    return meta;
}

/* The directory holds these bases (0: none), index.tdb, the lock, perhaps index.old, and nothing else. */
static void expect_bases(uint64_t one, uint64_t other)
{
    DIR *stream = opendir(own_dir());
    const struct dirent *entry;
    int bases = 0, others = 0;

    ck_assert_ptr_nonnull(stream);
    while ((entry = readdir(stream)) != NULL) {
        char names[2][BASE_NAME_SIZE];

        if (entry->d_name[0] == '.' || strcmp(entry->d_name, OLD_FILE) == 0)
            continue;
        if (strcmp(entry->d_name, base_name(one, names[0])) == 0 ||
            strcmp(entry->d_name, base_name(other, names[1])) == 0)
            bases++;
        else if (strcmp(entry->d_name, INDEX_FILE) == 0 || strcmp(entry->d_name, LOCK_FILE) == 0)
            others++;
        else
            ck_abort_msg("%s is left", entry->d_name);
    }
    closedir(stream);
    ck_assert_int_eq(bases, (one > 0) + (other > 0));
    ck_assert_int_eq(others, 2);
}

/* Publishes all names, more than one file holds. */
static void publish_all(unsigned int number)
{
    struct store *store = own_store(STORE_WRITE);

    for (unsigned int name = 0; name < NAMES; name++)
        hold(store, name, number);
    ck_assert_int_eq(own_commit(store), 1);
}

static void publish_one(unsigned int name, unsigned int number)
{
    struct store *store = own_store(STORE_WRITE);

    hold(store, name, number);
    ck_assert_int_eq(own_commit(store), 1);
}

/* Is it a TDB that libtdb finds nothing wrong with, of that sequence number? */
static void expect_tdb(const char *file, uint64_t generation)
{
    struct tdb_context *tdb = tdb_open(own_path(file), 0, TDB_NOLOCK, O_RDONLY, 0);

    ck_assert_ptr_nonnull(tdb);
    ck_assert_int_eq(tdb_check(tdb, NULL, NULL), 0);
    ck_assert_int_eq(tdb_get_seqnum(tdb), (int)generation);
    tdb_close(tdb);
}

START_TEST(split)
{
    struct stat index, base;
    struct meta meta;
    char name[BASE_NAME_SIZE];

    publish_one(0, 1);
    ck_assert_uint_eq(published_meta().base, 0);
    expect_bases(0, 0);
    publish_all(7);
    meta = published_meta();
    ck_assert_uint_eq(meta.generation, 2);
    ck_assert_uint_eq(meta.base, 2);
    expect_bases(2, 0);
    expect_published();
    ck_assert_int_eq(stat(own_path(INDEX_FILE), &index), 0);
    ck_assert_int_eq(stat(own_path(base_name(2, name)), &base), 0);
    ck_assert_uint_eq(base.st_mode, S_IFREG | 0644);
    ck_assert_int_lt(index.st_size, 10000);
    ck_assert_int_gt(base.st_size, NAMES * VALUE_SIZE);
    ck_assert_int_lt(base.st_size, NAMES * (VALUE_SIZE + 50));
    expect_tdb(INDEX_FILE, 2);
    expect_tdb(base_name(2, name), 2);
}
END_TEST

/* A change beside a base costs what it takes itself. */
START_TEST(small_change)
{
    struct stat index;
    unsigned long inode;
    char name[BASE_NAME_SIZE];

    publish_all(7);
    inode = own_inode(base_name(1, name));
    publish_one(3, 8);
    publish_one(4, 0);
    publish_one(4, 0 + 9);
    publish_one(5, 0);
    ck_assert_int_eq(stat(own_path(INDEX_FILE), &index), 0);
    ck_assert_int_lt(index.st_size, 12000);
    ck_assert_uint_eq(own_inode(base_name(1, name)), inode);
    expect_published();
    expect_tdb(INDEX_FILE, 5);
    expect_bases(1, 0);
    /* What was never there leaves no trace. */
    publish_one(5, 1);
    publish_one(5, 0);
    expect_published();
}
END_TEST

/* Changes that grow too large beside the base make a new one; the old one stays for one more generation. */
START_TEST(new_base)
{
    struct meta meta = {.generation = 0};
    unsigned int round = 0;

    publish_all(7);
    while (published_meta().base == 1) {
        struct stat index;

        publish_one(round % NAMES, round + 10);
        round++;
        ck_assert_int_eq(stat(own_path(INDEX_FILE), &index), 0);
        ck_assert_int_le(index.st_size, 40 << 10);
        ck_assert_uint_le(round, 300);
    }
    ck_assert_uint_ge(round, 20);
    meta = published_meta();
    ck_assert_uint_eq(meta.base, meta.generation);
    ck_assert_uint_eq(meta.replaced, 1);
    expect_bases(meta.base, 1);
    expect_published();
    publish_one(0, 1);
    expect_bases(meta.base, 0);
    expect_published();
}
END_TEST

static void publish_range(unsigned int from, unsigned int to, unsigned int number)
{
    struct store *store = own_store(STORE_WRITE);

    for (unsigned int name = from; name < to; name++)
        hold(store, name, number);
    ck_assert_int_eq(own_commit(store), 1);
}

/* A record that is large itself does not make each event that changes it a new base. */
START_TEST(large_record)
{
    static char value[20000];

    publish_all(7);
    for (int i = 0; i < 20; i++) {
        memset(value, 'a' + i, sizeof(value) - 1);
        own_publish("large", value);
        ck_assert_uint_eq(published_meta().base, 1);
    }
}
END_TEST

/* What has become small again is one file, once it is written as a whole. */
START_TEST(one_file_again)
{
    publish_all(7);
    publish_range(20, NAMES, 0);
    expect_published();
    ck_assert_uint_eq(published_meta().base, 1);
    /* At some number they just fit beside the base, and their removal does not. */
    for (unsigned int to = 21; published_meta().base != 0; to++) {
        ck_assert_uint_le(to, NAMES);
        publish_range(20, to, 1);
        publish_range(20, to, 0);
    }
    expect_published();
    expect_bases(0, published_meta().replaced);
    publish_one(0, 1);
    expect_bases(0, 0);
    expect_published();
}
END_TEST

/* Whatever is changed, in whatever portions: one set of records. */
START_TEST(random_changes)
{
    srandom((unsigned int)_i + 1);
    for (int round = 0; round < 150; round++) {
        struct store *store = own_store(STORE_WRITE);
        long changes = random() % 20 == 0 ? random() % NAMES : random() % 8;

        for (long i = 0; i < changes; i++) {
            unsigned int name = (unsigned int)random() % NAMES;

            hold(store, name, random() % 3 == 0 ? 0 : (unsigned int)random() % 1000);
        }
        if (round % 10 == 0)
            expect_held(store);
        ck_assert_int_ge(own_commit(store), 0);
        if (round % 10 == 0)
            expect_published();
    }
    expect_published();
}
END_TEST

/* The base is on the disk, under its name, before anything on the disk names it. */
START_TEST(durable)
{
    sync_log_clear();
    publish_all(7);
    ck_assert_str_eq(sync_log, "mfmfdrd");
    sync_log_clear();
    publish_one(1, 1);
    ck_assert_str_eq(sync_log, "mfrd");
}
END_TEST

static const struct {
    char call;
    int after;
    bool next; /* all but the rename was done: the next writer publishes */
} failures[] = {
    {'m', 0, false}, {'f', 0, false}, {'m', 1, false}, {'f', 1, false}, {'d', 0, false}, {'r', 0, true},
};

/* A call that fails on the way to a new base leaves the index as it was. */
START_TEST(failing)
{
    unsigned int before[NAMES];
    struct store *store;

    publish_all(7);
    memcpy(before, held, sizeof(before));
    store = own_store(STORE_WRITE);
    for (unsigned int name = 0; name < NAMES; name++)
        hold(store, name, 8);
    sync_fail_after = failures[_i].after;
    sync_fail_at = failures[_i].call;
    ck_assert_int_eq(own_commit(store), -EIO);
    sync_fail_at = '\0';
    reports_expect_one(&own_reports, "/" INDEX_FILE ": Input/output error");
    if (failures[_i].next) {
        ck_assert_uint_eq(published_meta().generation, 1);
        store = own_store(STORE_WRITE);
        store_close(store);
        ck_assert_uint_eq(published_meta().generation, 2);
        expect_bases(2, 1);
    } else {
        memcpy(held, before, sizeof(held));
        expect_bases(1, 0);
    }
    expect_published();
    publish_one(1, 2);
    expect_published();
    expect_bases(failures[_i].next ? 2 : 1, 0);
}
END_TEST

/* A finished index.tdb.new whose base is gone is not published. */
START_TEST(unfinished_base)
{
    struct store *store;
    char name[BASE_NAME_SIZE];

    publish_all(7);
    store = own_store(STORE_WRITE);
    for (unsigned int i = 0; i < NAMES; i++)
        hold(store, i, 8);
    sync_fail_at = 'r';
    ck_assert_int_eq(own_commit(store), -EIO);
    sync_fail_at = '\0';
    ck_assert_int_eq(
        _i == 0 ? unlink(own_path(base_name(2, name))) : truncate(own_path(base_name(2, name)), 100000), 0);
    for (unsigned int i = 0; i < NAMES; i++)
        held[i] = 7;
    store = own_store(STORE_WRITE);
    store_close(store);
    expect_bases(1, 0);
    expect_published();
}
END_TEST

/* What a killed writer left of a base is swept; other people's files are not. */
START_TEST(leftover)
{
    struct store *store;

    publish_all(7);
    own_write("base-2.tdb", "half a base");
    own_write("base-02.tdb", "mine");
    store = own_store(STORE_WRITE);
    store_close(store);
    ck_assert_uint_eq(own_inode("base-2.tdb"), 0);
    ck_assert_uint_ne(own_inode("base-02.tdb"), 0);
    ck_assert_int_eq(unlink(own_path("base-02.tdb")), 0);
    expect_bases(1, 0);
    /* One of another count of generations goes with the next new base. */
    own_write("base-4711.tdb", "of a backup");
    publish_all(8);
    expect_bases(2, 1);
    expect_published();
}
END_TEST

/* An index of the first version is read, and written as one of this. */
START_TEST(version_1)
{
    struct tdb_context *tdb = build_open(own_path(INDEX_FILE), 131, 1);
    struct key key = key_named(KEY_NETWORK, bytes_of("a"));
    struct store *store;
    int fd;

    build_put(tdb, key_bytes(&key), bytes_of("1"));
    build_close(tdb);
    fd = open(own_path(INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->version, 1);
    own_expect(store, "a", "1");
    store_close(store);
    own_publish("b", "2");
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->version, SCHEMA_VERSION);
    ck_assert_uint_eq(store_meta(store)->generation, 2);
    own_expect(store, "a", "1");
    own_expect(store, "b", "2");
    store_close(store);
}
END_TEST

/* The file before stays linked, and says that it is not the current one. */
START_TEST(old_file)
{
    unsigned long inode;

    own_publish("a", "1");
    ck_assert_uint_eq(own_inode(OLD_FILE), 0);
    inode = own_inode(INDEX_FILE);
    own_publish("a", "2");
    ck_assert_uint_eq(own_inode(OLD_FILE), inode);
    expect_tdb(OLD_FILE, 2);
    expect_tdb(INDEX_FILE, 2);
    inode = own_inode(INDEX_FILE);
    own_publish("a", "3");
    ck_assert_uint_eq(own_inode(OLD_FILE), inode);
    /* Where it cannot be had, that is no reason to fail. */
    ck_assert_int_eq(unlink(own_path(OLD_FILE)), 0);
    ck_assert_int_eq(mkdir(own_path(OLD_FILE), 0700), 0);
    own_publish("a", "4");
    expect_tdb(INDEX_FILE, 4);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("base");

    tcase_add_test(tcase, split);
    tcase_add_test(tcase, small_change);
    tcase_add_test(tcase, new_base);
    tcase_add_test(tcase, one_file_again);
    tcase_add_loop_test(tcase, random_changes, 0, 4);
    tcase_add_test(tcase, durable);
    tcase_add_loop_test(tcase, failing, 0, (int)(sizeof(failures) / sizeof(failures[0])));
    tcase_add_loop_test(tcase, unfinished_base, 0, 2);
    tcase_add_test(tcase, leftover);
    tcase_add_test(tcase, large_record);
    tcase_add_test(tcase, version_1);
    tcase_add_test(tcase, old_file);
    return test_case_run(tcase);
}
