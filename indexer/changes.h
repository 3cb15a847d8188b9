/*
 * Records that a run changes, in memory: key → new value. An empty value removes the record.
 *
 * A hash table of our own: an in-memory TDB was measured at three times the time for 65,536 leases, and
 * json-c's table would have the hook load that library for each event. Thread-safety: as the store's, one
 * thread.
 */
#ifndef LVINDEX_INDEXER_CHANGES_H
#define LVINDEX_INDEXER_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/key.h"

struct changes;

/* NULL without memory. */
struct changes *changes_new(void);
void changes_free(struct changes *changes);

/* Sets the new value of a key; both are copied. -ENOMEM. */
int changes_put(struct changes *changes, const struct key *key, struct bytes value);

/* Is there a change of this key? Its value lasts until the next changes_put(). */
bool changes_find(const struct changes *changes, const struct key *key, struct bytes *value);

/* The same question of a key that stands elsewhere; false for one that is longer than any of ours. */
bool changes_has(const struct changes *changes, struct bytes key);

/* Bytes that the changed records take in an index file, at the most. */
uint64_t changes_size(const struct changes *changes);

/* Calls `each` for every change until it returns other than 0; returns its last result. */
int changes_each(const struct changes *changes,
                 int (*each)(void *context, struct bytes key, struct bytes value), void *context);

#endif
