/*
 * The checksum of index files and of what source files held: XXH3, 64 bits.
 */
#ifndef LVINDEX_INDEXER_DIGEST_H
#define LVINDEX_INDEXER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Depends on every byte and on `seed`; the same on every machine. */
uint64_t digest_of(const void *bytes, size_t len, uint64_t seed);

#endif
