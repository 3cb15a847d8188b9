/*
 * The lease set: one lease comes, changes or goes, and every answer that follows from it with it. So do
 * entries of other kinds, see enum lease_kind.
 */
#ifndef LVINDEX_INDEXER_LEASES_H
#define LVINDEX_INDEXER_LEASES_H

#include "index.h"
#include "schema/lease.h"

/* 0, or -ENOENT. A record that does not unpack counts as none. */
int leases_get(struct index *index, const char *network, const struct ip *ip, struct lease *lease);
/* The same for the entry whose kind, alias, network and address `lease` has. */
int entries_get(struct index *index, struct lease *lease);

/* Puts a lease or another entry in, in place of the one with its key; for static ones, see entry_change.h.
 * The caller has made it valid
 * (lease_valid; -EINVAL otherwise). 1 when that changed anything. */
int leases_put(struct index *index, const struct lease *lease);

/* Takes one of them out, as one of these functions gave it. */
int leases_remove(struct index *index, const struct lease *lease);

/* Takes a lease out because whoever gave it lists it no more. But one that has expired, of a guest that runs,
 * is kept for the grace (settings.h) as an entry of its own kind. */
int leases_let_go(struct index *index, const struct lease *lease);

/* Calls `each` for every lease of `network` (NULL: of all), in no order, until it returns other than 0;
 * returns its last result. `each` must not change the index. */
int leases_each(struct index *index, const char *network,
                int (*each)(void *context, const struct lease *lease), void *context);

/* The same for all entries that are no leases. */
int entries_each(struct index *index, const char *network,
                 int (*each)(void *context, const struct lease *lease), void *context);

/* Has it expired so long ago that whoever gave it would have said all there is to say? */
bool lease_forgotten(const struct index *index, const struct lease *lease);

/* Removes forgotten leases, which nobody else would: a dnsmasq without a lease file of its own
 * (--leasefile-ro) never hears of them again after a restart, and a lease file may not be given any more.
 * Networks of libvirt's keep theirs: dnsmasq is handed them at its start, and deletes them itself. With them
 * go leases whose grace is over, and neighbours of no running guest that were last seen a week ago. */
int leases_prune(struct index *index);

/* Tells the index's report, or another, that a lease was added, changed, …. */
void leases_report(struct index *index, const struct lease *lease, const char *what);
void lease_report(const struct report *report, const struct lease *lease, const char *what);

/* Do both stand for the same client: IPv4 by client-id or hardware address, IPv6 by DUID and IAID? */
bool lease_same_client(const struct lease *a, const struct lease *b);

/* -1, 0, 1: which expiry is the earlier one? 0 (never) is the latest. */
int expiry_compare(uint64_t a, uint64_t b);

#endif
