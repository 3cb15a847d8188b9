#include "nss/image.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Offsets in a TDB have 32 bits. The last MiB is left out, so that a file's pages never overflow a size_t,
 * however large pages are. */
#define SIZE_LIMIT ((INT64_C(1) << 32) - (INT64_C(1) << 20))

_Static_assert(sizeof(off_t) == 8 && sizeof(ino_t) == 8 && sizeof(time_t) == 8,
               "fstat() fails where a file has a larger size, inode or time than it can tell");

/* From this size on, pages are read from disk one by one: a look-up needs a few that lie far apart, and what
 * stands around them is of no use to it. A smaller file is there after a read or two. */
#define LARGE (INT64_C(1) << 20)

/* Within a user namespace, whoever is not mapped into it shows as this user: so does root, if it is not. */
#define UNMAPPED_USER 65534

/* open(3) and close(3) are cancellation points, these are not. O_NONBLOCK: a FIFO must not hold us up. */
static int open_quietly(const char *path)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
                          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_LARGEFILE);

    return fd < 0 ? -errno : fd;
}

static void close_quietly(int fd)
{
    syscall(SYS_close, fd);
}

/* A set of signals, as the kernel has it. */
struct signals {
    unsigned char bits[_NSIG / 8];
};

/* Holds back all signals of this thread: its descriptor would be lost if a handler jumped, or another thread
 * cancelled it. pthread_sigmask(3) lets the C library's own signals through, cancellation among them. False
 * where that is not allowed. */
static bool hold_signals(struct signals *before)
{
    struct signals all;

    memset(&all, 0xff, sizeof(all));
    return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, sizeof(all)) == 0;
}

static void release_signals(const struct signals *before)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, sizeof(*before));
}

/* Does root show as such a user here? Nobody but root owns `/`, so that tells. */
static bool root_is_unmapped(void)
{
    struct stat status;

    return lstat("/", &status) == 0 && status.st_uid == UNMAPPED_USER;
}

static bool trusted_owner(uid_t owner)
{
    return owner == 0 || owner == geteuid() || (owner == UNMAPPED_USER && root_is_unmapped());
}

static bool trusted(const struct stat *status)
{
    return S_ISREG(status->st_mode) && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
           trusted_owner(status->st_uid);
}

static int map_file(int fd, struct bytes *content, struct image_id *id)
{
    struct stat status;
    void *at;

    if (fstat(fd, &status) < 0)
        return -errno;
    if (!trusted(&status))
        return -EPERM;
    if (status.st_size == 0 || status.st_size > SIZE_LIMIT)
        return -EBADMSG;
    at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    if (status.st_size >= LARGE)
        madvise(at, (size_t)status.st_size, MADV_RANDOM);
    *content = (struct bytes){at, (size_t)status.st_size};
    *id = (struct image_id){status.st_dev, status.st_ino, status.st_size};
    return 0;
}

static int open_and_map(const char *path, struct bytes *content, struct image_id *id)
{
    int fd = open_quietly(path);
    int error;

    if (fd < 0)
        return fd;
    error = map_file(fd, content, id);
    close_quietly(fd);
    return error;
}

int image_map(const char *path, struct bytes *content, struct image_id *id)
{
    struct signals before;
    bool held = hold_signals(&before);
    int error = open_and_map(path, content, id);

    if (held)
        release_signals(&before);
    return error;
}

bool image_in_place(const char *path, const struct image_id *id)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_dev == id->device && status.st_ino == id->inode &&
           status.st_size == id->size && trusted(&status);
}

void image_unmap(struct bytes content)
{
    if (content.len > 0)
        munmap((void *)content.at, content.len);
}
