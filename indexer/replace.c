#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "schema/paths.h"

static int suffixed(char path[static NAME_MAX + 1], const char *name, const char *suffix)
{
    return snprintf(path, NAME_MAX + 1, "%s%s", name, suffix) > NAME_MAX ? -ENAMETOOLONG : 0;
}

static int write_all(int fd, struct bytes content)
{
    while (content.len > 0) {
        ssize_t put = write(fd, content.at, content.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? -errno : -EIO;
        content = (struct bytes){content.at + put, content.len - (size_t)put};
    }
    return 0;
}

int replace_start(int dirfd, const char *name, struct bytes content)
{
    int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int rc;

    if (fd < 0)
        return -errno;
    rc = write_all(fd, content);
    if (rc < 0) {
        close(fd);
        unlinkat(dirfd, name, 0);
        return rc;
    }
    /* Only so that it begins: fsync() tells what became of it. */
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    return fd;
}

int replace_finish(int dirfd, const char *name, int fd)
{
    int rc = fchmod(fd, 0644) < 0 || fsync(fd) < 0 ? -errno : 0;

    close(fd);
    if (rc < 0)
        unlinkat(dirfd, name, 0);
    return rc;
}

int replace_create(int dirfd, const char *name, struct bytes content)
{
    int fd = replace_start(dirfd, name, content);

    return fd < 0 ? fd : replace_finish(dirfd, name, fd);
}

int replace_file_by(int dirfd, const char *temporary, const char *name, const char *text, size_t len,
                    bool *replaced)
{
    int rc;

    *replaced = false;
    if (unlinkat(dirfd, temporary, 0) < 0 && errno != ENOENT)
        return -errno;
    rc = replace_create(dirfd, temporary, (struct bytes){(const uint8_t *)text, len});
    if (rc < 0)
        return rc;
    if (renameat(dirfd, temporary, dirfd, name) < 0) {
        rc = -errno;
        unlinkat(dirfd, temporary, 0);
        return rc;
    }
    *replaced = true;
    return fsync(dirfd) < 0 ? -errno : 0;
}

int replace_file(int dirfd, const char *name, const char *text, size_t len, bool *replaced)
{
    char temporary[NAME_MAX + 1];
    int rc = suffixed(temporary, name, NEW_SUFFIX);

    *replaced = false;
    return rc == 0 ? replace_file_by(dirfd, temporary, name, text, len, replaced) : rc;
}

int replace_link(int dirfd, const char *name, const char *also)
{
    if (unlinkat(dirfd, also, 0) < 0 && errno != ENOENT)
        return -errno;
    return linkat(dirfd, name, dirfd, also, 0) < 0 ? -errno : 0;
}

int replace_keep_damaged(int dirfd, const char *name)
{
    char damaged[NAME_MAX + 1];
    int rc = suffixed(damaged, name, DAMAGED_SUFFIX);

    return rc < 0 ? rc : replace_link(dirfd, name, damaged);
}
