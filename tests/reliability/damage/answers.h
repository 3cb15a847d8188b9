/*
 * Questions to the two modules' entry points, and their answers as texts.
 */
#ifndef LVINDEX_TESTS_ANSWERS_H
#define LVINDEX_TESTS_ANSWERS_H

#include <stdbool.h>

#include "schema/key.h"

#define ANSWER_SIZE 2048

/* What an entry point is asked: a name or an address, by its key in the index. */
struct asking {
    struct key key;
    int way; /* 0 to WAYS - 1: which entry point, and for which family */
    bool guests;
};

#define NAME_WAYS    6
#define ADDRESS_WAYS 2

/* How many ways there are to ask for such a key; 0: none. */
int ways_of(struct bytes key);

/* Asks. The answer is "NOTFOUND", "NODATA" or "UNAVAIL", or what was found: name, aliases, addresses.
 * "broken: ..." where an answer is not of the form that glibc takes. */
void ask(const struct asking *asking, char answer[static ANSWER_SIZE]);

/* For people; lives until the next call. */
const char *asking_tell(const struct asking *asking);

#endif
