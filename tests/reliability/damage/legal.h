/*
 * Which answers docs/index-format.md allows a reader, where one bit of an index is wrong.
 *
 * It checks the structure, not the checksum. So what it does not read changes nothing, what is damaged and
 * seen to be is UNAVAIL, and a record that its chain does not lead to any more is as one that was never
 * there. Other answers than the right one follow only from the record that was asked for.
 */
#ifndef LVINDEX_TESTS_LEGAL_H
#define LVINDEX_TESTS_LEGAL_H

#include "anatomy.h"
#include "answers.h"
#include "memory.h"

/* A question, and what it is answered with while all is well. */
struct known {
    struct asking asking;
    char *right;
    char *base_alone;       /* what the base says; without one, NOTFOUND */
    uint32_t chains[FILES]; /* of its key */
};

/* The files as they were. */
struct whole {
    struct anatomy files[FILES];
    bool two;
};

/* May this be the answer, with the place of that file wrong? */
bool answer_is_legal(const struct whole *whole, int file, const struct place *place,
                     const struct known *known, const char *answer);

#endif
