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

#include <stdint.h>

/* Writes generation and checksum into the TDB file `fd` (open for reading and writing, finished otherwise).
 * -errno of the failing call; -EBADMSG when it is too short to be a TDB. */
int seal_write(int fd, uint64_t generation);

/* Changes the sequence number of a published file (open for reading and writing), so that it is no longer the
 * generation that stands in the meta record: readers who have it mapped see that at once. -errno. */
int seal_retire(int fd);

/* 0: the file is exactly what was sealed. -EBADMSG: it is not. Else -errno of the failing call. */
int seal_verify(int fd);

#endif
