/*
 * What an index held when it was read: all leases, and the guests that ran.
 */
#ifndef LVINDEX_INDEXER_DUMP_FOLLOW_VIEW_H
#define LVINDEX_INDEXER_DUMP_FOLLOW_VIEW_H

#include "dump.h"

struct follow_guest {
    char network[NETWORK_MAX + 1];
    char name[GUEST_MAX + 1];
};

struct follow_view {
    struct dump_leases leases;   /* by network and address */
    struct follow_guest *guests; /* by network and name, each once */
    size_t guest_count;
    char bridge[NETWORK_MAX + 1]; /* of the network that was asked for */
};

/* Reads all of an index; `network` (NULL: none) is the one that is asked for. -errno. Free it in any case. */
int follow_view_read(struct index *index, const char *network, struct follow_view *view);
void follow_view_free(struct follow_view *view);

int follow_compare_guests(const struct follow_guest *a, const struct follow_guest *b);

#endif
