/*
 * A growing list of addresses, to be looked up in when it is complete.
 */
#ifndef LVINDEX_INDEXER_IP_LIST_H
#define LVINDEX_INDEXER_IP_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/address.h"

/* All zero: empty. */
struct ip_list {
    struct ip *at;
    size_t count;
    size_t room;
};

/* Adds a copy. -ENOMEM. */
int ip_list_add(struct ip_list *list, const struct ip *ip);

/* To be called once all are added, before any is looked for. */
void ip_list_sort(struct ip_list *list);
bool ip_list_contains(const struct ip_list *list, const struct ip *ip);

void ip_list_free(struct ip_list *list);

#define CLEANUP_IPS __attribute__((cleanup(ip_list_free)))

#endif
