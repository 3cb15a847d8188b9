/*
 * The locks of a state directory: the writers', and others beside it in the same file.
 */
#ifndef LVINDEX_INDEXER_LOCK_H
#define LVINDEX_INDEXER_LOCK_H

#include <stdint.h>

/* Longest wait for the lock, in seconds: above the longest rebuild. */
#define LOCK_WAIT_SECONDS 30

/* Takes the exclusive lock of the directory `dirfd`; waits LOCK_WAIT_SECONDS at most. Returns a descriptor
 * whose closing (or the process's death) lets go, or -errno: -ETIMEDOUT when somebody held it all the time,
 * -EPERM when the lock file is not ours (a lock that others can open is a lock that others can hold). */
int lock_take(int dirfd);

/* The same of another lock, the one with this number, which keeps no writer from its work. */
int lock_take_part(int dirfd, uint64_t part);

#endif
