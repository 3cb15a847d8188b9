/*
 * The published index: index.tdb and, where it is large, the base that it names. A record of index.tdb stands
 * for the base's of the same key; an empty one says that it is gone.
 *
 * Thread-safety: as the files', see index_file.h.
 */
#ifndef LVINDEX_INDEXER_PUBLISHED_H
#define LVINDEX_INDEXER_PUBLISHED_H

#include <stdbool.h>

#include "index_file.h"
#include "schema/key.h"

struct published {
    struct index_file index;
    struct index_file base; /* fd -1: there is none */
    bool damaged;           /* as found when it was opened */
    bool verified;          /* the base's seal, too */
    bool suspect;           /* something that was read from it makes no sense */
};

#define PUBLISHED_NONE ((struct published){.index = INDEX_FILE_NONE, .base = INDEX_FILE_NONE})

/* Opens the index of the directory, which may be replaced meanwhile. index.tdb is verified, the base only if
 * `verify`.
 *
 *   0         whole, or there is none (index.fd -1)
 *   -EBADMSG  damaged: what could be opened is, for published_salvage()
 *   -errno    as index_file_open(); nothing is open
 */
int published_open(int dirfd, bool verify, struct published *published);
void published_close(struct published *published);

/* Is there one, and whole as far as is known? */
bool published_whole(const struct published *published);

/* Checks the base's seal, if that was not done: 0, or -EUCLEAN when it is damaged. */
int published_verify(struct published *published);

/* The value of a key, in place until it is closed: 0, or -ENOENT; or -EBADMSG where damage is in the way,
 * which makes all of it suspect. For one that is whole. */
int published_find(struct published *published, const struct key *key, struct bytes *value);

/* Calls `each` for every record of a kind (a key_kind; -1: of any, the meta record, too) until it returns
 * other than 0; returns its last result or -errno. For one that is whole. Arguments last until `each`
 * returns. */
int published_each(const struct published *published, int kind,
                   int (*each)(void *context, struct bytes key, struct bytes value), void *context);

/* Hands what still reads of a damaged index to `found`, see salvage.h: of index.tdb first, then of its base
 * what index.tdb does not replace. Where index.tdb does not say which that is, the newest of the
 * directory. */
int published_salvage(const struct published *published, int dirfd,
                      int (*found)(void *context, struct bytes key, struct bytes value), void *context);

#endif
