/*
 * One of the files that make the published index: index.tdb, or the base that it names. It is mapped while it
 * is open, and read in place.
 *
 * Thread-safety: a file belongs to one thread.
 */
#ifndef LVINDEX_INDEXER_INDEX_FILE_H
#define LVINDEX_INDEXER_INDEX_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/meta.h"
#include "schema/tdb_table.h"
#include "schema/wire.h"

struct index_file {
    int fd;                 /* the file itself; -1: there is none */
    bool whole;             /* there is one, and what is read of it may be relied on, as far as is known */
    struct bytes content;   /* all of it, damaged or not; empty where there is none */
    struct tdb_table table; /* of a whole file */
    struct meta meta;       /* of a whole file; `version` also of one of another version */
};

/* What index_file_open() starts from and index_file_close() leaves. */
#define INDEX_FILE_NONE ((struct index_file){.fd = -1})

/* Opens the file `name` of the directory: of the one that was found to be trusted, whatever its path leads to
 * by now. Its seal is checked where `verify` says so, which reads all of it; else it may turn out to be
 * damaged later.
 *
 *   0                 whole, or not there at all (fd -1)
 *   -EBADMSG          damaged: it is open, and not whole
 *   -EPROTONOSUPPORT  of another version: meta.version says which; nothing is open
 *   other -errno      could not be read; nothing is open
 */
int index_file_open(int dirfd, const char *name, bool verify, struct index_file *file);
void index_file_close(struct index_file *file);

/* 0 and the value of `key`, in place, until the file is closed; it may be empty. -ENOENT when there is none,
 * also where there is no whole file; -EBADMSG where the file turns out to be damaged. */
int index_file_find(const struct index_file *file, struct bytes key, struct bytes *value);

/* Calls `each` for every record of a whole file, in the order in which they lie, until it returns other than
 * 0; returns its last result. -EBADMSG when not all records can be reached. Its arguments last until the file
 * is closed. */
int index_file_each(const struct index_file *file,
                    int (*each)(void *context, struct bytes key, struct bytes value), void *context);

#endif
