/*
 * Machine records in memory: which guests have a hardware address, and which leases were given to it.
 */
#ifndef LVINDEX_INDEXER_MACHINES_H
#define LVINDEX_INDEXER_MACHINES_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/lease.h"
#include "schema/machine.h"
#include "store.h"

/* Text fields point into `value` or at what was added; `hwaddr` is the caller's. */
struct machine {
    struct hwaddr hwaddr;
    struct value value;
    struct machine_guest *guests;
    size_t guest_count;
    struct machine_lease *leases;
    size_t lease_count;
};

/* Loads a machine, with room for one more guest and one more lease; an unknown one, and an address that is
 * not known, are empty. Free it with machine_free() also after a failure. */
int machine_load(struct store *store, const struct hwaddr *hwaddr, struct machine *machine);
void machine_free(struct machine *machine);

#define CLEANUP_MACHINE __attribute__((cleanup(machine_free)))

/* Writes it back; an empty one's record is removed. */
int machine_save(struct store *store, const struct machine *machine);

/* Notes or forgets a lease, and writes the machine back. With the last lease goes the memory of guests that
 * run no more. Nothing is done for an address without octets, which
 * tells no machine from another. */
int machine_add_lease(struct store *store, const struct hwaddr *hwaddr, const struct machine_lease *lease);
int machine_remove_lease(struct store *store, const struct hwaddr *hwaddr, const struct machine_lease *lease);

/* A lease that a machine has come to have, or has no more. */
struct machine_change {
    struct hwaddr hwaddr;
    struct machine_lease lease;
    bool present;
    size_t place; /* set by machines_change() */
};

/* Notes and forgets many, each machine once: of changes of the same lease, the last counts. Sorts them by
 * machine. */
int machines_change(struct store *store, struct machine_change *changes, size_t count);

/* Makes `guests` (`running` set in each) the ones that `network` says have this address, in place of those it
 * named before. A guest that is gone is remembered while the address has leases and no other guest has it. */
int machine_set_guests(struct store *store, const struct hwaddr *hwaddr, struct bytes network,
                       const struct machine_guest *guests, size_t count);

/* The lease that an entry stands for: 0, -ENOENT, -EBADMSG. */
int machine_lease_get(struct store *store, const struct machine_lease *entry, struct lease *lease);

/* Do both stand for the same lease? */
bool machine_lease_equal(const struct machine_lease *a, const struct machine_lease *b);

/* Does it belong to a guest that runs? */
bool machine_running(const struct machine *machine);

#endif
