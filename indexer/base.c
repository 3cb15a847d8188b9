#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/key.h"
#include "schema/paths.h"
#include "schema/tdb_layout.h"
#include "seal.h"

/* A reader without the lock may meet a replacement between two opens; it starts again, but not for ever. */
#define BASE_TRIES 8

static int read_meta(TDB_DATA key, TDB_DATA value, void *context)
{
    (void)key;
    return meta_unpack((struct bytes){value.dptr, value.dsize}, context);
}

/* Opens the file that `base->fd` is with libtdb. -EAGAIN: the path means another file by now. */
static int open_tdb(const char *path, struct base *base)
{
    struct key key = key_single(KEY_META);
    struct stat ours, theirs;
    int rc;

    base->tdb = tdb_open(path, 0, TDB_NOLOCK | TDB_NOSYNC, O_RDONLY | O_CLOEXEC, 0);
    if (base->tdb == NULL)
        return errno == ENOENT ? -EAGAIN : errno == ENOMEM ? -ENOMEM : -EBADMSG;
    if (fstat(base->fd, &ours) < 0 || fstat(tdb_fd(base->tdb), &theirs) < 0)
        return -errno;
    if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        return -EAGAIN;
    base->hash_size = (uint32_t)tdb_hash_size(base->tdb);
    rc = tdb_parse_record(base->tdb, (TDB_DATA){key.at, key.len}, read_meta, &base->meta);
    /* -1 is libtdb's own: no meta record, or it cannot be got at. */
    if (rc == -1)
        return tdb_error(base->tdb) == TDB_ERR_OOM ? -ENOMEM : -EBADMSG;
    return rc;
}

static void close_tdb(struct base *base)
{
    if (base->tdb != NULL)
        tdb_close(base->tdb);
    base->tdb = NULL;
}

static int open_once(const char *path, struct base *base)
{
    struct stat st;
    int rc;

    base->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (base->fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(base->fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    base->size = st.st_size;
    rc = seal_verify(base->fd);
    return rc < 0 ? rc : open_tdb(path, base);
}

int base_open(const char *dir, struct base *base)
{
    char path[PATH_MAX];
    int rc = -EAGAIN;

    *base = BASE_NONE;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, INDEX_FILE) >= sizeof(path))
        return -ENAMETOOLONG;
    for (int i = 0; rc == -EAGAIN && i < BASE_TRIES; i++) {
        base_close(base);
        rc = open_once(path, base);
    }
    if (rc == -EBADMSG)
        close_tdb(base);
    else if (rc < 0)
        base_close(base);
    return rc;
}

void base_close(struct base *base)
{
    close_tdb(base);
    if (base->fd >= 0)
        close(base->fd);
    base->fd = -1;
}
