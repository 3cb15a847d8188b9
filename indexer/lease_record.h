/*
 * One lease's record, without what follows from it. Others use leases.h.
 */
#ifndef LVINDEX_INDEXER_LEASE_RECORD_H
#define LVINDEX_INDEXER_LEASE_RECORD_H

#include "schema/lease.h"
#include "store.h"

/* 0, -ENOENT, or -EBADMSG for a record that is no lease. */
int lease_record_get(struct store *store, const char *network, const struct ip *ip, struct lease *lease);
int lease_record_put(struct store *store, const struct lease *lease);
int lease_record_delete(struct store *store, const struct lease *lease);

#endif
