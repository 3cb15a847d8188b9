/*
 * A growing list of leases: what is found while the index is walked, and must not be changed, is changed
 * after.
 */
#ifndef LVINDEX_INDEXER_LEASE_LIST_H
#define LVINDEX_INDEXER_LEASE_LIST_H

#include <stddef.h>

#include "schema/lease.h"

struct lease_list {
    struct lease *at;
    size_t count;
    size_t room;
};

/* Adds a copy. -ENOMEM. */
int lease_list_add(struct lease_list *list, const struct lease *lease);
void lease_list_free(struct lease_list *list);

#define CLEANUP_LEASES __attribute__((cleanup(lease_list_free)))

#endif
