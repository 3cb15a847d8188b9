#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bases.h"
#include "cleanup.h"
#include "replace.h"
#include "rewrite.h"
#include "schema/paths.h"
#include "seal.h"

/* Beside a base of so many bytes, index.tdb may have the square root of this many times as many: writing half
 * of that at each event and a new base now and then cost least together. Measured, see performance.md. */
#define OVERLAY_FACTOR 1000
#define OVERLAY_LEAST  (32U << 10)
/* Changes of more than this part of the base are better written into a new one. */
#define MUCH 16

int snapshot_discard(int dirfd, uint64_t generation)
{
    int rc = bases_remove(dirfd, generation);

    return unlinkat(dirfd, NEW_FILE, 0) < 0 && errno != ENOENT ? -errno : rc;
}

static uint64_t square_root(uint64_t of)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1) {
        if ((root + bit) * (root + bit) <= of)
            root += bit;
    }
    return root;
}

/* How large index.tdb may be beside its base. */
static uint64_t overlay_limit(const struct index_file *base)
{
    uint64_t limit = square_root((uint64_t)base->content.len * OVERLAY_FACTOR);

    return limit > OVERLAY_LEAST ? limit : OVERLAY_LEAST;
}

bool snapshot_rewrites(const struct published *from, const struct changes *changes)
{
    uint64_t limit = from->base.whole ? overlay_limit(&from->base) : SPLIT_SIZE;
    uint64_t changed = changes_size(changes);
    uint64_t much = from->base.whole ? from->base.content.len / MUCH : 0;

    /* One large record that changes at each event (a name of thousands) is no reason to write all others,
     * too. */
    limit += 2 * (changed < much ? changed : much);
    return !published_whole(from) || from->index.content.len + changed > limit;
}

/* Writes the next index.tdb. While the disk is at it, the one before the last goes, which takes time, too. */
static int write_new(int dirfd, struct bytes file)
{
    int fd = replace_start(dirfd, NEW_FILE, file);

    if (fd < 0)
        return fd;
    unlinkat(dirfd, OLD_FILE, 0);
    return replace_finish(dirfd, NEW_FILE, fd);
}

static int write_whole(int dirfd, struct published *from, const struct changes *changes, struct meta *meta)
{
    CLEANUP_BUILD struct build build = {.file = NULL};
    char base[BASE_NAME_SIZE];
    struct bytes file;
    int rc = published_whole(from) ? published_verify(from) : 0;

    meta->replaced = meta->base;
    if (rc == 0)
        rc = rewrite_whole(from, changes, meta, &build, &file);
    if (rc < 0)
        return rc;
    if (meta->base == 0)
        return write_new(dirfd, file);
    /* A leftover of that name is nobody's. */
    rc = bases_remove(dirfd, meta->base);
    return rc < 0 ? rc : replace_create(dirfd, base_name(meta->base, base), file);
}

/* The index.tdb beside a base that was just made. */
static int write_empty(int dirfd, const struct meta *meta)
{
    CLEANUP_BUILD struct build build = {.file = NULL};
    struct bytes file;
    int rc = rewrite_empty(meta, &build, &file);

    if (rc == 0)
        rc = write_new(dirfd, file);
    /* The base must have its name on the disk before anything can name it. */
    return rc == 0 && fsync(dirfd) < 0 ? -errno : rc;
}

static int write_overlay(int dirfd, const struct published *from, const struct changes *changes,
                         struct meta *meta)
{
    CLEANUP_BUILD struct build build = {.file = NULL};
    struct bytes file;
    int rc;

    meta->replaced = 0;
    rc = rewrite_overlay(from, changes, meta, &build, &file);
    return rc < 0 ? rc : write_new(dirfd, file);
}

static int write_files(int dirfd, struct published *from, const struct changes *changes, struct meta *meta)
{
    int rc;

    if (from->base.whole && !snapshot_rewrites(from, changes))
        return write_overlay(dirfd, from, changes, meta);
    rc = write_whole(dirfd, from, changes, meta);
    return rc == 0 && meta->base != 0 ? write_empty(dirfd, meta) : rc;
}

int snapshot_prepare(int dirfd, struct published *from, const struct changes *changes, struct meta *meta)
{
    const struct meta before = *meta;
    int rc;

    meta->version = SCHEMA_VERSION;
    meta->generation++;
    rc = write_files(dirfd, from, changes, meta);
    if (rc < 0) {
        snapshot_discard(dirfd, meta->generation);
        *meta = before;
    }
    return rc;
}

/* Keeps what is damaged aside. */
static int keep_damaged(int dirfd, const struct published *from)
{
    char base[BASE_NAME_SIZE];
    int rc = from->damaged ? replace_keep_damaged(dirfd, INDEX_FILE) : 0;

    if (rc == 0 && from->damaged && from->base.fd >= 0)
        rc = replace_keep_damaged(dirfd, base_name(from->index.meta.base, base));
    return rc;
}

/* Readers look at the sequence number, and from now on for the next file. The old one stays linked: who lets
 * go of a file without a name has to free it. None of this must succeed: readers look by themselves once a
 * second. */
static void retire(int dirfd, const struct published *from)
{
    CLEANUP_FD int fd = -1;

    if (!from->index.whole)
        return;
    replace_link(dirfd, INDEX_FILE, OLD_FILE);
    if (from->index.meta.replaced != 0)
        bases_remove(dirfd, from->index.meta.replaced);
    fd = openat(dirfd, INDEX_FILE, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        seal_retire(fd);
}

int snapshot_publish(int dirfd, const struct published *from, const struct meta *meta)
{
    int rc = keep_damaged(dirfd, from);

    /* Where this or the next fails, the finished file stays: the next writer publishes it. */
    if (rc < 0)
        return rc;
    retire(dirfd, from);
    if (renameat(dirfd, NEW_FILE, dirfd, INDEX_FILE) < 0)
        return -errno;
    if (fsync(dirfd) < 0)
        return -errno;
    if (!from->index.whole || meta->base != from->index.meta.base)
        bases_sweep(dirfd, meta->base, meta->replaced);
    return 0;
}
