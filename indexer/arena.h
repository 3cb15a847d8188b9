/*
 * Memory for very many small things that all go at once. (obstack(3) ends the program when there is none.)
 *
 * Thread-safety: an arena belongs to one thread.
 */
#ifndef LVINDEX_INDEXER_ARENA_H
#define LVINDEX_INDEXER_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* All zero: empty. */
struct arena {
    struct arena_chunk *chunk; /* the latest; each knows the one before */
    size_t used;
    size_t room;
};

/* `size` bytes, aligned for everything, until arena_free(). NULL without memory. */
void *arena_take(struct arena *arena, size_t size);

void arena_free(struct arena *arena);

#endif
