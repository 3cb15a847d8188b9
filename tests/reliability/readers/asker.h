/*
 * Asking the two modules, each loaded as glibc does it, and reading the step out of what they answer.
 */
#ifndef LVINDEX_TESTS_READERS_ASKER_H
#define LVINDEX_TESTS_READERS_ASKER_H

#include "tests/reliability/readers/history.h"

/* Loads the modules of the build's directory `modules`. Exits when there are none. */
void asker_load(const char *modules);

/* `tuples`: a name by gethostbyname4_r, else by gethostbyname2_r. */
struct answer asker_ask(struct subject subject, bool tuples);

/* A subject that the shape has; `random` is any number. */
struct subject asker_pick(const struct shape *shape, uint64_t random);

/* xorshift64 */
uint64_t random_next(uint64_t *state);

#endif
