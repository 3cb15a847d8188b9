/* An index and its base: two files that are opened as one, whatever a writer does in between. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/cache.h"
#include "one_record.h"
#include "test_case.h"

#define ID UINT64_C(0x123456789abcdef0)

/* The name of a base is asked for when index.tdb was read and the base is to be opened: a writer may come
 * just then. */
static void (*writer)(unsigned int times);
static unsigned int asked;

char *__wrap_base_name(uint64_t generation, char name[static BASE_NAME_SIZE]);
char *__real_base_name(uint64_t generation, char name[static BASE_NAME_SIZE]);

char *__wrap_base_name(uint64_t generation, char name[static BASE_NAME_SIZE])
{
    void (*now)(unsigned int times) = writer;

    /* The writer asks for names itself. */
    writer = NULL;
    if (now != NULL)
        now(++asked);
    writer = now;
    return __real_base_name(generation, name);
}

static const char *base_file(uint64_t generation)
{
    char name[BASE_NAME_SIZE];

    return own_path(__real_base_name(generation, name));
}

START_TEST(records_of_both)
{
    put_base(7, ID, "base");
    publish_over(7, ID, NULL);
    ASSERT_OPENED("base");
    publish_over(7, ID, "index");
    ASSERT_OPENED("index");
    ASSERT_CACHED("index");
    publish_over(7, ID, "");
    ASSERT_UNCACHED(-ENOENT);
    publish("alone");
    ASSERT_CACHED("alone");
    publish_over(7, ID, NULL);
    ASSERT_CACHED("base");
}
END_TEST

START_TEST(version_1_has_no_base)
{
    struct meta meta = {.version = 1, .generation = 5, .base = 7, .base_id = ID};

    build_close(build_open_as(own_path(INDEX_FILE), 7, &meta));
    ck_assert_int_eq(open_error(), 0);
    ck_assert_uint_eq(asked, 0);
    ASSERT_UNCACHED(-ENOENT);
}
END_TEST

START_TEST(another_base)
{
    static const struct meta others[] = {
        {.version = SCHEMA_VERSION, .generation = 7, .base = 7, .base_id = ID + 1},
        {.version = SCHEMA_VERSION, .generation = 7, .base = 7, .base_id = ID & UINT32_MAX},
        {.version = SCHEMA_VERSION, .generation = 7, .base = 6, .base_id = ID},
        {.version = SCHEMA_VERSION, .generation = 7, .base = 0, .base_id = 0},
        {.version = 1, .generation = 7, .base = 7, .base_id = ID},
    };

    publish_over(7, ID, "index");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        build_close(build_open_as(base_file(7), 7, &others[i]));
        ck_assert_int_eq(open_error(), -ESTALE);
        ck_assert_int_eq(unlink(base_file(7)), 0);
    }
    put_base(7, ID, "base");
    ck_assert_int_eq(open_error(), 0);
}
END_TEST

static void count_only(unsigned int times)
{
    (void)times;
}

START_TEST(base_gone_for_ever)
{
    publish_over(7, ID, "index");
    writer = count_only;
    ASSERT_UNCACHED(-ESTALE);
    ck_assert_uint_eq(asked, 8);
    ASSERT_UNCACHED(-ESTALE);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    put_base(7, ID, "base");
    ASSERT_CACHED("index");
}
END_TEST

static void publish_new_base(unsigned int times)
{
    if (times > 1)
        return;
    put_base(8, ID + 1, "new base");
    publish_over(8, ID + 1, NULL);
    ck_assert_int_eq(unlink(base_file(7)), 0);
}

static void publish_alone(unsigned int times)
{
    if (times > 1)
        return;
    publish("new index");
    ck_assert_int_eq(unlink(base_file(7)), 0);
}

static void restore_backup(unsigned int times)
{
    if (times > 1)
        return;
    ck_assert_int_eq(unlink(base_file(7)), 0);
    put_base(7, ID + 1, "backup");
    publish_over(7, ID + 1, NULL);
}

START_TEST(replaced_in_between)
{
    static const struct {
        void (*writer)(unsigned int times);
        unsigned int asked;
        const char *value;
    } cases[] = {
        {publish_new_base, 2, "new base"}, {publish_alone, 1, "new index"}, {restore_backup, 2, "backup"}};

    put_base(7, ID, "old base");
    publish_over(7, ID, NULL);
    writer = cases[_i].writer;
    ASSERT_OPENED(cases[_i].value);
    ck_assert_uint_eq(asked, cases[_i].asked);
}
END_TEST

static void publish_always(unsigned int times)
{
    ck_assert_int_eq(unlink(base_file(6 + times)), 0);
    put_base(7 + times, ID, "base");
    publish_over(7 + times, ID, NULL);
}

START_TEST(replaced_each_time)
{
    put_base(7, ID, "base");
    publish_over(7, ID, NULL);
    writer = publish_always;
    ck_assert_int_eq(open_error(), -ESTALE);
    ck_assert_uint_eq(asked, 8);
    writer = NULL;
    ASSERT_OPENED("base");
}
END_TEST

