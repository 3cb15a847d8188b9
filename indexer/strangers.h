/*
 * Neighbours that were no guest's when they were seen: which addresses of a network are theirs (key 'u'), so
 * that only so many are kept.
 *
 * Whoever is on the bridge can make up any number of machines. To find the oldest of theirs costs no look at
 * the others.
 */
#ifndef LVINDEX_INDEXER_STRANGERS_H
#define LVINDEX_INDEXER_STRANGERS_H

#include "index.h"
#include "schema/address.h"

/* So many of a network are kept. */
#define STRANGERS_MAX 256

/* The address was just seen, as a stranger's. Where there is one too many, the neighbour that was seen the
 * longest ago is forgotten, unless it is a guest's by now. -errno. */
int strangers_seen(struct index *index, const char *network, const struct ip *ip);

/* The address is no neighbour's any more. -errno. */
int strangers_gone(struct index *index, const char *network, const struct ip *ip);

#endif
