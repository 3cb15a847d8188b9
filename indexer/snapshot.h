/*
 * Publishing: from a base and a set of changed records to a new index file in its place.
 *
 * An index file that a reader can open is complete and never changes. The new one is written beside it under
 * another name, sealed, synced, renamed over it, and the directory synced; whoever is killed in between
 * leaves the old one and a leftover that the next writer sweeps. Thread-safety: the caller holds the writers'
 * lock of the directory.
 */
#ifndef LVINDEX_INDEXER_SNAPSHOT_H
#define LVINDEX_INDEXER_SNAPSHOT_H

#include <stdbool.h>

#include "base.h"
#include "changes.h"

/* Removes what a killed writer may have left in the directory. -errno. */
int snapshot_sweep(int dirfd);

/* Would the next file be built anew instead of patched? When there is no whole base, when it has grown over
 * twice its size at the last build, or when `records` would make its chains too long. */
bool snapshot_rebuilds(const struct base *base, uint32_t records);

/* Publishes `base` with `changes` applied, as the next
 * generation of `meta`, whose other fields are brought up to date. A damaged base is kept as
 * index.tdb.damaged. -errno, and the published file is what it was. */
int snapshot_publish(const char *dir, int dirfd, const struct base *base, const struct changes *changes,
                     struct meta *meta);

#endif
