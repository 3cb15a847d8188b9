/*
 * Static entries as a file has them: an address with its names, of which each becomes an entry.
 *
 * Their order in the file is that of their answers.
 */
#ifndef LVINDEX_INDEXER_ENTRY_LIST_H
#define LVINDEX_INDEXER_ENTRY_LIST_H

#include "lease_list.h"

/* The names that an address may have in one network: they are numbered in one byte. */
#define ENTRY_NAMES_MAX 256

/* A name as it becomes a lease's host and domain. */
struct entry_name {
    char host[LABEL_MAX + 1];
    char domain[DOMAIN_MAX + 1];
};

/* Takes apart a label or a name of several, with a dot behind it or without. Why it may be no answer; then
 * `to` is left as it was. */
enum refusal entry_name_parse(struct bytes given, struct entry_name *to);

/* An address in a network, and what it has so far. */
struct entry_place {
    char network[NETWORK_MAX + 1];
    struct ip ip;
    struct hwaddr hwaddr; /* not known: none yet */
    size_t names;
    size_t *at;   /* where its entries stand in the list */
    size_t count; /* of them */
};

struct entry_list {
    enum lease_kind kind;
    struct lease_list entries;
    void *places; /* a tree, see tsearch(3) */
};

/* Finds the address, or makes it known: lives as long as the list. NULL without memory. */
struct entry_place *entry_list_place(struct entry_list *list, const char *network, const struct ip *ip);

/* Adds a name, at the most ENTRY_NAMES_MAX. One that differs from another only by having a domain, or none,
 * is the same. -ENOMEM. */
int entry_list_add_name(struct entry_list *list, struct entry_place *place, const struct entry_name *name);

/* Gives the address a machine, in place of the one that it may have. -ENOMEM. */
int entry_list_set_hwaddr(struct entry_list *list, struct entry_place *place, const struct hwaddr *hwaddr);

void entry_list_free(struct entry_list *list);

#define CLEANUP_ENTRIES __attribute__((cleanup(entry_list_free)))

#endif
