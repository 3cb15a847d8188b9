#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
    if (state != SOURCE_SAME && state != SOURCE_NEW)
        return state;
    why = distrusted(source->file.fd);
    if (why == NULL)
        return state;
    report_problem(index->report, why, "%s", path);
    return SOURCE_UNREADABLE;
}
