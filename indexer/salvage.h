/*
 * What is left of a damaged index file.
 *
 * Values hold bytes that DHCP clients chose, and a client may choose bytes that look like a record. So a
 * record is believed only where one must begin: behind a sound one, before a sound one (its size stands in
 * its last four bytes, too), or where a chain of the hash table leads. A client's bytes are never at such a
 * place.
 */
#ifndef LVINDEX_INDEXER_SALVAGE_H
#define LVINDEX_INDEXER_SALVAGE_H

#include "index_file.h"

/* Hands every record that is still in one piece (its key fits the hash beside it) to `found`, some more than
 * once, until that returns other than 0. Returns the last result of `found`, or -errno. */
int salvage_records(const struct index_file *file,
                    int (*found)(void *context, struct bytes key, struct bytes value), void *context);

#endif
