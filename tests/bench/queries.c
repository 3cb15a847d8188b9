#include "tests/bench/queries.h"

#include <err.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/trouble.h"

void queries_open(const char *path, struct queries *queries)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *map;

    if (fd < 0 || fstat(fd, &st) < 0)
        err(EXIT_TROUBLE, "%s", path);
    if (st.st_size < QUERY_SIZE || st.st_size % QUERY_SIZE != 0)
        errx(EXIT_TROUBLE, "%s: no queries of %d bytes", path, QUERY_SIZE);
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED)
        err(EXIT_TROUBLE, "%s", path);
    close(fd);
    *queries = (struct queries){.at = map, .count = (size_t)st.st_size / QUERY_SIZE, .next = 0};
}
