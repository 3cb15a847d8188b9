/*
 * Cleanup attributes: what goes out of scope is released.
 */
#ifndef LVINDEX_INDEXER_CLEANUP_H
#define LVINDEX_INDEXER_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void cleanup_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))
#define CLEANUP_FD   __attribute__((cleanup(cleanup_fd)))
#define CLEANUP_DIR  __attribute__((cleanup(cleanup_dir)))

#endif
