/* Index files: what is refused, how a replaced one is noticed, and that nothing but one mapping is kept. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/cache.h"
#include "nss/locate.h"
#include "schema/limits.h"
#include "schema/paths.h"

static void setup(void)
{
    test_directory();
}

/* An index with one record, host "name" → `value`, that takes the place of `path` as a whole. */
static void publish(const char *path, const char *value)
{
    char new[PATH_MAX];
    struct key key = host_key("name");
    struct tdb_context *db;

    snprintf(new, sizeof(new), "%s.new", path);
    db = build_open(new, 7, SCHEMA_VERSION);
    build_put(db, key_bytes(&key), bytes_of(value));
    build_close(db);
    ck_assert_int_eq(rename(new, path), 0);
}

/* The value of "name" in the current index, through the cache. */
static int cached_value(const char *path, char *to, size_t size)
{
    struct key key = host_key("name");
    struct mapping *mapping;
    struct bytes value;
    int error = cache_take(path, &mapping);

    if (error < 0)
        return error;
    error = table_find(&mapping->table, key_bytes(&key), &value);
    if (error == 0)
        snprintf(to, size, "%.*s", (int)value.len, (const char *)value.at);
    cache_give(mapping);
    return error;
}

#define ASSERT_CACHED(path, wanted)                                                                          \
    do {                                                                                                     \
        char value_[64];                                                                                     \
        ck_assert_int_eq(cached_value(path, value_, sizeof(value_)), 0);                                     \
        ck_assert_str_eq(value_, wanted);                                                                    \
    } while (0)

static int open_error(const char *path)
{
    struct mapping *mapping;
    int error = mapping_open(path, &mapping);

    if (error == 0)
        mapping_close(mapping);
    return error;
}

START_TEST(odd_files_are_refused)
{
    const char *path = test_path("odd.tdb");
    const char *link = test_path("link.tdb");
    const char *fifo = test_path("fifo.tdb");

    publish(path, "odd");
    ck_assert_int_eq(open_error(path), 0);
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert_int_eq(open_error(link), -ELOOP);
    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    ck_assert_int_eq(open_error(fifo), -EPERM);
    ck_assert_int_eq(open_error(test_path(".")), -EPERM);
    ck_assert_int_eq(open_error("/dev/null"), -EPERM);
    ck_assert_int_eq(open_error(test_path("missing.tdb")), -ENOENT);
}
END_TEST

