/*
 * Static entries of one address in one network: they come from several lines and files, and two of them may
 * claim the same. The first of them does, in the order of their kinds and aliases; the others' claim is its
 * shadow, and made only when the first one is gone. What is reserved claims less than what is static, so
 * neither is the other's shadow.
 */
#ifndef LVINDEX_INDEXER_SHADOW_H
#define LVINDEX_INDEXER_SHADOW_H

#include <stdbool.h>

#include "schema/lease.h"
#include "store.h"

/* Which of an entry's claims an earlier one makes: none for what is not static. */
struct shadow {
    bool host;
    bool qualified; /* the host name with its domain */
    bool guests;
};

int shadow_of(struct store *store, const struct lease *entry, struct shadow *shadow);

/* Calls `each` for every static entry behind this one, until it returns other than 0; returns its last
 * result. */
int shadow_each_later(struct store *store, const struct lease *entry,
                      int (*each)(void *context, const struct lease *later), void *context);

#endif
