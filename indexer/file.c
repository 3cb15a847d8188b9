#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "schema/limits.h"

/* Times of files are as coarse as two seconds on some filesystems. Younger than that, a file may change again
 * and keep its times. */
#define SETTLED_NS (UINT64_C(2000000000))

/* A file that its owner writes in place may be seen half-written; it is read again, a few times. */
#define READ_TRIES    5
#define READ_PAUSE_NS (20 * 1000000L)

/* dnsmasq empties its lease file and writes it within a millisecond or so. But on a busy machine it may have
 * to wait for a processor in the middle of it: then there is nothing yet, or the blocks that stdio has
 * written so far. */
#define FRESH_NS        (UINT64_C(100000000))
#define STALLED_NS      (UINT64_C(500000000))
#define SETTLE_PAUSE_NS (10 * 1000000L)
#define STDIO_BLOCK     4096

static uint64_t nanoseconds(struct timespec time)
{
    return time.tv_sec < 0 ? 0 : (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static int identity_now(int fd, struct source_identity *identity)
{
    struct stat st;

    *identity = (struct source_identity){0};
    if (fstat(fd, &st) < 0)
        return -errno;
    *identity = (struct source_identity){
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = (uint64_t)st.st_size,
        .mtime = nanoseconds(st.st_mtim),
        .ctime = nanoseconds(st.st_ctim),
    };
    return 0;
}

static void forget_if_young(struct source_identity *identity)
{
    struct timespec now;
    uint64_t settled;

    clock_gettime(CLOCK_REALTIME, &now);
    settled = nanoseconds(now) - SETTLED_NS;
    if (identity->mtime > settled || identity->ctime > settled)
        *identity = (struct source_identity){0};
}

int identity_of(int fd, struct source_identity *identity)
{
    int rc = identity_now(fd, identity);

    if (rc == 0)
        forget_if_young(identity);
    return rc;
}

static bool same(const struct source_identity *a, const struct source_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->mtime == b->mtime &&
           a->ctime == b->ctime;
}

bool identity_equal(const struct source_identity *a, const struct source_identity *b)
{
    return a->inode != 0 && same(a, b);
}

int file_open(int dirfd, const char *name, int flags, struct file *file)
{
    struct stat st;

    *file = (struct file){.fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags),
                          .most = SOURCE_FILE_MAX};
    if (file->fd < 0 || fstat(file->fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    return identity_of(file->fd, &file->identity);
}

/* Reads what is there now into file->text. */
static int read_once(struct file *file, size_t size)
{
    char *text = realloc(file->text, size + 1);

    if (text == NULL)
        return -ENOMEM;
    file->text = text;
    file->len = 0;
    while (file->len < size) {
        ssize_t got = pread(file->fd, text + file->len, size - file->len, (off_t)file->len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return -EAGAIN;
        file->len += (size_t)got;
    }
    text[size] = '\0';
    return 0;
}

int file_read(struct file *file)
{
    const struct timespec pause = {0, READ_PAUSE_NS};
    struct source_identity before, after;

    for (int i = 0; i < READ_TRIES; i++) {
        int rc = identity_now(file->fd, &before);

        if (rc == 0 && before.size > file->most)
            return -EFBIG;
        if (rc == 0)
            rc = read_once(file, (size_t)before.size);
        if (rc == 0)
            rc = identity_now(file->fd, &after);
        if (rc == 0 && same(&before, &after)) {
            file->digest = digest_of(file->text, file->len, 0);
            forget_if_young(&after);
            file->identity = after;
            return 0;
        }
        if (rc < 0 && rc != -EAGAIN)
            return rc;
        nanosleep(&pause, NULL);
    }
    return -EAGAIN;
}

static bool may_lack_its_end(const struct file *file)
{
    return file->len % STDIO_BLOCK == 0;
}

/* Did it change so lately that its owner may be at it still? A time that is long to come says nothing: its
 * owner may set it. */
static bool is_fresh(const struct file *file)
{
    uint64_t fresh = may_lack_its_end(file) ? STALLED_NS : FRESH_NS;
    struct source_identity identity;
    struct timespec now;

    if (identity_now(file->fd, &identity) < 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &now);
    return identity.mtime + fresh > nanoseconds(now) && identity.mtime < nanoseconds(now) + STALLED_NS;
}

static uint64_t monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return nanoseconds(now);
}

int file_settle(struct file *file, int patience)
{
    const struct timespec pause = {0, SETTLE_PAUSE_NS};
    const uint64_t end = monotonic() + (uint64_t)patience * 1000000;
    bool whole = true;

    while (!whole || is_fresh(file)) {
        uint64_t before = file->digest;
        int rc;

        if (monotonic() >= end)
            return -EAGAIN;
        nanosleep(&pause, NULL);
        rc = file_read(file);
        whole = rc == 0;
        if (rc < 0 && rc != -EAGAIN)
            return rc;
        if (whole && file->digest == before && !may_lack_its_end(file))
            return 0;
    }
    return 0;
}

void file_close(struct file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->text);
}
