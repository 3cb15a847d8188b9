/*
 * Writing index files: what is published, and over it what a run changes, in one compact file.
 *
 * Thread-safety: the caller holds the writers' lock of the directory.
 */
#ifndef LVINDEX_INDEXER_REWRITE_H
#define LVINDEX_INDEXER_REWRITE_H

#include "changes.h"
#include "published.h"

/* A larger index is two files: below, an event's cost is that of the system calls; above, it grows with the
 * records to be written. Measured, see performance.md. */
#define SPLIT_SIZE (256U << 10)

/* Creates the file `name` of `dir`, which must not exist, with all records there are. Makes `meta` that of a
 * base (of its own generation, with an id) where the file is larger than SPLIT_SIZE, else of an index without
 * one. Takes nothing over from what is not whole. -errno. */
int rewrite_whole(const char *dir, const char *name, const struct published *from,
                  const struct changes *changes, struct meta *meta);

/* Creates the file `name` of `dir`, which must not exist: an index beside the base of `from`, with what
 * index.tdb holds and with `changes`. -errno. */
int rewrite_overlay(const char *dir, const char *name, const struct published *from,
                    const struct changes *changes, const struct meta *meta);

/* The same without any change to the base that `meta` names. */
int rewrite_empty(const char *dir, const char *name, const struct meta *meta);

#endif
