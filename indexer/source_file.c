#include "source_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int prepare(struct index *index, const char *dir, const char *file_name, const char *prefix,
                   const char *place, struct source_file *source)
{
    int len;

    *source = (struct source_file){.file = {.fd = -1}};
    if (dir != NULL)
        len = asprintf(&source->where, "%s/%s", dir, file_name);
    else
        len = asprintf(&source->where, "%s", file_name);
    if (len < 0) {
        source->where = NULL;
        return -ENOMEM;
    }
    if ((size_t)snprintf(source->name, sizeof(source->name), "%s%s", prefix, place) >= sizeof(source->name)) {
        report_errno(index->report, -ENAMETOOLONG, "%s", source->where);
        return SOURCE_UNREADABLE;
    }
    return source_record_load(index->store, source->name, &source->known);
}

/* Only its times or its inode are new: remember those, lest it be read again and again. */
static int touch(struct index *index, struct source_file *source)
{
    struct source_record *known = &source->known;
    int rc;

    known->source.identity = source->file.identity;
    rc = source_record_touch(index->store, source->name, &known->source);
    return rc < 0 ? rc : SOURCE_SAME;
}

/* Does it hold what is to be complained of although it was before? */
static bool is_told_again(const struct index *index, const struct source_record *known)
{
    return index->report->thorough && known->source.number == SOURCE_HAS_BAD_LINES;
}

int source_file_open(struct index *index, int dirfd, const char *dir, const char *file_name, int flags,
                     const char *prefix, const char *place, struct source_file *source)
{
    int rc = prepare(index, dir, file_name, prefix, place, source);
    bool known;

    if (rc != 0)
        return rc;
    known = source->known.value.at != NULL && !is_told_again(index, &source->known);
    rc = file_open(dirfd, file_name, flags, &source->file);
    if (rc == 0 && known && identity_equal(&source->file.identity, &source->known.source.identity))
        return SOURCE_SAME;
    if (rc == 0)
        rc = file_read(&source->file);
    if (rc == -ENOENT)
        return SOURCE_GONE;
    if (rc < 0) {
        if (rc == -EINVAL)
            report_problem(index->report, "not a regular file", "%s", source->where);
        else
            report_errno(index->report, rc, "%s", source->where);
        return SOURCE_UNREADABLE;
    }
    if (known && source->file.digest == source->known.source.digest)
        return touch(index, source);
    return SOURCE_NEW;
}

void source_file_close(struct source_file *source)
{
    source_record_free(&source->known);
    file_close(&source->file);
    free(source->where);
}

bool source_file_is_first(const struct index *index, const struct source_file *source)
{
    return source->known.value.at == NULL && !store_damaged(index->store);
}

struct source source_file_new(const struct source_file *source, bool incomplete)
{
    struct source new = {.number = source->known.source.number};

    if (!incomplete) {
        new.identity = source->file.identity;
        new.digest = source->file.digest;
    }
    return new;
}

struct source source_file_of_lines(const struct source_file *source, bool bad_lines)
{
    struct source new = source_file_new(source, false);

    new.number = bad_lines ? SOURCE_HAS_BAD_LINES : 0;
    return new;
}

int source_file_applied(struct index *index, const struct source_file *source, bool incomplete)
{
    struct source new = source_file_new(source, incomplete);

    /* Which leases changed is in the leases: the file's new identity alone needs no commit. */
    return source_record_save(index->store, source->name, &new, NULL, 0, source->known.value.at != NULL);
}
