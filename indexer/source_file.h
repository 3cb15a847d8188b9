/*
 * One source file: is it to be read, and what does it hold?
 */
#ifndef LVINDEX_INDEXER_SOURCE_FILE_H
#define LVINDEX_INDEXER_SOURCE_FILE_H

#include "file.h"
#include "index.h"
#include "source_record.h"

struct source_file {
    char name[SOURCE_NAME_MAX + 1]; /* of the source, see source_record.h */
    char *where;                    /* the file, for reports */
    struct source_record known;     /* what the index remembers of it, without items */
    struct file file;
};

enum source_state {
    SOURCE_SAME,       /* holds what it held when it was last read, and needs no complaint */
    SOURCE_NEW,        /* has been read: file.text is to be applied */
    SOURCE_GONE,       /* is not there */
    SOURCE_UNREADABLE, /* could not be read; reported */
};

/* Looks at `file_name` in `dirfd` (known as `dir`; NULL when `file_name` is a path), for the source
 * `prefix` + `place`. Returns an enum source_state, or -errno for a failure of the index itself. Close it in
 * any case. */
int source_file_open(struct index *index, int dirfd, const char *dir, const char *file_name, int flags,
                     const char *prefix, const char *place, struct source_file *source);
void source_file_close(struct source_file *source);

#define CLEANUP_SOURCE_FILE __attribute__((cleanup(source_file_close)))

/* Is this the first time that the index hears of it? Not after damage, when it may have forgotten. */
bool source_file_is_first(const struct index *index, const struct source_file *source);

/* What to remember once the content is applied. Where it is `incomplete` (something in it made no sense),
 * nothing that would keep the file from being read, and complained of, the next time. */
struct source source_file_new(const struct source_file *source, bool incomplete);

/* The same for a file of lines, which means the same as long as its text is: it is read, and its bad lines
 * are complained of, only when it changes, or for a report that is thorough. */
struct source source_file_of_lines(const struct source_file *source, bool bad_lines);

/* Remembers a source of leases. -errno. */
int source_file_applied(struct index *index, const struct source_file *source, bool incomplete);

#endif
