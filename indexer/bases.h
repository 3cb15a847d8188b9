/*
 * The bases in a state directory, by their names.
 *
 * Thread-safety: no state; the caller holds the writers' lock, or takes what it finds as of that moment.
 */
#ifndef LVINDEX_INDEXER_BASES_H
#define LVINDEX_INDEXER_BASES_H

#include <stdint.h>

/* The latest generation that a base is there of; 0: none. -errno of reading the directory. */
int bases_newest(int dirfd, uint64_t *generation);

/* Removes the base of one generation; it need not be there. -errno. */
int bases_remove(int dirfd, uint64_t generation);

/* Removes all bases but those of two generations (0: none). What cannot be removed stays, until the next
 * time. */
void bases_sweep(int dirfd, uint64_t keep, uint64_t keep_too);

#endif
