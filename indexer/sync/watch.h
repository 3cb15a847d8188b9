/*
 * lvindex-sync --watch: following the sources until the process is told to stop.
 */
#ifndef LVINDEX_INDEXER_SYNC_WATCH_H
#define LVINDEX_INDEXER_SYNC_WATCH_H

#include "indexer/sync_pass.h"
#include "indexer/tool.h"

/* Makes a pass at once, and another one within 50 ms of every change of a source; changes that come together
 * are one pass. `hosts_file` (NULL: none) is kept in line with the index, whoever changes it. Returns 0 after
 * SIGTERM or SIGINT, -errno (reported) when it cannot go on. What a pass could not read or do is reported
 * once, not at every pass, and does not end it. Signals: blocks and handles SIGTERM and SIGINT. */
int watch(struct tool *tool, const char *state_dir, const struct sync_sources *sources,
          const char *hosts_file);

#endif
