/*
 * Telling, without opening it, whether an index is another one than was read before.
 */
#ifndef LVINDEX_INDEXER_INDEX_VERSION_H
#define LVINDEX_INDEXER_INDEX_VERSION_H

#include <stdbool.h>
#include <sys/stat.h>

struct index_version {
    struct stat file; /* all zero for none */
};

#define INDEX_VERSION_NONE ((struct index_version){.file = {.st_ino = 0}})

/* That of the file at `path`; to be asked before it is read, as it may be replaced meanwhile. -errno, and
 * none. */
int index_version_of(const char *path, struct index_version *version);

/* Is the index `now` the one that it was `before`? None is like no other. */
bool index_version_same(const struct index_version *before, const struct index_version *now);

#endif
