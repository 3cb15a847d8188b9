/*
 * A file in memory: mapped whole and read only, if it is to be trusted.
 *
 * Mapping reads nothing: pages come in when they are touched. Nothing but the mapping is kept, no descriptor:
 * signals wait while there is one. Calls here are no cancellation points (pthreads(7)), so that no thread
 * dies with a mapping in its hands. Thread-safety: no state.
 */
#ifndef LVINDEX_NSS_IMAGE_H
#define LVINDEX_NSS_IMAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "schema/wire.h"

/* Which file it is. Device and inode of a file that is mapped go to no other. */
struct image_id {
    dev_t device;
    ino_t inode;
    off_t size;
};

/* Maps the file at `path`; the caller ends it with image_unmap().
 * -EPERM: not a regular file, or one that others than root and the effective user may write (within a user
 * namespace that root is not mapped into, all users that are not are taken for root). -ELOOP: a symbolic
 * link. -EBADMSG: empty, or larger than a TDB can be. Else what open(2), fstat(2) and mmap(2) say.
 */
int image_map(const char *path, struct bytes *content, struct image_id *id);

/* Is this file still the one at `path`, and still to be trusted? */
bool image_in_place(const char *path, const struct image_id *id);

/* Content without bytes is fine. */
void image_unmap(struct bytes content);

#endif
