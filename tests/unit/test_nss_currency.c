/* When a mapped index counts as current: at once by its sequence number, within a second in any case. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/cache.h"
#include "one_record.h"
#include "still_clock.h"
#include "test_case.h"

#define SECOND UINT64_C(1000000000)

START_TEST(announced_file_is_seen)
{
    for (int round = 0; round < 200; round++) {
        char value[16];

        snprintf(value, sizeof(value), "%d", round);
        publish(value);
        ASSERT_CACHED(value);
        ASSERT_CACHED(value);
    }
}
END_TEST

START_TEST(silent_replacement_is_seen_within_a_second)
{
    publish("one");
    ASSERT_CACHED("one");
    publish_silently("two");
    ASSERT_CACHED("one");
    still_clock += SECOND - 1;
    ASSERT_CACHED("one");
    still_clock++;
    ASSERT_CACHED("two");
    /* The second begins anew each time that the kernel was asked, and only then. */
    still_clock += SECOND / 2;
    ASSERT_CACHED("two");
    still_clock += SECOND / 2;
    ASSERT_CACHED("two");
    publish_silently("three");
    still_clock += SECOND - 1;
    ASSERT_CACHED("two");
    still_clock++;
    ASSERT_CACHED("three");
}
END_TEST

START_TEST(announced_long_before)
{
    struct mapping *first, *again;

    /* The writer was killed, or has not come further yet: the old index answers, from the same mapping. */
    publish("old");
    ck_assert_int_eq(cache_take(own_dir(), 0, &first), 0);
    cache_give(first);
    build_announce(own_path(INDEX_FILE));
    for (int round = 0; round < 3; round++) {
        ASSERT_CACHED("old");
        ck_assert_int_eq(cache_take(own_dir(), 0, &again), 0);
        ck_assert_ptr_eq(again, first);
        cache_give(again);
    }
    /* No time passes, and still the new one is seen at once: the kernel is asked each time. */
    publish_silently("new");
    ASSERT_CACHED("new");
}
END_TEST

START_TEST(announced_before_it_was_mapped)
{
    publish("old");
    build_announce(own_path(INDEX_FILE));
    ASSERT_CACHED("old");
    ASSERT_CACHED("old");
    publish_silently("new");
    ASSERT_CACHED("new");
    publish_silently("newer");
    ASSERT_CACHED("new");
}
END_TEST

START_TEST(generations_beyond_32_bits)
{
    struct meta meta = {.version = SCHEMA_VERSION, .generation = (UINT64_C(7) << 32) + 3};

    /* The sequence number has their low half. */
    build_close(build_open_as(own_path(INDEX_FILE), 7, &meta));
    ASSERT_UNCACHED(-ENOENT);
    publish_silently("new");
    ASSERT_UNCACHED(-ENOENT);
    still_clock += SECOND;
    ASSERT_CACHED("new");
}
END_TEST

START_TEST(removed_file_is_noticed)
{
    publish("before");
    ASSERT_CACHED("before");
    ck_assert_int_eq(unlink(own_path(INDEX_FILE)), 0);
    ASSERT_CACHED("before");
    still_clock += SECOND;
    ASSERT_UNCACHED(-ENOENT);
    ASSERT_UNCACHED(-ENOENT);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    publish("after");
    ASSERT_CACHED("after");
}
END_TEST

START_TEST(trust_is_revalidated)
{
    const char *path = own_path(INDEX_FILE);

    publish("value");
    ASSERT_CACHED("value");
    ck_assert_int_eq(chmod(path, 0666), 0);
    still_clock += SECOND;
    ASSERT_UNCACHED(-EPERM);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ASSERT_CACHED("value");
    ck_assert_int_eq(rename(path, own_path("moved")), 0);
    ck_assert_int_eq(symlink(own_path("moved"), path), 0);
    still_clock += SECOND;
    ASSERT_UNCACHED(-ELOOP);
}
END_TEST

START_TEST(size_is_revalidated)
{
    struct mapping *mapping;
    size_t before;

    publish("value");
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    before = mapping->view.overlay.file.len;
    cache_give(mapping);
    ck_assert_int_eq(truncate(own_path(INDEX_FILE), (off_t)before + 1), 0);
    still_clock += SECOND;
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    ck_assert_uint_eq(mapping->view.overlay.file.len, before + 1);
    cache_give(mapping);
}
END_TEST

START_TEST(other_directory_is_seen)
{
    /* One is the beginning of the other. */
    static const char *const names[] = {"dir", "directory", "di"};
    char value[VALUE_SIZE];

    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(mkdir(own_path(names[i]), 0755), 0);
        publish_in(own_path(names[i]), names[i]);
    }
    for (size_t round = 0; round < 9; round++) {
        const char *name = names[round % 3];

        ck_assert_int_eq(cached_value(own_path(name), value), 0);
        ck_assert_str_eq(value, name);
    }
}
END_TEST

START_TEST(replaced_while_in_use)
{
    struct mapping *mapping;

    publish("one");
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    build_announce(own_path(INDEX_FILE));
    cache_give(mapping);
    /* Only announced: still the best there is. */
    ck_assert_uint_eq(mappings_of(own_dir()), 1);
    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    publish_silently("two");
    cache_give(mapping);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    ASSERT_CACHED("two");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_currency");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, announced_file_is_seen);
    tcase_add_test(tcase, silent_replacement_is_seen_within_a_second);
    tcase_add_test(tcase, announced_long_before);
    tcase_add_test(tcase, announced_before_it_was_mapped);
    tcase_add_test(tcase, generations_beyond_32_bits);
    tcase_add_test(tcase, removed_file_is_noticed);
    tcase_add_test(tcase, trust_is_revalidated);
    tcase_add_test(tcase, size_is_revalidated);
    tcase_add_test(tcase, other_directory_is_seen);
    tcase_add_test(tcase, replaced_while_in_use);
    return test_case_run(tcase);
}
