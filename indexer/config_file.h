/*
 * A file of the administrator's own, below LVINDEX_CONFIG_DIR: what it says, names follow, so that it must be
 * nobody else's.
 */
#ifndef LVINDEX_INDEXER_CONFIG_FILE_H
#define LVINDEX_INDEXER_CONFIG_FILE_H

#include "source_file.h"

/* Looks at `file_name` in the directory `dir`, for the source `prefix` (and nothing behind it): see
 * source_file_open(). A file that is neither root's nor our own user's, or that its group or others may write
 * to, is reported, and SOURCE_UNREADABLE; so is one that was read before and is gone with the whole
 * directory, and one that never rests. Symbolic links are followed. Close it in any case. */
int config_file_open(struct index *index, const char *dir, const char *file_name, const char *prefix,
                     struct source_file *source);

#endif
