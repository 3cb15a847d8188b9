/*
 * The mapping that is kept between look-ups.
 *
 * There is one place for one mapping. Whoever looks up takes it out, and puts it back when done; who finds
 * the place empty maps the file for itself. So nobody waits for anybody. A process that forks, loses a
 * thread or jumps out of a signal handler in the middle of a look-up keeps that look-up's mapping.
 *
 * Thread-safety: all calls, from any thread and from signal handlers.
 */
#ifndef LVINDEX_NSS_CACHE_H
#define LVINDEX_NSS_CACHE_H

#include "nss/mapping.h"

/* A mapping of the file that is at `path` now; the caller ends its use with cache_give(). Errors as those of
 * mapping_open(). */
int cache_take(const char *path, struct mapping **mapping);

/* The mapping is the cache's again, and may be gone at once. */
void cache_give(struct mapping *mapping);

#endif