START_TEST(writable_files_are_refused)
{
    static const struct {
        mode_t mode;
        int error;
    } cases[] = {{0644, 0}, {0600, 0}, {0444, 0}, {0664, -EPERM}, {0646, -EPERM}, {0666, -EPERM}, {0755, 0}};
    const char *path = test_path("modes.tdb");

    publish(path, "modes");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(chmod(path, cases[i].mode), 0);
        ck_assert_int_eq(open_error(path), cases[i].error);
    }
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    const char *path = test_path("foreign.tdb");

    if (geteuid() != 0)
        return;
    publish(path, "foreign");
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(open_error(path), -EPERM);
    ck_assert_int_eq(chmod(test_path("."), 0755), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(open_error(path), 0);
    ck_assert_int_eq(seteuid(0), 0);
    /* Root's file is fine for everyone. */
    ck_assert_int_eq(chown(path, 0, 0), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(open_error(path), 0);
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(sizes_are_bounded)
{
    const char *path = test_path("size.tdb");
    off_t largest = ((off_t)1 << 32) - ((off_t)1 << 20);

    write_file(path, (struct bytes){(const uint8_t *)"", 0});
    ck_assert_int_eq(open_error(path), -EBADMSG);
    publish(path, "size");
    ck_assert_int_eq(truncate(path, largest), 0);
    ck_assert_int_eq(open_error(path), 0);
    ck_assert_int_eq(truncate(path, largest + 1), 0);
    ck_assert_int_eq(open_error(path), -EBADMSG);
    ck_assert_int_eq(truncate(path, (off_t)1 << 40), 0);
    ck_assert_int_eq(open_error(path), -EBADMSG);
    unlink(path);
}
END_TEST

START_TEST(whole_pages)
{
    const char *path = test_path("pages.tdb");
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct bytes small;

    /* The bookkeeping stands behind the file, not in it, whatever its size. */
    publish(path, "pages");
    small = read_file(path);
    for (size_t size = small.len; size < small.len + 2 * page; size += page / 8) {
        struct mapping *mapping;

        ck_assert_int_eq(truncate(path, (off_t)size), 0);
        ck_assert_int_eq(mapping_open(path, &mapping), 0);
        ck_assert_uint_eq(mapping->table.file.len, size);
        ck_assert((const uint8_t *)mapping >= mapping->table.file.at + size);
        ck_assert_int_eq(memcmp(mapping->table.file.at, small.at, small.len), 0);
        for (size_t i = small.len; i < size; i++)
            ck_assert_uint_eq(mapping->table.file.at[i], 0);
        mapping_close(mapping);
    }
    free((void *)small.at);
}
END_TEST

START_TEST(replaced_file_is_seen)
{
    const char *path = test_path(INDEX_FILE);

    for (int round = 0; round < 200; round++) {
        char value[16];

        snprintf(value, sizeof(value), "%d", round);
        publish(path, value);
        ASSERT_CACHED(path, value);
        ASSERT_CACHED(path, value);
    }
}
END_TEST

START_TEST(other_path_is_seen)
{
    const char *one = test_path("one.tdb");
    const char *two = test_path("two.tdb");

    publish(one, "one");
    publish(two, "two");
    for (int round = 0; round < 3; round++) {
        ASSERT_CACHED(one, "one");
        ASSERT_CACHED(two, "two");
    }
}
END_TEST

START_TEST(removed_file_is_noticed)
{
    const char *path = test_path("removed.tdb");
    char value[8];

    publish(path, "before");
    ASSERT_CACHED(path, "before");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(cached_value(path, value, sizeof(value)), -ENOENT);
    publish(path, "after");
    ASSERT_CACHED(path, "after");
}
END_TEST

START_TEST(trust_is_revalidated)
{
    const char *path = test_path("trust.tdb");
    char value[8];

    publish(path, "value");
    ASSERT_CACHED(path, "value");
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert_int_eq(cached_value(path, value, sizeof(value)), -EPERM);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ASSERT_CACHED(path, "value");
    ck_assert_int_eq(rename(path, test_path("trust.old")), 0);
    ck_assert_int_eq(symlink(test_path("trust.old"), path), 0);
    ck_assert_int_eq(cached_value(path, value, sizeof(value)), -ELOOP);
}
END_TEST

START_TEST(size_is_revalidated)
{
    const char *path = test_path("grown.tdb");
    struct mapping *mapping;
    size_t before;

    publish(path, "value");
    ck_assert_int_eq(cache_take(path, &mapping), 0);
    before = mapping->table.file.len;
    cache_give(mapping);
    ck_assert_int_eq(truncate(path, (off_t)before + 1), 0);
    ck_assert_int_eq(cache_take(path, &mapping), 0);
    ck_assert_uint_eq(mapping->table.file.len, before + 1);
    cache_give(mapping);
}
END_TEST

/* Size of the address space in pages, read without touching the heap. */
static long address_space(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
    close(fd);
    return strtol(text, NULL, 10);
}

START_TEST(all_pages_are_unmapped)
{
    const char *path = test_path("unmap.tdb");
    long before;

    publish(path, "value");
    before = address_space();
    for (int round = 0; round < 500; round++) {
        struct mapping *mapping = NULL;

        if (mapping_open(path, &mapping) < 0)
            ck_abort();
        mapping_close(mapping);
    }
    ck_assert_int_lt(address_space(), before + 250);
}
END_TEST

START_TEST(location)
{
    char room[LOCATE_SIZE], longest[LOCATE_SIZE];
    size_t fits = LOCATE_SIZE - sizeof("/" INDEX_FILE);
    const char *constant;

    ck_assert_int_eq(unsetenv(ENV_STATE_DIR), 0);
    constant = locate_index(room);
    ck_assert_ptr_ne(constant, room);
    ck_assert_str_ne(constant, "/" INDEX_FILE);
    setenv(ENV_STATE_DIR, "", 1);
    ck_assert_ptr_eq(locate_index(room), constant);
    setenv(ENV_STATE_DIR, "some/where", 1);
    ck_assert_str_eq(locate_index(room), "some/where/" INDEX_FILE);
    memset(longest, 'x', fits + 1);
    longest[fits + 1] = '\0';
    setenv(ENV_STATE_DIR, longest, 1);
    ck_assert_ptr_null(locate_index(room));
    setenv(ENV_STATE_DIR, longest + 1, 1);
    ck_assert_ptr_eq(locate_index(room), room);
    ck_assert_uint_eq(strlen(room), LOCATE_SIZE - 1);
    ck_assert_str_eq(room + fits, "/" INDEX_FILE);
}
END_TEST

static unsigned int open_descriptors(void)
{
    DIR *entries = opendir("/proc/self/fd");
    unsigned int count = 0;

    ck_assert_ptr_nonnull(entries);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

START_TEST(nothing_is_kept_but_one_mapping)
{
    const char *path = test_path("kept.tdb");
    unsigned int before = open_descriptors();
    struct mapping *taken[3];
    char value[64];

    publish(path, "value");
    ASSERT_CACHED(path, "value");
    ck_assert_uint_eq(open_descriptors(), before);
    ck_assert_uint_eq(mappings_of("kept.tdb"), 1);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(cache_take(path, &taken[i]), 0);
    ck_assert_uint_eq(mappings_of("kept.tdb"), 3);
    for (size_t i = 0; i < 3; i++)
        cache_give(taken[i]);
    ck_assert_uint_eq(mappings_of("kept.tdb"), 1);
    for (int round = 0; round < 50; round++) {
        publish(path, "value");
        ASSERT_CACHED(path, "value");
    }
    ck_assert_uint_eq(mappings_of("kept.tdb"), 1);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(cached_value(path, value, sizeof(value)), -ENOENT);
    ck_assert_uint_eq(mappings_of("kept.tdb"), 0);
    write_file(path, bytes_of("no index at all"));
    ck_assert_int_eq(cached_value(path, value, sizeof(value)), -EBADMSG);
    ck_assert_uint_eq(mappings_of("kept.tdb"), 0);
    ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

START_TEST(fork_while_taken)
{
    const char *path = test_path("fork.tdb");
    struct mapping *mapping;
    pid_t child;
    int status;

    publish(path, "parent");
    ck_assert_int_eq(cache_take(path, &mapping), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char value[16];

        _exit(cached_value(path, value, sizeof(value)) == 0 && strcmp(value, "parent") == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    cache_give(mapping);
    ASSERT_CACHED(path, "parent");
}
END_TEST

#define THREADS      6
#define REPLACEMENTS 300

static const char *shared_path;
static atomic_bool stop;
static atomic_int published;

/* Every value seen is at least as new as what was published before the look-up began. */
static void *keep_looking(void *wrong)
{
    char value[16];

    while (!atomic_load(&stop)) {
        int least = atomic_load(&published);

        if (cached_value(shared_path, value, sizeof(value)) < 0 || atoi(value) < least)
            return wrong;
    }
    return NULL;
}

START_TEST(threads_and_replacements)
{
    pthread_t threads[THREADS];
    char value[16];
    void *wrong;

    shared_path = test_path("threads.tdb");
    publish(shared_path, "0");
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, keep_looking, &stop), 0);
    for (int round = 1; round <= REPLACEMENTS; round++) {
        snprintf(value, sizeof(value), "%d", round);
        publish(shared_path, value);
        atomic_store(&published, round);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
    ck_assert_uint_eq(mappings_of("threads.tdb"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_mapping");
    TCase *tcase = tcase_create("nss_mapping");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, odd_files_are_refused);
    tcase_add_test(tcase, writable_files_are_refused);
    tcase_add_test(tcase, foreign_files_are_refused);
    tcase_add_test(tcase, sizes_are_bounded);
    tcase_add_test(tcase, whole_pages);
    tcase_add_test(tcase, replaced_file_is_seen);
    tcase_add_test(tcase, other_path_is_seen);
    tcase_add_test(tcase, removed_file_is_noticed);
    tcase_add_test(tcase, trust_is_revalidated);
    tcase_add_test(tcase, size_is_revalidated);
    tcase_add_test(tcase, all_pages_are_unmapped);
    tcase_add_test(tcase, location);
    tcase_add_test(tcase, nothing_is_kept_but_one_mapping);
    tcase_add_test(tcase, fork_while_taken);
    tcase_add_test(tcase, threads_and_replacements);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
