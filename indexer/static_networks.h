/*
 * The networks of static entries that name none: those where the guest runs whose machine, or else whose
 * name, the entry has. So what answers for the guest also answers for it in its network. Where no such guest
 * runs, it is the unnamed network.
 *
 * Reads the index alone. What it finds changes as guests come and go: who applies them has the file read
 * again, see guest_items_apply().
 */
#ifndef LVINDEX_INDEXER_STATIC_NETWORKS_H
#define LVINDEX_INDEXER_STATIC_NETWORKS_H

#include "entry_list.h"
#include "index.h"

/* Adds the entries of `from` to `to`, an empty list, in their networks. Where an address has lines in that
 * network already which do not go together with those of none, those stay in the unnamed one. -errno. */
int static_networks_find(struct index *index, struct entry_list *from, struct entry_list *to);

#endif
