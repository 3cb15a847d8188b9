/*
 * An index in memory: index.tdb, its base if it has one, and what is to be known of them.
 *
 * The bookkeeping has a page of its own, so that the one pointer is all there is to keep, to hand on and to
 * give up. It needs neither malloc nor a descriptor.
 *
 * Calls here are no cancellation points (pthreads(7)), so that no thread dies with a mapping in its hands.
 * Thread-safety: no state. A mapping belongs to one thread at a time.
 */
#ifndef LVINDEX_NSS_MAPPING_H
#define LVINDEX_NSS_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nss/image.h"
#include "nss/view.h"
#include "schema/paths.h"

/* The longest path of a directory: enough for any sensible LVINDEX_DIR. */
#define DIRECTORY_MAX 1000

struct mapping {
    struct view view;
    struct image_id id;  /* of index.tdb */
    uint32_t generation; /* its low half: what the header's sequence number is while the file is current */
    uint64_t base;       /* as in schema/meta.h */
    uint64_t base_id;
    uint64_t checked; /* when it was last seen to be in its place, see mapping_current() */
    size_t directory_len;
    char path[DIRECTORY_MAX + 1 + BASE_NAME_SIZE]; /* the directory, and room for a file's name behind it */
};

/* Maps the index in `directory`. The caller ends it with mapping_close(). `before` may be NULL, or a mapping
 * of the caller's that is of no more use: its base is taken over if the index has still the same.
 * -ESTALE: the base that index.tdb names is gone, or another one, even after several tries from the start.
 * -ENAMETOOLONG: a longer path than DIRECTORY_MAX. -EBADMSG, -EPROTONOSUPPORT: see tdb_table_open(), and
 * image_map() for all else; either file may cause them. */
int mapping_open(const char *directory, struct mapping *before, struct mapping **mapping);

/* Is this still the index in `directory`, and still to be trusted?
 *
 * A writer changes index.tdb's sequence number before it replaces the file. So there is no need to ask the
 * kernel while that number is the generation's. It is asked once a second then, for files that were removed
 * or replaced by other means, or are not to be trusted any more. While the number is another one, it is asked
 * each time, until the new file is there. */
bool mapping_current(struct mapping *mapping, const char *directory);

/* Was it replaced while it was in use? Asks the kernel only if the sequence number is another one. */
bool mapping_replaced(struct mapping *mapping);

/* NULL is fine. */
void mapping_close(struct mapping *mapping);

#endif
