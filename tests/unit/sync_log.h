/*
 * What this program does to make files durable, noted instead of done, and made to fail where a test wants
 * it.
 *
 * Linking it replaces fsync(2), renameat(2) and fchmod(2).
 */
#ifndef LVINDEX_TESTS_SYNC_LOG_H
#define LVINDEX_TESTS_SYNC_LOG_H

#include "schema/wire.h"

/* "f" a file synced, "d" a directory synced, "r" renamed, "m" its mode changed; the first 63. Syncing itself
 * is left out: it takes time. */
extern char sync_log[64];
void sync_log_clear(void);

/* The call of this kind that fails with EIO (0: none), after so many that do not. */
extern char sync_fail_at;
extern int sync_fail_after;

/* The file that was synced last, as it was then. */
extern struct bytes sync_content;

/* Makes the content of `fd` that. */
void sync_keep(int fd);

#endif
