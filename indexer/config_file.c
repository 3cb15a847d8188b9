#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "trust.h"

/* What is wrong with who may write to it; NULL: nothing. */
static const char *distrusted(const struct stat *st)
{
    static const char *const texts[] = {
        [TRUST_FULL] = NULL,
        [TRUST_FOREIGN] = "belongs to another user than root, not read",
        [TRUST_WRITABLE] = "others may write to it, not read",
    };

    return texts[trust_of(st, geteuid())];
}

/* Whoever may write to the directory may put another file there, or take this one away. It is complained of
 * once for all files in it. */
static bool is_directory_refused(struct index *index, const char *dir)
{
    struct stat st;
    const char *why = stat(dir, &st) < 0 ? NULL : distrusted(&st);

    if (why != NULL && !index->config_refused)
        report_problem(index->report, why, "%s", dir);
    index->config_refused = why != NULL;
    return why != NULL;
}

static bool is_file_refused(struct index *index, const struct source_file *source)
{
    struct stat st;
    const char *why = fstat(source->file.fd, &st) < 0 ? "its owner is not known, not read" : distrusted(&st);

    if (why != NULL)
        report_problem(index->report, why, "%s", source->where);
    return why != NULL;
}

/* Is the whole directory gone? A system that is half mounted or half restored looks so: a file that was
 * removed leaves its directory behind. */
static const char *lost_with(const char *dir)
{
    return access(dir, F_OK) < 0 && errno == ENOENT ? "its directory is missing: what it said stays" : NULL;
}

/* Whoever edits it may truncate and write it in place: what is new is read again until it rests, for a second
 * at the most. NULL, or why it cannot be read. */
static const char *settle(struct file *file)
{
    int rc = file_settle(file, FILE_PATIENCE);

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
    /* A file that is not there, and never was, says nothing wherever it would be. */
    if (state < 0 || state == SOURCE_UNREADABLE || (state == SOURCE_GONE && source->known.value.at == NULL))
        return state;
    if (is_directory_refused(index, dir) || (state != SOURCE_GONE && is_file_refused(index, source)))
        return SOURCE_UNREADABLE;
    why = state == SOURCE_NEW ? settle(&source->file) : state == SOURCE_GONE ? lost_with(dir) : NULL;
    if (why == NULL)
        return state;
    report_problem(index->report, why, "%s", path);
    return SOURCE_UNREADABLE;
}
