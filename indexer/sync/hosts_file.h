/*
 * A file of hosts(5) that others read while it is replaced.
 */
#ifndef LVINDEX_INDEXER_SYNC_HOSTS_FILE_H
#define LVINDEX_INDEXER_SYNC_HOSTS_FILE_H

#include <stddef.h>

#include "indexer/report.h"

/* Gives the file `path` this content: ours, and readable to all, by way of `.NAME.new` in the same directory,
 * which a dnsmasq that reads the directory passes over. What has this content already is left alone. Neither
 * is a symbolic link followed nor anything replaced but a regular file. Several processes with the same
 * `state_dir` do not disturb each other: it is written under a lock of its own, never the writers', for
 * however long. 1 when it was replaced, 0 when that was not needed, -errno, reported. */
int hosts_file_write(const char *path, const char *state_dir, const char *text, size_t len,
                     const struct report *report);

#endif
