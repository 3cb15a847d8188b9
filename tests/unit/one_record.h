/*
 * Indexes with one record, as a writer publishes them, and what nss/ finds in them, in the running
 * test's directory (test_case.h).
 *
 * Failures are Check's: the functions return only when all went well.
 */
#ifndef LVINDEX_TESTS_ONE_RECORD_H
#define LVINDEX_TESTS_ONE_RECORD_H

#include <stdint.h>

#include "nss/mapping.h"

/* Publishes the next generation of an index with host "name" → `value`: tells of it in the file that is
 * there, then puts the new one in its place. */
void publish(const char *value);
/* The same in any directory. */
void publish_in(const char *directory, const char *value);
/* The same, without a word in the file that is there. */
void publish_silently(const char *value);

/* A base of that generation and id, in which host "name" → `value`. */
void put_base(uint64_t generation, uint64_t id, const char *value);
/* Publishes an index over a base. "" is a tombstone; NULL: it has no record of "name" itself. */
void publish_over(uint64_t base, uint64_t id, const char *value);

/* The value of "name": 0, or an error as a negative number. Asserts nothing. `to` has VALUE_SIZE bytes. */
#define VALUE_SIZE 32
int value_in(const struct view *view, char *to);
/* The same of the current index, through the cache. */
int cached_value(const char *directory, char *to);

/* Opens the index by itself, without the cache, and closes it again. */
int open_error(void);

#define ASSERT_OPENED(wanted)                                                                                \
    do {                                                                                                     \
        struct mapping *mapping_;                                                                            \
        char value_[VALUE_SIZE];                                                                             \
        ck_assert_int_eq(mapping_open(own_dir(), NULL, &mapping_), 0);                                       \
        ck_assert_int_eq(value_in(&mapping_->view, value_), 0);                                              \
        ck_assert_str_eq(value_, wanted);                                                                    \
        mapping_close(mapping_);                                                                             \
    } while (0)

#define ASSERT_CACHED(wanted)                                                                                \
    do {                                                                                                     \
        char value_[VALUE_SIZE];                                                                             \
        ck_assert_int_eq(cached_value(own_dir(), value_), 0);                                                \
        ck_assert_str_eq(value_, wanted);                                                                    \
    } while (0)

#define ASSERT_UNCACHED(error)                                                                               \
    do {                                                                                                     \
        char value_[VALUE_SIZE];                                                                             \
        ck_assert_int_eq(cached_value(own_dir(), value_), error);                                            \
    } while (0)

#endif
