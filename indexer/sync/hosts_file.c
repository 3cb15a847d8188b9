#include "hosts_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/cleanup.h"
#include "indexer/digest.h"
#include "indexer/file.h"
#include "indexer/lock.h"
#include "indexer/replace.h"
#include "schema/paths.h"

/* Where it is, and how it is called there. */
struct place {
    char copies[2][PATH_MAX];
    const char *dir, *name; /* in the copies */
};

static int place_of(const char *path, struct place *place)
{
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    place->dir = dirname(strcpy(place->copies[0], path));
    place->name = basename(strcpy(place->copies[1], path));
    return 0;
}

static int open_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

static bool holds(int dirfd, const char *name, const char *text, size_t len)
{
    CLEANUP_FILE struct file file = {.fd = -1};

    return file_open(dirfd, name, O_NOFOLLOW, &file) == 0 && file_read(&file) == 0 && file.len == len &&
           memcmp(file.text, text, len) == 0;
}

/* May it be replaced? Then 0, or 1 where it is as it should be. Else -errno, reported. */
static int look(int dirfd, const char *name, const char *path, const char *text, size_t len,
                const struct report *report)
{
    struct stat st;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : report_errno(report, -errno, "%s", path);
    if (S_ISLNK(st.st_mode)) {
        report_problem(report, "a symbolic link, which is neither followed nor replaced", "%s", path);
        return -ELOOP;
    }
    if (!S_ISREG(st.st_mode)) {
        report_problem(report, "there is something that is no file", "%s", path);
        return -EINVAL;
    }
    return st.st_uid == geteuid() && (st.st_mode & 07777) == 0644 && (size_t)st.st_size == len &&
           holds(dirfd, name, text, len);
}

/* Keeps off others that write the same file, by whatever path, and nobody else: its disk may be slow. The
 * lock is where strangers cannot hold it, which the file's own directory need not be. */
static int lock_file(int dirfd, const char *name, const char *state_dir)
{
    CLEANUP_FD int state = open_directory(state_dir);
    uint64_t directory[2];
    struct stat st;

    if (state < 0)
        return state;
    if (fstat(dirfd, &st) < 0)
        return -errno;
    directory[0] = st.st_dev;
    directory[1] = st.st_ino;
    return lock_take_part(state, digest_of(name, strlen(name), digest_of(directory, sizeof(directory), 0)));
}

static int replace(int dirfd, const char *name, const char *text, size_t len)
{
    char temporary[NAME_MAX + 1];
    bool replaced;

    if (snprintf(temporary, sizeof(temporary), ".%s" NEW_SUFFIX, name) >= (int)sizeof(temporary))
        return -ENAMETOOLONG;
    return replace_file_by(dirfd, temporary, name, text, len, &replaced);
}

static int replace_locked(int dirfd, const char *name, const char *path, const char *state_dir,
                          const char *text, size_t len, const struct report *report)
{
    CLEANUP_FD int lock = lock_file(dirfd, name, state_dir);
    int rc = lock < 0 ? lock : replace(dirfd, name, text, len);

    if (lock == -ETIMEDOUT) {
        report_problem(report, "being written by another process for too long, gave up", "%s", path);
        return rc;
    }
    return rc < 0 ? report_errno(report, rc, "%s", path) : 1;
}

int hosts_file_write(const char *path, const char *state_dir, const char *text, size_t len,
                     const struct report *report)
{
    struct place place = {.dir = NULL};
    int rc = place_of(path, &place);
    CLEANUP_FD int dirfd = rc < 0 ? rc : open_directory(place.dir);

    if (dirfd < 0)
        return report_errno(report, dirfd, "%s", path);
    rc = look(dirfd, place.name, path, text, len, report);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return replace_locked(dirfd, place.name, path, state_dir, text, len, report);
}
