/*
 * Claims that follow from leases, each with the record that it belongs in.
 */
#ifndef LVINDEX_INDEXER_OUTPUTS_H
#define LVINDEX_INDEXER_OUTPUTS_H

#include "schema/claim.h"
#include "schema/key.h"

/* One claim and the record that it belongs in. Owns what the claim's text fields point to. */
struct output {
    struct key key;
    struct claim claim;
    uint8_t text[];
};

/* All claims of some leases at one moment. All zero: none. */
struct outputs {
    struct output **at;
    size_t count;
};

/* Adds a copy. -ENOMEM. */
int outputs_add(struct outputs *outputs, const struct key *key, const struct claim *claim);

void outputs_free(struct outputs *outputs);

#define CLEANUP_OUTPUTS __attribute__((cleanup(outputs_free)))

#endif
