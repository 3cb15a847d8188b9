/*
 * A collection of names, folded.
 */
#ifndef LVINDEX_INDEXER_NAMES_H
#define LVINDEX_INDEXER_NAMES_H

#include <stddef.h>

#include "schema/key.h"

struct names {
    struct key *at; /* host keys of the names */
    size_t count;
    size_t room;
};

/* Adds a name. -ENOMEM. */
int names_add(struct names *names, struct bytes name);
/* Leaves each name in it once, sorted. */
void names_unique(struct names *names);
/* Empties it. */
void names_clear(struct names *names);

#endif
