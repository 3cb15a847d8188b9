/*
 * The published index file, opened for reading by a tool or as the base of the next one.
 *
 * Thread-safety: a base belongs to one thread; one process opens one index at a time (libtdb refuses more).
 */
#ifndef LVINDEX_INDEXER_BASE_H
#define LVINDEX_INDEXER_BASE_H

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

struct base {
    int fd;                  /* the file itself; -1: there is none */
    struct tdb_context *tdb; /* NULL: there is none, or it is damaged */
    struct meta meta;        /* of a whole file; `version` also of one of another version */
    uint32_t hash_size;
    off_t size;
};

/* What base_open() starts from and base_close() leaves. */
#define BASE_NONE ((struct base){.fd = -1})

/* Opens `dir`/index.tdb.
 *   0                 whole, or not there at all (fd -1, tdb NULL)
 *   -EBADMSG          damaged: `fd` is open, `tdb` NULL
 *   -EPROTONOSUPPORT  of another version: meta.version says which; nothing is open
 *   other -errno      could not be read; nothing is open
 */
int base_open(const char *dir, struct base *base);
void base_close(struct base *base);

#endif
