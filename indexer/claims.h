/*
 * Keeping the claims of a record: some come, change or go, and the list is in the order of its answers.
 */
#ifndef LVINDEX_INDEXER_CLAIMS_H
#define LVINDEX_INDEXER_CLAIMS_H

#include "schema/claim.h"
#include "store.h"

/* A claim that is to stand in a record, in place of one that is the same (claim_same), or is to go. */
struct claim_change {
    const struct claim *claim;
    bool present;
    size_t place; /* set by claims_change() */
};

/* Makes all these changes of a record, and brings it into order once. Of those of the same claim, the last
 * counts. Sorts `changes`. The record goes with its last claim; one that does not unpack starts afresh.
 * -errno. */
int claims_change(struct store *store, const struct key *key, struct claim_change *changes, size_t count);

/* Is any claim of the record a guest's, be it a presence or withheld? */
bool claims_of_guest(struct store *store, const struct key *key);

#endif
