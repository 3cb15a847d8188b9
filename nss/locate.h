/*
 * Where the index is.
 *
 * Thread-safety: as getenv(3): safe as long as no thread changes the environment.
 */
#ifndef LVINDEX_NSS_LOCATE_H
#define LVINDEX_NSS_LOCATE_H

/* Enough for any sensible LVINDEX_DIR, and little enough for the stacks that we are called on. */
#define LOCATE_SIZE 1024

/* The index's path: in the directory that LVINDEX_DIR names (set-uid programs ignore it; empty is as unset),
 * else in the state directory of the build. The text is constant or in `room`. NULL when it does not fit
 * there. */
const char *locate_index(char room[static LOCATE_SIZE]);

#endif
