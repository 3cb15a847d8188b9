/*
 * Making index files anew: what is published, and over it what a run changes, in one compact file.
 *
 * Each makes the file in memory with `build`, which the caller frees in any case, and with it `file`.
 * Thread-safety: as what they are made from.
 */
#ifndef LVINDEX_INDEXER_REWRITE_H
#define LVINDEX_INDEXER_REWRITE_H

#include "build.h"
#include "changes.h"
#include "published.h"

/* A larger index is two files: to open the second costs as much as to write so many bytes. Measured, see
 * performance.md. */
#define SPLIT_SIZE (64U << 10)

/* Makes a file of all records there are. Makes `meta` that of a base (of its own generation, with an id)
 * where the file is larger than SPLIT_SIZE, else of an index without one. Takes nothing over from what is not
 * whole. -errno. */
int rewrite_whole(const struct published *from, const struct changes *changes, struct meta *meta,
                  struct build *build, struct bytes *file);

/* Makes an index.tdb beside the base of `from`, of what index.tdb holds and of `changes`. -errno. */
int rewrite_overlay(const struct published *from, const struct changes *changes, const struct meta *meta,
                    struct build *build, struct bytes *file);

/* Makes one without any change to the base that `meta` names. -errno. */
int rewrite_empty(const struct meta *meta, struct build *build, struct bytes *file);

#endif
