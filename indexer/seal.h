/*
 * The seal of an index file: a checksum over all of it, kept in words of the TDB header that libtdb leaves
 * alone, and the generation in the header's sequence number.
 *
 * A randomly damaged TDB often opens fine and merely lacks keys, so nothing is built on a file whose seal is
 * broken. The checksum is XXH3 (64 bits) of everything but itself and the sequence number.
 * It is the same in every version of the format, or a newer index would look like a damaged one.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_SEAL_H
#define LVINDEX_INDEXER_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "schema/wire.h"

/* Writes generation and checksum into a TDB file in memory that is otherwise finished. -EBADMSG when it is
 * too short to be one. */
int seal_put(uint8_t *file, size_t len, uint64_t generation);

/* Changes the sequence number of a published file (open for reading and writing), so that it is no longer the
 * generation that stands in the meta record: readers who have it mapped see that at once. -errno. */
int seal_retire(int fd);

/* 0: the file, all of it in memory, is exactly what was sealed. -EBADMSG: it is not. */
int seal_verify(struct bytes file);

#endif
