/*
 * The mappings that are kept between look-ups.
 *
 * They are kept in slots, each with a cache line of its own. Whoever looks up takes a mapping out of the slot
 * of its CPU, or else out of any other, and puts it back when done; who finds all slots empty maps the index
 * for itself. So nobody waits for anybody, and threads on different CPUs do not get into each other's way. A
 * thread that is cancelled, a process that forks, or a handler that jumps (siglongjmp(3)) out of a look-up
 * costs that look-up's mapping and no more (while it maps another file, that one, too): the slot is filled
 * again by the next one to be given back.
 *
 * Kept are only mappings of the file that was mapped last: whoever maps a new one closes those of older ones,
 * in all slots. So a process that looks nothing up any more holds one generation of the index at the most.
 *
 * Thread-safety: all calls, from any thread and from signal handlers.
 */
#ifndef LVINDEX_NSS_CACHE_H
#define LVINDEX_NSS_CACHE_H

#include "nss/mapping.h"

/* A mapping of the index that is in `directory` now; the caller ends its use with cache_give(). Without a
 * system call as long as mapping_current() needs none. `hash` is that of the key to be looked up, see
 * view_expect(). Errors as those of mapping_open(). */
int cache_take(const char *directory, uint32_t hash, struct mapping **mapping);

/* The mapping is the cache's again, and may be gone at once. */
void cache_give(struct mapping *mapping);

#endif
