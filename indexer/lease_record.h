/*
 * One lease's record, or that of another entry, without what follows from it. Others use leases.h.
 */
#ifndef LVINDEX_INDEXER_LEASE_RECORD_H
#define LVINDEX_INDEXER_LEASE_RECORD_H

#include "schema/lease.h"
#include "store.h"

/* Gets the lease or entry whose kind, alias, network and address `lease` has. 0, -ENOENT, or -EBADMSG for a
 * record that is none. */
int lease_record_get(struct store *store, struct lease *lease);
int lease_record_put(struct store *store, const struct lease *lease);
int lease_record_delete(struct store *store, const struct lease *lease);

/* Do both leases, of the same key, have the same record? */
bool lease_record_same(const struct lease *a, const struct lease *b);

#endif
