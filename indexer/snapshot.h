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

/* Sees to what a killed writer may have left in the directory: a finished file that is the next generation is
 * published, for what it tells of has happened; anything else is removed. -errno. */
int snapshot_recover(int dirfd);

/* Removes the new file, prepared or not. -errno. */
int snapshot_discard(int dirfd);

/* Would the next file be built anew instead of patched? When there is no whole base, when it has grown over
 * twice its size at the last build, or when `records` would make its chains too long. */
bool snapshot_rebuilds(const struct base *base, uint32_t records);

/* Writes `base` with `changes` applied as a new file, the next generation of `meta`, whose other fields are
 * brought up to date; complete, and on disk. -errno, and there is none. */
int snapshot_prepare(const char *dir, int dirfd, const struct base *base, const struct changes *changes,
                     struct meta *meta);

/* Puts the new file in its place. A damaged base is kept as index.tdb.damaged. -errno: the published file is
 * what it was, and the new one waits for the next writer (snapshot_recover); or, where the directory could
 * not be synced, it stands, but a power cut may still undo it. */
int snapshot_publish(int dirfd, const struct base *base);

#endif
