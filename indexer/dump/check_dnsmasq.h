/*
 * Parts of check_dnsmasq(): what one dnsmasq's leases tell. 0, or -ENOMEM.
 */
#ifndef LVINDEX_INDEXER_DUMP_CHECK_DNSMASQ_H
#define LVINDEX_INDEXER_DUMP_CHECK_DNSMASQ_H

#include "check.h"
#include "dnsmasq.h"

/* Is a lease file followed that it writes no more? */
int check_unwritten(struct check *check, const struct dnsmasq *dnsmasq);

/* Does its lease file list live leases that the hook should have brought, and did not? Those of `network`;
 * NULL: it is not known which that is. */
int check_lost(struct check *check, const struct dnsmasq *dnsmasq, const char *network);

#endif
