#include "tests/bench/queries.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/trouble.h"

/* Its descriptor, and how many queries it holds. */
static int open_file(const char *path, size_t *count)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        err(EXIT_TROUBLE, "%s", path);
    if (st.st_size < QUERY_SIZE || st.st_size % QUERY_SIZE != 0)
        errx(EXIT_TROUBLE, "%s: no queries of %d bytes", path, QUERY_SIZE);
    *count = (size_t)st.st_size / QUERY_SIZE;
    return fd;
}

void queries_open(const char *path, struct queries *queries)
{
    size_t count;
    int fd = open_file(path, &count);
    void *map = mmap(NULL, count * QUERY_SIZE, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);

    if (map == MAP_FAILED)
        err(EXIT_TROUBLE, "%s", path);
    close(fd);
    *queries = (struct queries){.at = map, .count = count};
}

void queries_read(const char *path, size_t place, size_t count, struct queries *queries)
{
    size_t there;
    int fd = open_file(path, &there);
    char(*copy)[QUERY_SIZE] = calloc(count, QUERY_SIZE);

    if (copy == NULL)
        err(EXIT_TROUBLE, "memory");
    for (size_t i = 0; i < count; i++)
        if (pread(fd, copy[i], QUERY_SIZE, (off_t)((place + i) % there * QUERY_SIZE)) != QUERY_SIZE)
            err(EXIT_TROUBLE, "%s", path);
    close(fd);
    *queries = (struct queries){.at = copy, .count = count};
}
