/*
 * The writer: makes an index of a shape, and then step after step of a history, each a replacement as an
 * event makes it.
 */
#ifndef LVINDEX_TESTS_READERS_REPLACER_H
#define LVINDEX_TESTS_READERS_REPLACER_H

#include "schema/meta.h"
#include "tests/reliability/readers/history.h"

struct replacer {
    const char *directory;
    struct history *history;
    uint64_t step;      /* the last one */
    struct meta meta;   /* of what the last one began with */
    uint64_t new_bases; /* that were made */
    uint64_t bases_gone;
    uint64_t slowest; /* replacement, nanoseconds */
};

/* Makes the index, as of step 0. These exit when something fails. */
struct replacer replacer_start(const char *directory, struct history *history);

/* The next step. */
void replacer_step(struct replacer *replacer);

/* Generation and base of what is published. */
struct meta replacer_meta(const struct replacer *replacer);

#endif
