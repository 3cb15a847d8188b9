/*
 * A set of names, folded.
 */
#ifndef LVINDEX_INDEXER_NAMES_H
#define LVINDEX_INDEXER_NAMES_H

#include <stddef.h>

#include "schema/key.h"

struct names {
    struct key *at; /* host keys of the names */
    size_t count;
};

/* Adds a name that is not there yet. -ENOMEM. */
int names_add(struct names *names, struct bytes name);
/* Empties it. */
void names_clear(struct names *names);

#endif
