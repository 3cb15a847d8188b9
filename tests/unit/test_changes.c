/* A run's changes in memory: what was put last counts, whatever was there before. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/arena.h"
#include "indexer/build.h"
#include "indexer/changes.h"
#include "test_case.h"

#define KEYS          300
#define VALUE_MAX_LEN 2000

static struct key key_of(unsigned int number)
{
    char name[16];

    snprintf(name, sizeof(name), "key-%u", number);
    return key_named(KEY_NETWORK, bytes_of(name));
}

struct seen {
    const size_t *lengths;
    size_t count;
    uint64_t size;
};

static int check(void *context, struct bytes key, struct bytes value)
{
    struct seen *seen = context;
    char name[16];
    unsigned int number;

    snprintf(name, sizeof(name), "%.*s", (int)key.len - 1, (const char *)key.at + 1);
    ck_assert_int_eq(sscanf(name, "key-%u", &number), 1);
    ck_assert_uint_eq(value.len, seen->lengths[number]);
    for (size_t i = 0; i < value.len; i++)
        ck_assert_uint_eq(value.at[i], (uint8_t)(number + value.len));
    seen->count++;
    seen->size += build_record_size(key.len, value.len);
    return 0;
}

START_TEST(last_put)
{
    struct changes *changes = changes_new();
    size_t lengths[KEYS] = {0};
    struct seen seen = {lengths, 0, 0};
    uint8_t value[VALUE_MAX_LEN];
    struct bytes found;
    struct key key;

    srandom(4711);
    for (int i = 0; i < 20000; i++) {
        unsigned int number = (unsigned int)random() % KEYS;
        size_t len = random() % 4 == 0 ? 0 : (size_t)random() % VALUE_MAX_LEN;

        key = key_of(number);
        memset(value, (uint8_t)(number + len), len);
        ck_assert_int_eq(changes_put(changes, &key, (struct bytes){value, len}), 0);
        lengths[number] = len;
        ck_assert(changes_find(changes, &key, &found));
        ck_assert_uint_eq(found.len, len);
    }
    ck_assert_int_eq(changes_each(changes, check, &seen), 0);
    ck_assert_uint_eq(seen.count, KEYS);
    ck_assert_uint_eq(changes_size(changes), seen.size);
    key = key_of(KEYS);
    ck_assert(!changes_find(changes, &key, &found));
    changes_free(changes);
}
END_TEST

/* Things of all sizes, none in another's place, each fit for any type. */
START_TEST(in_an_arena)
{
    struct arena arena = {NULL, 0, 0};
    uint8_t *things[500];
    size_t sizes[500];

    srandom(4711);
    for (size_t i = 0; i < 500; i++) {
        sizes[i] = i % 50 == 0 ? 100000 : (size_t)random() % 3000;
        things[i] = arena_take(&arena, sizes[i]);
        ck_assert_ptr_nonnull(things[i]);
        ck_assert_uint_eq((uintptr_t)things[i] % _Alignof(max_align_t), 0);
        memset(things[i], (int)i, sizes[i]);
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t at = 0; at < sizes[i]; at++)
            ck_assert(things[i][at] == (uint8_t)i);
    }
    ck_assert_ptr_null(arena_take(&arena, SIZE_MAX));
    arena_free(&arena);
    ck_assert_ptr_null(arena.chunk);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("changes");

    tcase_add_test(tcase, last_put);
    tcase_add_test(tcase, in_an_arena);
    return test_case_run(tcase);
}
