/*
 * lvindex-dump --follow: changes of the index as they happen.
 */
#ifndef LVINDEX_INDEXER_DUMP_DUMP_FOLLOW_H
#define LVINDEX_INDEXER_DUMP_DUMP_FOLLOW_H

#include "follow_print.h"
#include "indexer/tool.h"

/* Prints a line for each change of the index in `state_dir` that is wanted, until SIGTERM or SIGINT: 0 then.
 * `present`: first for what is there. The index, and its directory, may come later. That it cannot be read is
 * reported once, and does not end it. -errno, reported, when it cannot go on, or nobody reads its output.
 * Signals: blocks and handles SIGTERM and SIGINT. */
int dump_follow(struct tool *tool, const char *state_dir, const struct follow_output *output, bool present);

#endif
