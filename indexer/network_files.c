#include "network_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "cleanup.h"
#include "text_list.h"

/* An enum source_state, or -errno for a failure of the index itself. */
static int refresh(struct index *index, DIR *stream, const char *dir, const char *network,
                   const struct network_file_kind *kind)
{
    CLEANUP_SOURCE_FILE struct source_file source;
    char file_name[NAME_MAX + 1];
    int state;

    snprintf(file_name, sizeof(file_name), "%s%s", network, kind->suffix);
    state =
        source_file_open(index, dirfd(stream), dir, file_name, O_NOFOLLOW, kind->prefix, network, &source);
    if (state == SOURCE_NEW) {
        int rc = kind->apply(index, network, &source);

        return rc < 0 ? rc : SOURCE_NEW;
    }
    return state;
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

static int apply_all(struct index *index, DIR *stream, const char *dir, const struct text_list *there,
                     const struct network_file_kind *kind)
{
    for (size_t i = 0; i < there->count; i++) {
        const char *name = there->at[i];
        int rc = kind->valid(name) ? refresh(index, stream, dir, name, kind) : 0;

        if (rc < 0)
            return rc;
        if (!kind->valid(name) && kind->strict)
            report_problem(index->report, "not a network's name", "%s/%s%s", dir, name, kind->suffix);
    }
    return 0;
}

static DIR *open_networks(struct index *index, const char *dir)
{
    DIR *stream = opendir(dir);

    if (stream == NULL && errno != ENOENT)
        report_errno(index->report, -errno, "%s", dir);
    return stream;
}

int network_files_refresh(struct index *index, const char *dir, const struct network_file_kind *kind)
{
    CLEANUP_DIR DIR *stream = open_networks(index, dir);
    CLEANUP_TEXTS struct text_list there = {NULL, 0};
    int rc = stream == NULL ? 0 : text_list_directory(&there, stream, kind->suffix);

    if (rc < 0)
        report_errno(index->report, rc, "%s", dir);
    if (stream == NULL || rc < 0)
        return 0;
    if (kind->forget_first)
        rc = forget_missing(index, &there, kind);
    if (rc == 0)
        rc = apply_all(index, stream, dir, &there, kind);
    return rc < 0 || kind->forget_first ? rc : forget_missing(index, &there, kind);
}

int network_file_refresh(struct index *index, const char *dir, const char *network,
                         const struct network_file_kind *kind)
{
    CLEANUP_DIR DIR *stream = open_networks(index, dir);
    int state = stream != NULL && kind->valid(network) ? refresh(index, stream, dir, network, kind) : 0;

    if (state == SOURCE_GONE)
        return kind->forget(index, network);
    return state < 0 ? state : 0;
}
