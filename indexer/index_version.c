#include "index_version.h"

#include <errno.h>

int index_version_of(const char *path, struct index_version *version)
{
    if (stat(path, &version->file) == 0)
        return 0;
    *version = INDEX_VERSION_NONE;
    return -errno;
}

/* A writer gives the file a second name, and changes its sequence number, just before it replaces it: that
 * makes it no other one. A new file has one name. */
bool index_version_same(const struct index_version *before, const struct index_version *now)
{
    const struct stat *a = &before->file, *b = &now->file;

    return a->st_ino != 0 && a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           (b->st_nlink > 1 ||
            (a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec));
}
