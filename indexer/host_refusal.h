/*
 * Who may go by a host name: not a machine that calls itself as this host, as a guest that it is not, or as
 * somebody else's static entry.
 *
 * Reads the index alone; what it finds changes as the index does, see derive_unsettle().
 */
#ifndef LVINDEX_INDEXER_HOST_REFUSAL_H
#define LVINDEX_INDEXER_HOST_REFUSAL_H

#include "index.h"
#include "machines.h"
#include "schema/claim.h"

/* What claims that follow from an entry of this kind come from. */
enum claim_rank lease_rank(enum lease_kind kind);

/* Is `name` a guest's name, and none of the guests that the machine is or was? Then REFUSAL_GUEST_NAME. */
enum refusal guest_refusal(struct index *index, const struct machine *machine, struct bytes name);

/* Why the machine may not go by the host name of this lease, or entry, of its: REFUSAL_NONE when it may.
 * -errno: nobody can tell. */
int host_refusal(struct index *index, const struct machine *machine, const struct lease *lease,
                 enum refusal *reason);

#endif
