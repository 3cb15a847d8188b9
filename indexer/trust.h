/*
 * The state directory, and the administrator's own files and directories: names, and scripts that run as
 * root, follow from what is in them, so that they must be nobody else's.
 *
 * Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_TRUST_H
#define LVINDEX_INDEXER_TRUST_H

#include <sys/stat.h>

enum trust {
    TRUST_FULL,
    TRUST_FOREIGN,  /* owned by another user than root and `user` */
    TRUST_WRITABLE, /* group or others may write it */
};

/* May others than root and `user` decide what it holds? */
enum trust trust_of(const struct stat *st, uid_t user);

#endif
