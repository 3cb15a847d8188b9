/* What is looked up: names or addresses, in the order of the file, which is random, round and round. */
#ifndef LVINDEX_BENCH_QUERIES_H
#define LVINDEX_BENCH_QUERIES_H

#include <stddef.h>

/* A query fills this many bytes: a name and zeros, or the four bytes of an address and zeros. */
#define QUERY_SIZE 16

struct queries {
    const char (*at)[QUERY_SIZE];
    size_t count;
    size_t next;
};

/* Maps the file, and reads all of it, so that a lookup pays no page fault for its own name. Ends the program
   where that fails, or where the file holds no query. */
void queries_open(const char *path, struct queries *queries);

/* The same for `count` of them alone, from `place` on and round and round: they take no more memory than they
 * need. */
void queries_read(const char *path, size_t place, size_t count, struct queries *queries);

static inline const char *queries_next(struct queries *queries)
{
    const char *query = queries->at[queries->next];

    queries->next = queries->next + 1 == queries->count ? 0 : queries->next + 1;
    return query;
}

#endif
