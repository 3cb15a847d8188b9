#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

/* What is wrong with who may write to it; NULL: nothing. */
static const char *distrusted(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return "its owner is not known";
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return "belongs to another user than root, not read";
    return (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ? "others may write to it, not read" : NULL;
}

/* Was it read before, and is now the whole directory gone? A system that is half mounted or half restored
 * looks so: a file that was removed leaves its directory behind. */
static bool lost_with_directory(const struct source_file *source, const char *dir)
{
    return source->known.value.at != NULL && access(dir, F_OK) < 0 && errno == ENOENT;
}

/* Whoever edits it may truncate and write it in place: what is new is read again until it rests, for a second
 * at the most. NULL, or why it cannot be read. */
static const char *settle(struct file *file)
{
    int rc = file_settle(file);

    return rc == 0 ? NULL : rc == -EAGAIN ? "keeps changing" : strerror(-rc);
}

int config_file_open(struct index *index, const char *dir, const char *file_name, const char *prefix,
                     struct source_file *source)
{
    CLEANUP_FREE char *path = NULL;
    const char *why;
    int state;

    if (asprintf(&path, "%s/%s", dir, file_name) < 0) {
        path = NULL;
        *source = (struct source_file){.file = {.fd = -1}};
        return -ENOMEM;
    }
    state = source_file_open(index, AT_FDCWD, NULL, path, 0, prefix, "", source);
    if (state == SOURCE_GONE && lost_with_directory(source, dir))
        why = "its directory is missing: what it said stays";
    else if (state != SOURCE_SAME && state != SOURCE_NEW)
        return state;
    else
        why = distrusted(source->file.fd);
    if (why == NULL && state == SOURCE_NEW)
        why = settle(&source->file);
    if (why == NULL)
        return state;
    report_problem(index->report, why, "%s", path);
    return SOURCE_UNREADABLE;
}
