/*
 * The records of a TDB file in memory, as they lie: one behind the other from the end of the hash table on.
 *
 * Every offset is checked. Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_TDB_RECORDS_H
#define LVINDEX_INDEXER_TDB_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/tdb_layout.h"
#include "schema/wire.h"

/* Reads the header of a sound record at `at`: of a known magic, used or free, and of the same size at both
 * ends, which lie in the file. */
bool tdb_record_read(struct bytes file, uint64_t at, struct tdb_layout_record *record);

/* Key and value of a sound record that is in use; false when they are not in it, or it is not used. */
bool tdb_record_content(struct bytes file, uint64_t at, const struct tdb_layout_record *record,
                        struct bytes *key, struct bytes *value);

/* Calls `each` for every used record until it returns other than 0; returns its last result. -EBADMSG where
 * no sound record follows before the end of the file. */
int tdb_records_each(struct bytes file, uint32_t hash_size,
                     int (*each)(void *context, struct bytes key, struct bytes value), void *context);

#endif
