/*
 * Publishing: from the published index and a set of changed records to a new index.tdb in its place, and
 * where much has changed, a new base beside it.
 *
 * A file that a reader can open is complete, and never changes but for the sequence number in its header. The
 * new ones are written beside it under other names, sealed, synced; one rename publishes them, and the
 * directory is synced. Whoever is killed in between leaves the old index and leftovers that the next writer
 * sweeps. Thread-safety: the caller holds the writers' lock of the directory.
 */
#ifndef LVINDEX_INDEXER_SNAPSHOT_H
#define LVINDEX_INDEXER_SNAPSHOT_H

#include <stdbool.h>

#include "changes.h"
#include "published.h"

/* Removes what was made for a generation that was not published. -errno. */
int snapshot_discard(int dirfd, uint64_t generation);

/* Would the next index be written as a whole, with a new base where it is large? When there is no whole one;
 * when it would be too large for one file; when index.tdb would be too large beside its base. */
bool snapshot_rewrites(const struct published *from, const struct changes *changes);

/* Writes `from` with `changes` applied as new files, the next generation of `meta`, whose other fields are
 * brought up to date; complete, and on disk. -errno, and there are none; -EUCLEAN: the base, which is only
 * now read as a whole, is damaged. */
int snapshot_prepare(int dirfd, struct published *from, const struct changes *changes, struct meta *meta);

/* Puts the new index of `meta` in the place of `from`, tells readers, and removes what nobody needs any more.
 * What is damaged of `from` is kept as index.tdb.damaged. -errno: the published index is what it was, and the
 * new one waits for the next writer (recover_leftover); or, where the directory could not be synced, it
 * stands, but a power cut may still undo it. */
int snapshot_publish(int dirfd, const struct published *from, const struct meta *meta);

#endif
