/* A store: what it holds is the index with this run's changes over it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own_store.h"

START_TEST(empty)
{
    struct store *store = own_store(STORE_WRITE);

    own_expect(store, "a", NULL);
    ck_assert(!store_damaged(store));
    ck_assert(store_rebuilds(store));
    ck_assert_uint_eq(store_meta(store)->generation, 0);
    ck_assert_uint_eq(store_meta(store)->records, 0);
    ck_assert_int_eq(own_commit(store), 0);
    ck_assert_uint_eq(own_inode(INDEX_FILE), 0);
}
END_TEST

START_TEST(changes)
{
    struct store *store = own_store(STORE_WRITE);

    own_set(store, "a", "1");
    own_expect(store, "a", "1");
    own_expect(store, "b", NULL);
    own_set(store, "a", "22");
    own_set(store, "b", "2");
    own_set(store, "c", "3");
    own_set(store, "c", NULL);
    own_expect(store, "a", "22");
    own_expect(store, "b", "2");
    own_expect(store, "c", NULL);
    own_set(store, "c", "33");
    own_expect(store, "c", "33");
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    own_expect(store, "a", "22");
    own_expect(store, "b", "2");
    own_expect(store, "c", "33");
    store_close(store);
}
END_TEST

START_TEST(over_the_index)
{
    struct store *store;

    own_publish("a", "1");
    own_publish("b", "2");
    store = own_store(STORE_WRITE);
    own_set(store, "a", "new");
    own_set(store, "b", NULL);
    own_expect(store, "a", "new");
    own_expect(store, "b", NULL);
    own_set(store, "b", NULL);
    own_set(store, "missing", NULL);
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    own_expect(store, "a", "new");
    own_expect(store, "b", NULL);
    store_close(store);
}
END_TEST

/* Closing without a commit leaves everything as it was. */
START_TEST(given_up)
{
    unsigned long inode;
    struct store *store;

    own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    store = own_store(STORE_WRITE);
    own_set(store, "a", "2");
    store_close(store);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    store = own_store(STORE_READ);
    own_expect(store, "a", "1");
    store_close(store);
    own_expect_files(NULL);
    store_close(NULL);
}
END_TEST

static void put_same(struct store *store)
{
    own_set(store, "a", "1");
}

static void delete_missing(struct store *store)
{
    own_set(store, "missing", NULL);
}

static void put_soft(struct store *store)
{
    struct key key = key_named(KEY_NETWORK, bytes_of("soft"));

    ck_assert_int_eq(store_put_soft(store, &key, bytes_of("s")), 0);
    own_expect(store, "soft", "s");
}

static void look(struct store *store)
{
    own_expect(store, "a", "1");
}

static void (*const no_changes[])(struct store *) = {put_same, delete_missing, put_soft, look};

START_TEST(nothing_to_do)
{
    unsigned long inode;
    struct store *store;
    struct bytes before, after;

    own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    before = read_file(own_path(INDEX_FILE));
    store = own_store(STORE_WRITE);
    no_changes[_i](store);
    ck_assert_int_eq(own_commit(store), 0);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    after = read_file(own_path(INDEX_FILE));
    ck_assert(bytes_equal(before, after));
    own_expect_files(NULL);
    free((void *)before.at);
    free((void *)after.at);
}
END_TEST

/* A soft change goes along with one that counts. */
START_TEST(soft)
{
    struct store *store;

    own_publish("a", "1");
    store = own_store(STORE_WRITE);
    put_soft(store);
    own_set(store, "a", "2");
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    own_expect(store, "a", "2");
    own_expect(store, "soft", "s");
    store_close(store);
}
END_TEST

START_TEST(too_long)
{
    struct store *store = own_store(STORE_WRITE);
    struct key key = key_named(KEY_NETWORK, bytes_of("a"));
    struct bytes value = {calloc(1, VALUE_MAX + 1), VALUE_MAX + 1};

    ck_assert_int_eq(store_put(store, &key, value), -EMSGSIZE);
    own_expect(store, "a", NULL);
    ck_assert_int_eq(own_commit(store), 0);
    free((void *)value.at);
}
END_TEST

/* What is seen of the records while walking: each once, with its value as it is now. */
struct seen {
    char text[256];
    int count;
    int stop_at;
};

static int note(void *context, struct bytes key, struct bytes value)
{
    struct seen *seen = context;
    size_t len = strlen(seen->text);

    snprintf(seen->text + len, sizeof(seen->text) - len, "%.*s=%.*s ", (int)key.len, (const char *)key.at,
             key.at[0] == KEY_META ? 0 : (int)value.len, (const char *)value.at);
    return ++seen->count == seen->stop_at ? 4711 : 0;
}

static bool has(const struct seen *seen, const char *record)
{
    return strstr(seen->text, record) != NULL;
}

static void set_other(struct store *store, enum key_kind kind, const char *value)
{
    struct key key = key_named(kind, bytes_of("other"));

    ck_assert_int_eq(store_put(store, &key, bytes_of(value)), 0);
}

