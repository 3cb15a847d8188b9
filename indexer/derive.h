/*
 * Derived answers: which claims follow from a lease, and keeping them right.
 *
 * A lease claims its host name and its host name with domain; the libvirt name of every guest that has its
 * hardware address; and for its address, all of these. A static entry's name is claimed in the record of the
 * guest of that name as well. A name that belongs to somebody else is claimed as
 * well, but withheld: a guest's name by another machine, and this host's own.
 */
#ifndef LVINDEX_INDEXER_DERIVE_H
#define LVINDEX_INDEXER_DERIVE_H

#include "index.h"
#include "machines.h"
#include "outputs.h"
#include "schema/lease.h"
#include "shadow.h"

/* Adds the claims that `lease` makes as things stand in the index. */
int derive_outputs(struct index *index, const struct lease *lease, struct outputs *outputs);

/* The same for a lease whose machine was loaded, and a static entry whose shadow is known. */
int derive_outputs_of(struct index *index, const struct machine *machine, const struct lease *lease,
                      const struct shadow *shadow, struct outputs *outputs);

/* Adds the claims of all leases of a machine. */
int derive_machine(struct index *index, const struct machine *machine, struct outputs *outputs);

/* Brings the records from what followed before to what follows now. */
int derive_replace(struct index *index, const struct outputs *before, const struct outputs *after);

/* Derives anew what follows from a lease of which nothing but its reservations and siblings changed. -ENOENT:
 * there is none at that place. */
int derive_refresh(struct index *index, const struct machine_lease *place);

/* To be called when the lease has come, changed or gone: whether the other leases of its machine are stale
 * may have changed with it. */
int derive_siblings(struct index *index, const struct lease *lease);

/* Adds or removes a presence: `source` (a network, or a directory of definitions) knows a guest of that name.
 */
int derive_set_presence(struct index *index, struct bytes guest, struct bytes source, bool present);

/* Weighs again everybody's claim on a name: what reserves it has changed. */
int derive_unsettle(struct index *index, struct bytes name);

/* To be called once after a series of changes: brings the claims on names whose reservation changed in line.
 */
int derive_settle(struct index *index);

/* Is the lease's host name withheld at present, and why? REFUSAL_NONE when it is answered (or there is none).
 * -errno: nobody can tell. */
int derive_refusal(struct index *index, const struct lease *lease, enum refusal *reason);

#endif
