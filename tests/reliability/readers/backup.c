#include "tests/reliability/readers/backup.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/paths.h"

#define RESTORED "restored"

static void join(char path[static PATH_MAX], const char *directory, const char *name)
{
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        errx(1, "%s: path too long", directory);
}

static void copy(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    struct stat st;

    if (in < 0 || fstat(in, &st) < 0)
        err(1, "%s", from);
    if (out < 0 || sendfile(out, in, NULL, (size_t)st.st_size) != st.st_size || fchmod(out, 0644) < 0)
        err(1, "%s", to);
    close(in);
    close(out);
}

static bool is_base(const char *name)
{
    return strncmp(name, BASE_PREFIX, strlen(BASE_PREFIX)) == 0;
}

static void each_file(const char *directory,
                      void (*each)(const char *directory, const char *name, const char *other),
                      const char *other)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;

    if (stream == NULL)
        err(1, "%s", directory);
    while ((entry = readdir(stream)) != NULL) {
        if (is_base(entry->d_name) || strcmp(entry->d_name, INDEX_FILE) == 0)
            each(directory, entry->d_name, other);
    }
    closedir(stream);
}

static void forget(const char *backup, const char *name, const char *unused)
{
    char path[PATH_MAX];

    (void)unused;
    join(path, backup, name);
    if (unlink(path) < 0)
        err(1, "%s", path);
}

static void keep(const char *directory, const char *name, const char *backup)
{
    char from[PATH_MAX], to[PATH_MAX];

    join(from, directory, name);
    join(to, backup, name);
    copy(from, to);
}

static void put_back(const char *backup, const char *name, const char *directory)
{
    char from[PATH_MAX], restored[PATH_MAX], to[PATH_MAX];

    join(from, backup, name);
    join(restored, directory, RESTORED);
    join(to, directory, name);
    copy(from, restored);
    if (rename(restored, to) < 0)
        err(1, "%s", to);
}

static void put_base_back(const char *backup, const char *name, const char *directory)
{
    if (is_base(name))
        put_back(backup, name, directory);
}

void backup_keep(const char *directory, const char *backup)
{
    mkdir(backup, 0755);
    each_file(backup, forget, NULL);
    each_file(directory, keep, backup);
}

void backup_restore(const char *backup, const char *directory, long between)
{
    struct timespec pause = {.tv_nsec = between * 1000000};

    each_file(backup, put_base_back, directory);
    nanosleep(&pause, NULL);
    put_back(backup, INDEX_FILE, directory);
}