START_TEST(walk)
{
    struct seen seen = {.count = 0}, all = {.count = 0}, stopped = {.stop_at = 2}, none = {.count = 0};
    struct store *store = own_store(STORE_WRITE);

    own_set(store, "kept", "1");
    own_set(store, "changed", "2");
    own_set(store, "deleted", "3");
    set_other(store, KEY_HOST, "4");
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_WRITE);
    own_set(store, "changed", "22");
    own_set(store, "deleted", NULL);
    own_set(store, "added", "5");
    own_set(store, "brief", "6");
    own_set(store, "brief", NULL);
    set_other(store, KEY_GUEST, "7");

    ck_assert_int_eq(store_each(store, KEY_NETWORK, note, &seen), 0);
    ck_assert_int_eq(seen.count, 3);
    ck_assert_msg(has(&seen, "nkept=1 ") && has(&seen, "nchanged=22 ") && has(&seen, "nadded=5 "), "%s",
                  seen.text);
    ck_assert_int_eq(store_each_record(store, note, &all), 0);
    ck_assert_int_eq(all.count, 6);
    ck_assert_msg(has(&all, "hother=4 ") && has(&all, "gother=7 ") && has(&all, "V= "), "%s", all.text);
    /* Whatever stops it is returned, also from among the changes. */
    for (; stopped.stop_at <= 6; stopped = (struct seen){.stop_at = stopped.stop_at + 1}) {
        ck_assert_int_eq(store_each_record(store, note, &stopped), 4711);
        ck_assert_int_eq(stopped.count, stopped.stop_at);
    }
    ck_assert_int_eq(store_each(store, KEY_SOURCE, note, &none), 0);
    ck_assert_int_eq(none.count, 0);
    store_close(store);
}
END_TEST

/* The meta record counts the records: itself, added and removed ones. */
START_TEST(counts)
{
    const struct {
        const char *name;
        const char *value;
        uint32_t records;
    } steps[] = {{"a", "1", 2}, {"b", "1", 3}, {"a", "2", 3}, {"a", NULL, 2}, {"b", NULL, 1}, {"c", "1", 2}};
    struct seen all;
    struct store *store;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        own_publish(steps[i].name, steps[i].value);
        store = own_store(STORE_READ);
        ck_assert_uint_eq(store_meta(store)->records, steps[i].records);
        ck_assert_uint_eq(store_meta(store)->generation, i + 1);
        all = (struct seen){.count = 0};
        ck_assert_int_eq(store_each_record(store, note, &all), 0);
        ck_assert_int_eq(all.count, (int)steps[i].records);
        store_close(store);
    }
}
END_TEST

START_TEST(missing_directory)
{
    const char *dir = own_path("state");
    struct reports reports;
    struct store *store;
    struct stat st;

    reports_start(&reports);
    ck_assert_int_eq(store_open(dir, STORE_READ, &reports.sink, &store), 0);
    own_expect(store, "a", NULL);
    store_close(store);
    ck_assert_int_lt(access(dir, F_OK), 0);
    umask(_i == 0 ? 0 : 0777);
    ck_assert_int_eq(store_open(dir, STORE_WRITE, &reports.sink, &store), 0);
    store_close(store);
    ck_assert_int_eq(stat(dir, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
    reports_expect_none(&reports);
    /* Only the last part of the path is made. */
    ck_assert_int_eq(store_open(own_path("x/state"), STORE_WRITE, &reports.sink, &store), -ENOENT);
    reports_expect_one(&reports, "x/state: No such file");
}
END_TEST

START_TEST(no_directory)
{
    struct reports reports;
    struct store *store;

    own_write("file", "x");
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        reports_start(&reports);
        ck_assert_int_eq(store_open(own_path("file"), (enum store_mode)mode, &reports.sink, &store),
                         -ENOTDIR);
        reports_expect_one(&reports, "/file: Not a directory");
    }
}
END_TEST

/* A reader needs no lock, sees the index as it was, and leaves no trace. */
START_TEST(reading)
{
    struct reports reports;
    struct store *reader;

    own_publish("a", "1");
    ck_assert_int_eq(unlink(own_path(LOCK_FILE)), 0);
    reports_start(&reports);
    ck_assert_int_eq(store_open(own_dir(), STORE_READ, &reports.sink, &reader), 0);
    own_expect(reader, "a", "1");
    ck_assert_uint_eq(own_inode(LOCK_FILE), 0);
    store_close(reader);
}
END_TEST

/* Many records, as a first import brings them. */
START_TEST(bulk)
{
    struct store *store = own_store(STORE_WRITE);
    char name[16];

    for (int i = 0; i < 20000; i++) {
        struct key key;

        snprintf(name, sizeof(name), "n%d", i);
        key = key_named(KEY_NETWORK, bytes_of(name));
        if (store_put(store, &key, bytes_of(name)) != 0)
            ck_abort_msg("%s", name);
    }
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->records, 20001);
    for (int i = 0; i < 20000; i += 777) {
        snprintf(name, sizeof(name), "n%d", i);
        own_expect(store, name, name);
    }
    store_close(store);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("store");

    tcase_add_test(tcase, empty);
    tcase_add_test(tcase, changes);
    tcase_add_test(tcase, over_the_index);
    tcase_add_test(tcase, given_up);
    tcase_add_loop_test(tcase, nothing_to_do, 0, (int)(sizeof(no_changes) / sizeof(no_changes[0])));
    tcase_add_test(tcase, soft);
    tcase_add_test(tcase, too_long);
    tcase_add_test(tcase, walk);
    tcase_add_test(tcase, counts);
    tcase_add_loop_test(tcase, missing_directory, 0, 2);
    tcase_add_test(tcase, no_directory);
    tcase_add_test(tcase, reading);
    tcase_add_test(tcase, bulk);
    return test_case_run(tcase);
}
