#include "index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/key.h"
#include "seal.h"
#include "tdb_records.h"

/* A reader without the lock may meet a replacement between two opens; it starts again, but not for ever. */
#define OPEN_TRIES 8

static int read_meta(TDB_DATA key, TDB_DATA value, void *context)
{
    (void)key;
    return meta_unpack((struct bytes){value.dptr, value.dsize}, context);
}

/* libtdb says EIO or EINVAL of a file whose content it does not take, ENOSYS of features that it does not
 * know, or nothing at all. */
static int open_error(int error)
{
    switch (error) {
    case ENOENT:
        return -EAGAIN;
    case 0:
    case EIO:
    case EINVAL:
    case ENOSYS:
        return -EBADMSG;
    default:
        return -error;
    }
}

/* Opens the file that `file->fd` is with libtdb. -EAGAIN: the path means another file by now. */
static int open_tdb(const char *path, struct index_file *file)
{
    struct key key = key_single(KEY_META);
    struct stat ours, theirs;
    int rc;

    errno = 0;
    file->tdb = tdb_open(path, 0, TDB_NOLOCK | TDB_NOSYNC, O_RDONLY | O_CLOEXEC, 0);
    if (file->tdb == NULL)
        return open_error(errno);
    if (fstat(file->fd, &ours) < 0 || fstat(tdb_fd(file->tdb), &theirs) < 0)
        return -errno;
    if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
        return -EAGAIN;
    file->hash_size = (uint32_t)tdb_hash_size(file->tdb);
    rc = tdb_parse_record(file->tdb, (TDB_DATA){key.at, key.len}, read_meta, &file->meta);
    /* -1 is libtdb's own: no meta record, or it cannot be got at. */
    if (rc == -1)
        return tdb_error(file->tdb) == TDB_ERR_OOM ? -ENOMEM : -EBADMSG;
    return rc;
}

void index_file_distrust(struct index_file *file)
{
    if (file->tdb != NULL)
        tdb_close(file->tdb);
    file->tdb = NULL;
}

static int open_once(const char *path, bool verify, struct index_file *file)
{
    struct stat st;
    int rc;

    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(file->fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    file->size = st.st_size;
    rc = verify ? seal_verify(file->fd) : 0;
    return rc < 0 ? rc : open_tdb(path, file);
}

int index_file_open(const char *dir, const char *name, bool verify, struct index_file *file)
{
    char path[PATH_MAX];
    int rc = -EAGAIN;

    *file = INDEX_FILE_NONE;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
        return -ENAMETOOLONG;
    for (int i = 0; rc == -EAGAIN && i < OPEN_TRIES; i++) {
        index_file_close(file);
        rc = open_once(path, verify, file);
    }
    if (rc == -EBADMSG)
        index_file_distrust(file);
    else if (rc < 0)
        index_file_close(file);
    return rc;
}

void index_file_close(struct index_file *file)
{
    index_file_distrust(file);
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

int index_file_map(const struct index_file *file, struct bytes *content)
{
    size_t size = (size_t)file->size;
    void *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file->fd, 0);

    if (mapped == MAP_FAILED)
        return -errno;
    *content = (struct bytes){mapped, size};
    return 0;
}

void index_file_unmap(struct bytes content)
{
    munmap((void *)(uintptr_t)content.at, content.len);
}

int index_file_each(const struct index_file *file,
                    int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct bytes content;
    int rc = index_file_map(file, &content);

    if (rc < 0)
        return rc;
    rc = tdb_records_each(content, file->hash_size, each, context);
    index_file_unmap(content);
    return rc;
}
