/*
 * Keeping the claims of a record: one comes, changes or goes, and the list is in the order of its answers.
 */
#ifndef LVINDEX_INDEXER_CLAIMS_H
#define LVINDEX_INDEXER_CLAIMS_H

#include "schema/claim.h"
#include "store.h"

/* Puts a claim into the record, in place of one that is the same (claim_same). -errno. A record that does not
 * unpack starts afresh. */
int claims_put(struct store *store, const struct key *key, const struct claim *claim);

/* Takes it out; the record goes with its last claim. */
int claims_remove(struct store *store, const struct key *key, const struct claim *claim);

/* Is any claim of the record a guest's, be it a presence or withheld? */
bool claims_of_guest(struct store *store, const struct key *key);

#endif
