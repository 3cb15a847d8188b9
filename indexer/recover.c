#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "guests.h"
#include "schema/name.h"
#include "schema/paths.h"
#include "snapshot.h"
#include "source_record.h"
#include "status.h"

#define STATUS_KEY_PREFIX_LEN (1 + strlen(SOURCE_STATUS))

struct leftover {
    struct published old;   /* what is published */
    struct index_file file; /* index.tdb.new */
    struct index_file base; /* that it comes with, if it does */
    int networks;           /* libvirt's directory; -1: there is none */
};

/* Is it a file that a writer finished? */
static bool is_finished(const struct index_file *file)
{
    struct stat st;

    return file->whole && fstat(file->fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 07777) == 0644;
}

/* Could it not be read for a reason that lies outside the file? */
static bool is_shortage(int rc)
{
    return rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE || rc == -EIO || rc == -EINTR;
}

/* Does it say that libvirt's file of the network has this content? */
static int is_content(const struct leftover *leftover, struct bytes network, uint64_t digest)
{
    char name[NAME_MAX + 1];
    struct file file = {.fd = -1};
    int rc;

    if (leftover->networks < 0 || network.len > NETWORK_MAX)
        return false;
    snprintf(name, sizeof(name), "%.*s" STATUS_SUFFIX, (int)network.len, (const char *)network.at);
    rc = file_open(leftover->networks, name, O_NOFOLLOW, &file);
    if (rc == 0)
        rc = file_read(&file);
    if (rc == 0)
        rc = file.digest == digest;
    file_close(&file);
    return rc >= 0 || is_shortage(rc) ? rc : false;
}

static bool unpack_source(struct bytes value, struct source *source)
{
    struct unpacker u = unpacker_of(value);

    return source_unpack(&u, source);
}

/* Does the published index say of the source what the new one says? */
static int is_known(struct leftover *leftover, struct bytes bytes, uint64_t digest)
{
    struct bytes value = {NULL, 0};
    struct source source;
    struct key key;
    int rc;

    if (!published_whole(&leftover->old) || !key_copy(bytes, &key))
        return false;
    rc = published_find(&leftover->old, &key, &value);
    if (rc < 0)
        return rc == -ENOENT ? false : rc;
    return unpack_source(value, &source) && source.digest == digest;
}

/* 1, which ends the search: a .status is not what the new index says. */
static int look_at_source(void *context, struct bytes key, struct bytes value)
{
    struct leftover *leftover = context;
    struct source source;
    int rc;

    if (key.len <= STATUS_KEY_PREFIX_LEN || key.at[0] != KEY_SOURCE ||
        memcmp(key.at + 1, SOURCE_STATUS, strlen(SOURCE_STATUS)) != 0 || !unpack_source(value, &source))
        return 0;
    rc = is_known(leftover, key, source.digest);
    if (rc == 0)
        rc = is_content(leftover,
                        (struct bytes){key.at + STATUS_KEY_PREFIX_LEN, key.len - STATUS_KEY_PREFIX_LEN},
                        source.digest);
    return rc < 0 ? rc : rc == 0;
}

/* An event of libvirt's network happens when its .status is renamed: with an index that is ahead of that
 * file, the next event would take back what this one did, but not what had been known before it. */
static int has_happened(struct leftover *leftover)
{
    const struct index_file *changed = leftover->base.whole ? &leftover->base : &leftover->file;
    int rc;

    leftover->networks = open(libvirt_dirs_default().networks, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (leftover->networks < 0 && is_shortage(-errno))
        return -errno;
    rc = index_file_each(changed, look_at_source, leftover);
    if (leftover->networks >= 0)
        close(leftover->networks);
    return rc < 0 ? rc : rc == 0;
}

static int open_base(int dirfd, struct leftover *leftover)
{
    const struct meta *meta = &leftover->file.meta;
    char name[BASE_NAME_SIZE];
    int rc;

    if (meta->base != meta->generation)
        return meta->base == 0 ||
               (leftover->old.base.whole && meta_same_base(meta, &leftover->old.index.meta));
    rc = index_file_open(dirfd, base_name(meta->base, name), true, &leftover->base);
    if (is_shortage(rc))
        return rc;
    return rc == 0 && is_finished(&leftover->base) && meta_same_base(&leftover->base.meta, meta);
}

/* Is it whole, and what would have been published next? */
static int is_next(int dirfd, struct leftover *leftover)
{
    const struct published *old = &leftover->old;
    bool follows = old->damaged ||
                   leftover->file.meta.generation == (old->index.whole ? old->index.meta.generation : 0) + 1;
    int rc;

    if (!follows || !is_finished(&leftover->file))
        return false;
    rc = open_base(dirfd, leftover);
    return rc == 1 ? has_happened(leftover) : rc;
}

static int judge(int dirfd, struct leftover *leftover)
{
    int rc = index_file_open(dirfd, NEW_FILE, true, &leftover->file);

    if (rc < 0)
        return is_shortage(rc) ? rc : false;
    rc = published_open(dirfd, false, &leftover->old);
    if (rc < 0 && rc != -EBADMSG)
        return is_shortage(rc) ? rc : false;
    return is_next(dirfd, leftover);
}

int recover_leftover(int dirfd)
{
    struct leftover leftover = {PUBLISHED_NONE, INDEX_FILE_NONE, INDEX_FILE_NONE, -1};
    int rc;

    if (faccessat(dirfd, NEW_FILE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    rc = judge(dirfd, &leftover);
    if (rc == 1)
        rc = snapshot_publish(dirfd, &leftover.old, &leftover.file.meta);
    else if (rc == 0 && unlinkat(dirfd, NEW_FILE, 0) < 0)
        rc = -errno;
    published_close(&leftover.old);
    index_file_close(&leftover.file);
    index_file_close(&leftover.base);
    return rc;
}
