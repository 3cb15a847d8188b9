/*
 * Static entries of one address in one network: they come from several lines and files, and two of them may
 * claim the same. The first of them does, in the order of their kinds and aliases; the others' claim is its
 * shadow, and made only when the first one is gone. Of those of one rank, one alone has a hardware address,
 * so guests' names have no shadow. What is reserved claims less than what is static, so neither is the
 * other's shadow.
 */
#ifndef LVINDEX_INDEXER_SHADOW_H
#define LVINDEX_INDEXER_SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/lease.h"
#include "store.h"

/* Which of an entry's claims an earlier one makes: none for what is not static. */
struct shadow {
    bool host;
    bool qualified; /* the host name with its domain */
};

int shadow_of(struct store *store, const struct lease *entry, struct shadow *shadow);

/* Static entries, each with its shadow. All zero: none. */
struct shaded {
    struct lease entry;
    struct shadow shadow;
};

struct shaded_list {
    struct shaded *at;
    size_t count;
    size_t room;
};

/* Adds all those of an address. -errno. */
int shaded_list_add(struct store *store, const char *network, const struct ip *ip, struct shaded_list *list);
void shaded_list_free(struct shaded_list *list);

#define CLEANUP_SHADED __attribute__((cleanup(shaded_list_free)))

#endif
