/*
 * One of the files that make the published index: index.tdb, or the base that it names.
 *
 * Thread-safety: a file belongs to one thread; one process opens one file once at a time (libtdb refuses
 * more).
 */
#ifndef LVINDEX_INDEXER_INDEX_FILE_H
#define LVINDEX_INDEXER_INDEX_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <tdb.h>

#include "schema/meta.h"
#include "schema/wire.h"

/* Bytes as libtdb takes them; it does not write to them. */
static inline TDB_DATA tdb_data(struct bytes bytes)
{
    return (TDB_DATA){(unsigned char *)(uintptr_t)bytes.at, bytes.len};
}

struct index_file {
    int fd;                  /* the file itself; -1: there is none */
    struct tdb_context *tdb; /* NULL: there is none, or it is damaged */
    struct meta meta;        /* of a whole file; `version` also of one of another version */
    uint32_t hash_size;
    off_t size;
};

/* What index_file_open() starts from and index_file_close() leaves. */
#define INDEX_FILE_NONE ((struct index_file){.fd = -1})

/* Opens the file `name` of `dir`. Its seal is checked where `verify` says so, which reads all of it; else it
 * may turn out to be damaged later.
 *   0                 whole, or not there at all (fd -1, tdb NULL)
 *   -EBADMSG          damaged: `fd` is open, `tdb` NULL
 *   -EPROTONOSUPPORT  of another version: meta.version says which; nothing is open
 *   other -errno      could not be read; nothing is open
 */
int index_file_open(const char *dir, const char *name, bool verify, struct index_file *file);
void index_file_close(struct index_file *file);

/* What it holds is not to be relied on: only its descriptor stays open. */
void index_file_distrust(struct index_file *file);

/* Maps all of the file; the caller ends it with index_file_unmap(). -errno. */
int index_file_map(const struct index_file *file, struct bytes *content);
void index_file_unmap(struct bytes content);

/* Calls `each` for every record, in the order in which they lie, until it returns other than 0; returns its
 * last result. -EBADMSG when not all records can be reached, -errno. Its arguments last until it returns. */
int index_file_each(const struct index_file *file,
                    int (*each)(void *context, struct bytes key, struct bytes value), void *context);

#endif
