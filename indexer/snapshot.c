#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "replace.h"
#include "schema/key.h"
#include "schema/paths.h"
#include "seal.h"

/* The least size of a hash table: a small site never rebuilds for it. */
#define HASH_SIZE_MIN 256
#define HASH_SIZE_MAX (1U << 28)

/* More than libtdb adds to a small file at a time. */
#define GROWTH (1 << 20)

int snapshot_discard(int dirfd)
{
    return unlinkat(dirfd, NEW_FILE, 0) < 0 && errno != ENOENT ? -errno : 0;
}

bool snapshot_rebuilds(const struct base *base, uint32_t records)
{
    return base->tdb == NULL || records > base->hash_size + base->hash_size / 2 ||
           (uint64_t)base->size > 2 * base->meta.built_size;
}

/* libtdb tells its log, while errno still says why, what it later reports as an error of its own kind. */
static void note_cause(struct tdb_context *tdb, enum tdb_debug_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note_cause(struct tdb_context *tdb, enum tdb_debug_level level, const char *format, ...)
{
    int *cause = tdb_get_logging_private(tdb);

    (void)format;
    if (level <= TDB_DEBUG_WARNING && *cause == 0 && errno != 0)
        *cause = -errno;
}

/* Opens a TDB for writing that only we know of. NULL, and `*cause` a -errno, when that fails. */
static struct tdb_context *open_new(const char *path, int hash_size, int flags, int *cause)
{
    const struct tdb_logging_context log = {note_cause, cause};
    struct tdb_context *tdb;

    *cause = 0;
    errno = 0;
    tdb = tdb_open_ex(path, hash_size, TDB_NOLOCK | TDB_NOSYNC | TDB_INCOMPATIBLE_HASH,
                      flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600, &log, NULL);
    if (tdb == NULL && *cause == 0)
        *cause = errno != 0 ? -errno : -EIO;
    return tdb;
}

/* libtdb grows a file with posix_fallocate(3), which says why by its result alone, and libtdb does not pass
 * that on: ask for as much again. The file is thrown away. */
static int why_not_grown(struct tdb_context *tdb)
{
    struct stat st;
    int error =
        fstat(tdb_fd(tdb), &st) < 0 ? errno : posix_fallocate(tdb_fd(tdb), st.st_size, st.st_size + GROWTH);

    return error != 0 ? -error : -EIO;
}

/* Why the last call failed. */
static int tdb_errno(struct tdb_context *tdb)
{
    const int *cause = tdb_get_logging_private(tdb);

    if (*cause != 0)
        return *cause;
    return tdb_error(tdb) == TDB_ERR_CORRUPT ? -EBADMSG : why_not_grown(tdb);
}

struct copying {
    struct tdb_context *to;
    const struct changes *changes;
    int rc;
};

static int apply_change(void *context, struct bytes key, struct bytes value)
{
    struct tdb_context *to = context;

    errno = 0;
    if (value.len > 0)
        return tdb_store(to, tdb_data(key), tdb_data(value), TDB_REPLACE) < 0 ? tdb_errno(to) : 0;
    return tdb_delete(to, tdb_data(key)) < 0 && tdb_error(to) != TDB_ERR_NOEXIST ? tdb_errno(to) : 0;
}

/* Copies a record of the base that no change hides. The meta record is written for each file anew. */
static int copy_unchanged(struct tdb_context *base, TDB_DATA key, TDB_DATA value, void *context)
{
    struct copying *copying = context;
    struct key changed;
    struct bytes unused;

    (void)base;
    if (key.dsize == 0 || key.dptr[0] == KEY_META || !key_copy((struct bytes){key.dptr, key.dsize}, &changed))
        return 0;
    errno = 0;
    if (!changes_find(copying->changes, &changed, &unused) &&
        tdb_store(copying->to, key, value, TDB_INSERT) < 0)
        copying->rc = tdb_errno(copying->to);
    return copying->rc;
}

static int store_meta(struct tdb_context *tdb, const struct meta *meta)
{
    struct key key = key_single(KEY_META);
    uint8_t packed[META_PACKED];

    meta_pack(meta, packed);
    errno = 0;
    if (tdb_store(tdb, (TDB_DATA){key.at, key.len}, (TDB_DATA){packed, sizeof(packed)}, TDB_REPLACE) < 0)
        return tdb_errno(tdb);
    return 0;
}

static int copy_base(struct tdb_context *base, struct copying *copying)
{
    if (tdb_traverse_read(base, copy_unchanged, copying) < 0 && copying->rc == 0)
        copying->rc = -EIO;
    return copying->rc;
}

/* Closes `tdb`, whose pages are written back by then; keeps an earlier failure. */
static int finish(struct tdb_context *tdb, int rc)
{
    errno = 0;
    if (tdb_close(tdb) < 0 && rc == 0)
        rc = errno != 0 ? -errno : -EIO;
    return rc;
}

static uint32_t hash_size_for(uint32_t records)
{
    if (records < HASH_SIZE_MIN)
        return HASH_SIZE_MIN;
    return records > HASH_SIZE_MAX ? HASH_SIZE_MAX : records + records / 8;
}

/* Writes base and changes into a new file with a fresh table. */
static int build(const char *path, const struct base *base, const struct changes *changes, struct meta *meta)
{
    struct copying copying = {NULL, changes, 0};
    struct stat st;
    int cause, rc;

    copying.to = open_new(path, (int)hash_size_for(meta->records), O_CREAT | O_EXCL, &cause);
    if (copying.to == NULL)
        return cause;
    rc = store_meta(copying.to, meta);
    if (rc == 0 && base->tdb != NULL)
        rc = copy_base(base->tdb, &copying);
    if (rc == 0)
        rc = changes_each(changes, apply_change, copying.to);
    /* The meta record keeps its length, so storing it again leaves the size as it is. */
    if (rc == 0 && fstat(tdb_fd(copying.to), &st) < 0)
        rc = -errno;
    if (rc == 0) {
        meta->built_size = (uint64_t)st.st_size;
        rc = store_meta(copying.to, meta);
    }
    return finish(copying.to, rc);
}

static int copy_bytes(int from, int to, off_t size)
{
    char buffer[1 << 16];
    off_t at = 0;

    while (at < size) {
        ssize_t got = pread(from, buffer, sizeof(buffer), at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = pwrite(to, buffer + done, (size_t)(got - done), at + done);

            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return put < 0 ? -errno : -EIO;
            done += put;
        }
        at += got;
    }
    return 0;
}

static int copy_file(int from, int to, off_t size)
{
    off_t in = 0, out = 0;

    while (in < size) {
        ssize_t done = copy_file_range(from, &in, to, &out, (size_t)(size - in), 0);

        if (done < 0 && errno == EINTR)
            continue;
        /* Not every filesystem can, and some say so only by copying nothing. */
        if (done == 0 ||
            (done < 0 && (errno == EXDEV || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL)))
            return copy_bytes(from, to, size);
        if (done < 0)
            return -errno;
    }
    return 0;
}

/* Copies the base and changes the copy. */
static int patch(const char *path, int dirfd, const struct base *base, const struct changes *changes,
                 const struct meta *meta)
{
    CLEANUP_FD int fd = openat(dirfd, NEW_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct tdb_context *tdb;
    int cause, rc;

    if (fd < 0)
        return -errno;
    rc = copy_file(base->fd, fd, base->size);
    if (rc < 0)
        return rc;
    tdb = open_new(path, 0, 0, &cause);
    if (tdb == NULL)
        return cause;
    rc = changes_each(changes, apply_change, tdb);
    if (rc == 0)
        rc = store_meta(tdb, meta);
    return finish(tdb, rc);
}

/* Seals the new file, and makes it last. Readable to everybody only now: what is unfinished is nobody's to
 * see. */
static int finish_file(int dirfd, uint64_t generation)
{
    CLEANUP_FD int fd = openat(dirfd, NEW_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return -errno;
    rc = seal_write(fd, generation);
    if (rc < 0)
        return rc;
    return fchmod(fd, 0644) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int snapshot_prepare(const char *dir, int dirfd, const struct base *base, const struct changes *changes,
                     struct meta *meta)
{
    char path[PATH_MAX];
    int rc;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, NEW_FILE) >= sizeof(path))
        return -ENAMETOOLONG;
    meta->version = SCHEMA_VERSION;
    meta->generation++;
    rc = snapshot_rebuilds(base, meta->records) ? build(path, base, changes, meta)
                                                : patch(path, dirfd, base, changes, meta);
    if (rc == 0)
        rc = finish_file(dirfd, meta->generation);
    if (rc < 0)
        snapshot_discard(dirfd);
    return rc;
}

int snapshot_publish(int dirfd, const struct base *base)
{
    int rc = base->fd >= 0 && base->tdb == NULL ? replace_keep_damaged(dirfd, INDEX_FILE) : 0;

    if (rc < 0) {
        snapshot_discard(dirfd);
        return rc;
    }
    /* Where this fails, the finished file stays: the next writer publishes it. */
    if (renameat(dirfd, NEW_FILE, dirfd, INDEX_FILE) < 0)
        return -errno;
    return fsync(dirfd) < 0 ? -errno : 0;
}

/* The generation (its low half) of a whole file; -1 for one that is not there or not whole. */
static int64_t generation_of(int dirfd, const char *name)
{
    CLEANUP_FD int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 07777) != 0644 || seal_verify(fd) < 0)
        return -1;
    return seal_generation(fd);
}

int snapshot_recover(int dirfd)
{
    const struct base none = BASE_NONE;
    int64_t left, published;

    if (faccessat(dirfd, NEW_FILE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    left = generation_of(dirfd, NEW_FILE);
    published = generation_of(dirfd, INDEX_FILE);
    if (left < 0 || published < 0 || left != (uint32_t)(published + 1))
        return snapshot_discard(dirfd);
    return snapshot_publish(dirfd, &none);
}
