/*
 * Replacing a file that others read: whole or not at all.
 */
#ifndef LVINDEX_INDEXER_REPLACE_H
#define LVINDEX_INDEXER_REPLACE_H

#include <stddef.h>

/* Writes `text` to `name`.new in the directory, syncs it, and renames it to `name`: ours, and readable to
 * all, as libvirt's helper leaves it. A leftover of the temporary name is removed first. Returns a descriptor
 * of the new file, for the caller to close, or -errno, and then `name` is what it was. */
int replace_file(int dirfd, const char *name, const char *text, size_t len);

/* Gives the file `name` a second name, `also`, in place of an earlier file of that name. -errno. */
int replace_link(int dirfd, const char *name, const char *also);

/* The same, with `name`.damaged. */
int replace_keep_damaged(int dirfd, const char *name);

#endif
