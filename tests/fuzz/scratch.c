#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* Names that a target uses. */
#define PATHS 16

static char directory[200];

static void remove_all(const char *path)
{
    DIR *stream = opendir(path);
    const struct dirent *entry;

    if (stream == NULL) {
        unlink(path);
        return;
    }
    while ((entry = readdir(stream)) != NULL) {
        char inner[600];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        remove_all(inner);
    }
    closedir(stream);
    rmdir(path);
}

static void remove_scratch(void)
{
    remove_all(directory);
}

const char *scratch_dir(void)
{
    const char *parent = getenv("TMPDIR");

    if (directory[0] != '\0')
        return directory;
    EXPECT((size_t)snprintf(directory, sizeof(directory), "%s/lvindex-fuzz.XXXXXX",
                            parent != NULL && parent[0] != '\0' ? parent : "/tmp") < sizeof(directory));
    EXPECT(mkdtemp(directory) != NULL);
    atexit(remove_scratch);
    return directory;
}

const char *scratch_path(const char *name)
{
    static struct {
        char name[40];
        char path[250];
    } known[PATHS];
    size_t i = 0;

    while (i < PATHS && known[i].name[0] != '\0' && strcmp(known[i].name, name) != 0)
        i++;
    EXPECT(i < PATHS && strlen(name) < sizeof(known[0].name));
    if (known[i].name[0] == '\0') {
        strcpy(known[i].name, name);
        snprintf(known[i].path, sizeof(known[i].path), "%s/%s", scratch_dir(), name);
    }
    return known[i].path;
}

const char *scratch_empty(const char *name)
{
    const char *path = scratch_path(name);

    remove_all(path);
    EXPECT(mkdir(path, 0755) == 0);
    return path;
}

void scratch_write(const char *name, struct bytes content)
{
    const struct timespec old[2] = {{1, 0}, {1, 0}};
    int fd = open(scratch_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    EXPECT(fd >= 0 && write(fd, content.at, content.len) == (ssize_t)content.len);
    EXPECT(futimens(fd, old) == 0);
    close(fd);
}

struct bytes scratch_read(const char *name)
{
    int fd = open(scratch_path(name), O_RDONLY | O_CLOEXEC);
    struct stat st;
    uint8_t *at;

    if (fd < 0)
        return (struct bytes){NULL, 0};
    EXPECT(fstat(fd, &st) == 0);
    at = malloc((size_t)st.st_size + 1);
    EXPECT(at != NULL && read(fd, at, (size_t)st.st_size) == st.st_size);
    close(fd);
    return (struct bytes){at, (size_t)st.st_size};
}