START_TEST(base_is_kept)
{
    struct mapping *mapping;
    const uint8_t *at;

    put_base(7, ID, "base");
    publish_over(7, ID, "one");
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    at = mapping->view.base.file.at;
    cache_give(mapping);
    /* The same base, as long as index.tdb names it: it is not opened again, nor need it be there. */
    ck_assert_int_eq(unlink(base_file(7)), 0);
    publish_over(7, ID, NULL);
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    ck_assert_ptr_eq(mapping->view.base.file.at, at);
    cache_give(mapping);
    ASSERT_CACHED("base");
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
    /* The same name, but another base; none; one that cannot be had. */
    put_base(7, ID + 1, "other");
    publish_over(7, ID + 1, NULL);
    ASSERT_CACHED("other");
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
    publish_over(8, ID + 1, NULL);
    ASSERT_UNCACHED(-ESTALE);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    publish("alone");
    ASSERT_CACHED("alone");
    ck_assert_uint_eq(mappings_of(own_dir()), 1);
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

static void expect_odd(int error)
{
    unsigned int before = open_descriptors();

    ck_assert_int_eq(open_error(), error);
    ck_assert_uint_eq(open_descriptors(), before);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
}

START_TEST(odd_bases_are_refused)
{
    const char *path = base_file(7);
    struct meta newer = {.version = SCHEMA_VERSION + 1, .generation = 7, .base = 7, .base_id = ID};

    put_base(7, ID, "base");
    publish_over(7, ID, "index");
    expect_odd(0);
    ck_assert_int_eq(chmod(path, 0664), 0);
    expect_odd(-EPERM);
    ck_assert_int_eq(chmod(path, 0646), 0);
    expect_odd(-EPERM);
    ck_assert_int_eq(chmod(path, 0644), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 65534, 65534), 0);
        expect_odd(-EPERM);
        ck_assert_int_eq(chown(path, 0, 0), 0);
    }
    expect_odd(0);
    ck_assert_int_eq(rename(path, own_path("moved")), 0);
    ck_assert_int_eq(symlink(own_path("moved"), path), 0);
    expect_odd(-ELOOP);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    expect_odd(-EPERM);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    expect_odd(-EPERM);
    ck_assert_int_eq(rmdir(path), 0);
    write_file(path, (struct bytes){(const uint8_t *)"", 0});
    expect_odd(-EBADMSG);
    write_file(path, bytes_of("no TDB at all"));
    expect_odd(-EBADMSG);
    ck_assert_int_eq(unlink(path), 0);
    build_close(build_open_as(path, 7, &newer));
    expect_odd(-EPROTONOSUPPORT);
}
END_TEST

/* What may be said of an index one of whose files is cut or changed. */
static bool expected(int error)
{
    return error == 0 || error == -ENOENT || error == -EBADMSG || error == -EPROTONOSUPPORT ||
           error == -ESTALE;
}

/* Opens the index, and asks it. */
static int ask(char *value)
{
    struct mapping *mapping;
    int error = mapping_open(own_dir(), NULL, &mapping);

    if (error < 0)
        return error;
    error = value_in(&mapping->view, value);
    mapping_close(mapping);
    return error;
}

START_TEST(damaged_files)
{
    const char *path = _i == 0 ? base_file(7) : own_path(INDEX_FILE);
    char value[VALUE_SIZE];
    struct bytes whole;
    int fd;

    put_base(7, ID, "base");
    publish_over(7, ID, NULL);
    whole = read_file(path);
    for (size_t len = 0; len < whole.len; len += 1 + len / 50) {
        write_file(path, (struct bytes){whole.at, len});
        if (!expected(ask(value)))
            ck_abort_msg("cut at %zu", len);
    }
    write_file(path, whole);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    for (size_t at = 0; at < whole.len; at++) {
        uint8_t wrong = whole.at[at] ^ 0xff;

        if (pwrite(fd, &wrong, 1, (off_t)at) != 1 || !expected(ask(value)) ||
            pwrite(fd, whole.at + at, 1, (off_t)at) != 1)
            ck_abort_msg("changed at %zu", at);
    }
    close(fd);
    ck_assert_int_eq(ask(value), 0);
    ck_assert_str_eq(value, "base");
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    free((void *)whole.at);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_base");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, records_of_both);
    tcase_add_test(tcase, version_1_has_no_base);
    tcase_add_test(tcase, another_base);
    tcase_add_test(tcase, base_gone_for_ever);
    tcase_add_loop_test(tcase, replaced_in_between, 0, 3);
    tcase_add_test(tcase, replaced_each_time);
    tcase_add_test(tcase, base_is_kept);
    tcase_add_test(tcase, odd_bases_are_refused);
    tcase_add_loop_test(tcase, damaged_files, 0, 2);
    return test_case_run(tcase);
}
