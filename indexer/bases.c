#include "bases.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "schema/paths.h"

/* Is it the name of a base, just as we write it? */
static bool is_base(const char *file, uint64_t *generation)
{
    char name[BASE_NAME_SIZE];

    if (strncmp(file, BASE_PREFIX, strlen(BASE_PREFIX)) != 0)
        return false;
    *generation = strtoumax(file + strlen(BASE_PREFIX), NULL, 10);
    return strcmp(file, base_name(*generation, name)) == 0;
}

static int each_base(int dirfd, void (*each)(void *context, int dirfd, uint64_t generation), void *context)
{
    CLEANUP_DIR DIR *stream = NULL;
    const struct dirent *entry;
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    stream = fdopendir(fd);
    if (stream == NULL) {
        int rc = -errno;

        close(fd);
        return rc;
    }
    errno = 0;
    while ((entry = readdir(stream)) != NULL) {
        uint64_t generation;

        if (is_base(entry->d_name, &generation))
            each(context, dirfd, generation);
        errno = 0;
    }
    return -errno;
}

static void note_newest(void *context, int dirfd, uint64_t generation)
{
    uint64_t *newest = context;

    (void)dirfd;
    if (generation > *newest)
        *newest = generation;
}

int bases_newest(int dirfd, uint64_t *generation)
{
    *generation = 0;
    return each_base(dirfd, note_newest, generation);
}

int bases_remove(int dirfd, uint64_t generation)
{
    char name[BASE_NAME_SIZE];

    return unlinkat(dirfd, base_name(generation, name), 0) < 0 && errno != ENOENT ? -errno : 0;
}

static void sweep(void *context, int dirfd, uint64_t generation)
{
    const uint64_t *keep = context;

    if (generation != keep[0] && generation != keep[1])
        bases_remove(dirfd, generation);
}

void bases_sweep(int dirfd, uint64_t keep, uint64_t keep_too)
{
    uint64_t both[] = {keep, keep_too};

    each_base(dirfd, sweep, both);
}
