/*
 * The hash of the index's keys: Bob Jenkins's lookup3, little-endian flavour, initial value 0, as libtdb uses
 * it in files made with TDB_INCOMPATIBLE_HASH.
 *
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_HASH_H
#define LVINDEX_SCHEMA_HASH_H

#include <stdint.h>

#include "schema/wire.h"

/* The same number on every machine, whatever its byte order. */
uint32_t hash_bytes(struct bytes key);

#endif
