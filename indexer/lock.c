#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/paths.h"

#define MILLISECOND 1000000L
/* An event takes a millisecond or two: wait about as long, then longer. */
#define FIRST_PAUSE (MILLISECOND / 4)
#define LAST_PAUSE  (10 * MILLISECOND)

static int lock_open(int dirfd)
{
    struct stat st;
    int fd = openat(dirfd, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    int rc;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        rc = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        rc = -EPERM;
    else if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) < 0)
        rc = -errno;
    else
        return fd;
    close(fd);
    return rc;
}

static time_t seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static int try_all(int fd, uint64_t part)
{
    (void)part;
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

/* Locks of fcntl(2) and of flock(2) do not know each other. */
static int try_part(int fd, uint64_t part)
{
    struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)(part >> 2), .l_len = 1};

    return fcntl(fd, F_OFD_SETLK, &byte) < 0 ? -errno : 0;
}

static int take(int dirfd, int (*try)(int fd, uint64_t part), uint64_t part)
{
    int fd = lock_open(dirfd);
    time_t deadline = seconds_now() + LOCK_WAIT_SECONDS;
    struct timespec pause = {0, FIRST_PAUSE};
    int rc;

    if (fd < 0)
        return fd;
    while ((rc = try(fd, part)) < 0) {
        if (rc == -EWOULDBLOCK && seconds_now() >= deadline)
            rc = -ETIMEDOUT;
        if (rc != -EWOULDBLOCK && rc != -EINTR) {
            close(fd);
            return rc;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < LAST_PAUSE)
            pause.tv_nsec *= 2;
    }
    return fd;
}

int lock_take(int dirfd)
{
    return take(dirfd, try_all, 0);
}

int lock_take_part(int dirfd, uint64_t part)
{
    return take(dirfd, try_part, part);
}
