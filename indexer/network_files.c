#include "network_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "cleanup.h"
#include "text_list.h"

static int refresh(struct index *index, DIR *stream, const char *dir, const char *network,
                   const struct network_file_kind *kind)
{
    CLEANUP_SOURCE_FILE struct source_file source;
    char file_name[NAME_MAX + 1];
    int state;

    snprintf(file_name, sizeof(file_name), "%s%s", network, kind->suffix);
    state =
        source_file_open(index, dirfd(stream), dir, file_name, O_NOFOLLOW, kind->prefix, network, &source);
    return state == SOURCE_NEW ? kind->apply(index, network, &source) : state < 0 ? state : 0;
}

static int forget_missing(struct index *index, const struct text_list *there,
                          const struct network_file_kind *kind)
{
    CLEANUP_TEXTS struct text_list known = {NULL, 0};
    int rc = source_record_each(index->store, kind->prefix, text_list_collect, &known);

    for (size_t i = 0; rc == 0 && i < known.count; i++) {
        if (!text_list_contains(there, known.at[i]))
            rc = kind->forget(index, known.at[i]);
    }
    return rc;
}

int network_files_refresh(struct index *index, const char *dir, const struct network_file_kind *kind)
{
    CLEANUP_DIR DIR *stream = opendir(dir);
    CLEANUP_TEXTS struct text_list there = {NULL, 0};
    int rc = stream == NULL ? -errno : text_list_directory(&there, stream, kind->suffix);

    if (rc < 0) {
        if (rc != -ENOENT)
            report_errno(index->report, rc, "%s", dir);
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < there.count; i++) {
        if (kind->valid(there.at[i]))
            rc = refresh(index, stream, dir, there.at[i], kind);
        else if (kind->strict)
            report_problem(index->report, "not a network's name", "%s/%s%s", dir, there.at[i], kind->suffix);
    }
    return rc < 0 ? rc : forget_missing(index, &there, kind);
}
