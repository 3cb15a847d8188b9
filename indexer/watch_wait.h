/*
 * Waiting for what is watched, until the process is told to stop.
 */
#ifndef LVINDEX_INDEXER_WATCH_WAIT_H
#define LVINDEX_INDEXER_WATCH_WAIT_H

#include <signal.h>
#include <stdbool.h>

#include "watch_dirs.h"

/* Blocks SIGTERM and SIGINT, which then arrive only where `during_wait` is in force: in watch_wait(). -errno.
 */
int watch_handle_signals(sigset_t *during_wait);
/* Did one arrive? */
bool watch_stopped(void);

/* Waits for a change that concerns what is watched, or for `milliseconds`, whatever else happens in its
 * directory meanwhile, or for a signal: what changed (enum watched), 0 for nothing. Changes that come
 * together are waited out. -EPIPE when nobody reads the pipe `output` (-1: none) any more; -errno. */
int watch_wait(const struct watch_dirs *dirs, int output, int milliseconds, const sigset_t *during_wait);

#endif
