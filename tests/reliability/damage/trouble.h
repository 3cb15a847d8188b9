/*
 * Ending where a test cannot go on, files in memory, numbers at random, and a watch over what must not crash
 * or hang.
 */
#ifndef LVINDEX_TESTS_TROUBLE_H
#define LVINDEX_TESTS_TROUBLE_H

#include <stdint.h>

#include "schema/wire.h"

/* Says why on stderr, and exits with status 2. */
void trouble(const char *why) __attribute__((noreturn));

/* A whole file, on the heap. NULL and 0 when it is not there. */
struct bytes load_file(const char *directory, const char *name);
void save_file(const char *directory, const char *name, struct bytes content);

/* The next of a series, of less than `below`. */
uint64_t number_below(uint64_t *series, uint64_t below);

/* Does something bad to a file: changes bits or words, clears or copies a part of it. */
void mutate(struct bytes file, uint64_t *series);

/* From now on a crash, or a case that takes more than some seconds, ends the program with status 1 and says
 * what watch_case() was told last. */
void watch_start(void);
void watch_case(const char *file, uint64_t bit, uint64_t series);

#endif
