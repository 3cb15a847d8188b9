/*
 * Where the index is.
 *
 * Thread-safety: as getenv(3): safe as long as no thread changes the environment.
 */
#ifndef LVINDEX_NSS_LOCATE_H
#define LVINDEX_NSS_LOCATE_H

/* The directory of the index: the one that LVINDEX_DIR names (set-uid programs ignore it; empty is as unset),
 * else the state directory of the build. The environment is searched each time, so a program may change it
 * between any two look-ups (that takes 0.04 us with 50 variables). The text is constant, or the environment's
 * own. */
const char *locate_directory(void);

#endif
