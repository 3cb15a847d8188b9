/*
 * Replacing a file that others read: whole or not at all.
 */
#ifndef LVINDEX_INDEXER_REPLACE_H
#define LVINDEX_INDEXER_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/wire.h"

/* Creates the file `name`, which must not exist, and syncs it: ours, readable to all only once it is
 * complete. -errno, and there is none. */
int replace_create(int dirfd, const char *name, struct bytes content);

/* The same in two parts, for who has something to do while the disk writes: the first returns the file's
 * descriptor, which the second closes. */
int replace_start(int dirfd, const char *name, struct bytes content);
int replace_finish(int dirfd, const char *name, int fd);

/* Writes `text` to `name`.new in the directory, syncs it, and renames it to `name`: ours, and readable to
 * all, as libvirt's helper leaves it. A leftover of the temporary name is removed first. -errno, and then
 * `name` is what it was, or, if it is `*replaced`, stands but the directory could not be synced. */
int replace_file(int dirfd, const char *name, const char *text, size_t len, bool *replaced);

/* The same, by way of the name `temporary`. */
int replace_file_by(int dirfd, const char *temporary, const char *name, const char *text, size_t len,
                    bool *replaced);

/* Gives the file `name` a second name, `also`, in place of an earlier file of that name. -errno. */
int replace_link(int dirfd, const char *name, const char *also);

/* The same, with `name`.damaged. */
int replace_keep_damaged(int dirfd, const char *name);

#endif
