#include "nss/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Offsets in a TDB have 32 bits. The last MiB is left out, so that the file's pages and one more never
 * overflow a size_t, however large pages are. */
#define SIZE_LIMIT ((UINT64_C(1) << 32) - (UINT64_C(1) << 20))

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

static bool trusted(const struct stat *status)
{
    return S_ISREG(status->st_mode) && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
           (status->st_uid == 0 || status->st_uid == geteuid());
}

/* Maps the file, and a fresh page behind it for the bookkeeping. NULL, and errno, when there is no memory. */
static struct mapping *map_pages(int fd, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = (size + page - 1) / page * page;
    uint8_t *file = mmap(NULL, pages + page, PROT_READ, MAP_SHARED, fd, 0);
    struct mapping *mapping;
    int error;

    if (file == MAP_FAILED)
        return NULL;
    mapping =
        mmap(file + pages, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (mapping == MAP_FAILED) {
        error = errno;
        munmap(file, pages + page);
        errno = error;
        return NULL;
    }
    mapping->table.file = (struct bytes){file, size};
    mapping->length = pages + page;
    return mapping;
}

static int map_file(int fd, struct mapping **mapping)
{
    struct stat status;
    struct mapping *mapped;
    int error;

    if (fstat(fd, &status) < 0)
        return -errno;
    if (!trusted(&status))
        return -EPERM;
    if ((uint64_t)status.st_size > SIZE_LIMIT)
        return -EBADMSG;
    mapped = map_pages(fd, (size_t)status.st_size);
    if (mapped == NULL)
        return -errno;
    mapped->device = status.st_dev;
    mapped->inode = status.st_ino;
    error = table_open(mapped->table.file, &mapped->table);
    if (error < 0) {
        mapping_close(mapped);
        return error;
    }
    *mapping = mapped;
    return 0;
}

int mapping_open(const char *path, struct mapping **mapping)
{
    int fd = open_quietly(path);
    int error;

    if (fd < 0)
        return fd;
    error = map_file(fd, mapping);
    close_quietly(fd);
    return error;
}

bool mapping_current(const struct mapping *mapping, const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_dev == mapping->device && status.st_ino == mapping->inode &&
           (uint64_t)status.st_size == mapping->table.file.len && trusted(&status);
}

void mapping_close(struct mapping *mapping)
{
    if (mapping != NULL)
        munmap((void *)mapping->table.file.at, mapping->length);
}
