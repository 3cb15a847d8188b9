#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/cleanup.h"

/* When the host was started, in seconds since the epoch; 0: not known. */
static uint64_t boot_time(void)
{
    FILE *file = fopen("/proc/stat", "re");
    CLEANUP_FREE char *line = NULL;
    uint64_t time = 0;
    size_t size = 0;

    while (file != NULL && time == 0 && getline(&line, &size, file) >= 0) {
        if (sscanf(line, "btime %" SCNu64, &time) != 1)
            time = 0;
    }
    if (file != NULL)
        fclose(file);
    return time;
}

/* False when it is gone. */
static bool read_stat(pid_t pid, struct process *process)
{
    uint64_t ticks, booted = boot_time();
    const long per_second = sysconf(_SC_CLK_TCK);
    char path[64];
    FILE *file;
    bool read;

    *process = (struct process){.pid = pid};
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    /* The 22nd field is when it was started, in ticks since the host was. */
    read = fscanf(file,
                  "%*d (%31[^)]) %*c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                  "%*s %" SCNu64,
                  process->name, &process->parent, &ticks) == 3;
    fclose(file);
    if (read && booted != 0 && per_second > 0)
        process->started = booted + ticks / (uint64_t)per_second;
    return read;
}

/* Do two paths lead to different files? No, where one may not be looked at. */
static bool differ(const char *a, const char *b)
{
    struct stat left, right;

    return stat(a, &left) == 0 && stat(b, &right) == 0 &&
           (left.st_dev != right.st_dev || left.st_ino != right.st_ino);
}

static bool differs(pid_t pid, const char *theirs, const char *ours)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, theirs);
    return differ(path, ours);
}

/* Mounts of its own alone make no other machine of it: services have such. */
static bool is_elsewhere(pid_t pid)
{
    return differs(pid, "ns/pid", "/proc/self/ns/pid") || differs(pid, "root/.", "/");
}

static bool is_named(pid_t pid, const char *name, struct process *process)
{
    if (!read_stat(pid, process) || strcmp(process->name, name) != 0 || is_elsewhere(pid))
        return false;
    if (differs(pid, "ns/mnt", "/proc/self/ns/mnt"))
        snprintf(process->root, sizeof(process->root), "/proc/%d/root", pid);
    return true;
}

int process_each(const char *name, int (*each)(void *context, const struct process *process), void *context)
{
    CLEANUP_DIR DIR *stream = opendir("/proc");
    int rc = 0;

    for (struct dirent *entry; rc == 0 && stream != NULL && (entry = readdir(stream)) != NULL;) {
        struct process process;
        pid_t pid = (pid_t)atoi(entry->d_name);

        if (pid > 0 && is_named(pid, name, &process))
            rc = each(context, &process);
    }
    return rc;
}

bool process_is_child(const struct process *process)
{
    struct process parent;

    return read_stat(process->parent, &parent) && strcmp(parent.name, process->name) == 0;
}

int process_texts(const struct process *process, const char *name, struct text_list *texts)
{
    CLEANUP_FREE char *text = NULL;
    char path[64];
    size_t size = 0;
    FILE *file;
    int rc = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", process->pid, name);
    file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOMEM ? -ENOMEM : 0;
    while (rc == 0 && getdelim(&text, &size, '\0', file) > 0)
        rc = text_list_add(texts, text, strlen(text));
    fclose(file);
    return rc;
}
