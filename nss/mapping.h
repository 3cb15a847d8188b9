/*
 * An index file in memory.
 *
 * A mapping is one run of pages: the file's, and behind them one with the bookkeeping, so that the one
 * pointer is all there is to keep, to hand on and to give up. It needs neither malloc nor a descriptor.
 *
 * Calls here are no cancellation points (pthreads(7)), so that no thread dies with a mapping in its hands.
 * Thread-safety: no state. A mapping is never changed after mapping_open().
 */
#ifndef LVINDEX_NSS_MAPPING_H
#define LVINDEX_NSS_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "nss/table.h"

struct mapping {
    struct table table;
    dev_t device;
    ino_t inode;
    size_t length; /* of all pages, from table.file.at on */
};

/* Maps the index at `path`. The caller ends it with mapping_close().
 * -EPERM: not a regular file, or one that others than root and the effective user may write. -ELOOP: a
 * symbolic link. -EBADMSG, -EPROTONOSUPPORT: see table_open(). Else what open(2), fstat(2) and mmap(2) say.
 */
int mapping_open(const char *path, struct mapping **mapping);

/* Is the file at `path` still the one that is mapped, and still to be trusted? Device and inode tell: those
 * of a file that is mapped go to no other. */
bool mapping_current(const struct mapping *mapping, const char *path);

/* NULL is fine. */
void mapping_close(struct mapping *mapping);

#endif
