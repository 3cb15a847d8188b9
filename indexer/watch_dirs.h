/*
 * inotify watches over the directories of lvindex-sync's sources, also of those that do not exist yet.
 */
#ifndef LVINDEX_INDEXER_WATCH_DIRS_H
#define LVINDEX_INDEXER_WATCH_DIRS_H

#include <stdbool.h>

#include "sync_pass.h"

/* Puts watches on every directory that a source is in, or on the nearest one above that exists. To be called
 * again whenever a watched directory may have come, gone or been replaced; what is watched already stays so.
 * -errno. */
int watch_dirs_arm(int inotify, const struct sync_sources *sources);

/* Reads all events that wait: 1 when any of them may concern a source, 0 when none does, -errno. */
int watch_dirs_read(int inotify, const struct sync_sources *sources);

#endif
