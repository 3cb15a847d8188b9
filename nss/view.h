/*
 * What a look-up sees of an index: the records of index.tdb, and behind them those of its base, if it has
 * one.
 *
 * A record of index.tdb stands for the base's record of the same key, and an empty value says that there is
 * none: see index-format.md. Thread-safety: as tdb_table.h.
 */
#ifndef LVINDEX_NSS_VIEW_H
#define LVINDEX_NSS_VIEW_H

#include <stdbool.h>

#include "schema/tdb_table.h"

struct view {
    struct tdb_table overlay; /* index.tdb */
    struct tdb_table base;    /* without bytes: there is none */
    uint32_t grace;           /* as in schema/options.h */
    bool suffixed;            /* a network has a suffix that names are answered with, see schema/suffix.h */
};

static inline bool view_has_base(const struct view *view)
{
    return view->base.file.len > 0;
}

/* To be called as early as may be before view_find(): asks for the memory in which that will begin. `hash` is
 * hash_bytes() of the key. */
static inline void view_expect(const struct view *view, uint32_t hash)
{
    /* Most answers are in the base, and index.tdb is small and at hand. */
    if (view_has_base(view))
        tdb_table_expect(&view->base, hash);
}

/* 0 and the value of `key`, in place and not empty. -ENOENT when there is none, -EBADMSG when a table is
 * damaged where it was searched. `hash` is hash_bytes() of the key. */
int view_find(const struct view *view, struct bytes key, uint32_t hash, struct bytes *value);

/* Takes over what the index says of look-ups, once both tables are there. Where that cannot be read, nothing
 * is set: all else may still be answered. */
void view_read_options(struct view *view);

#endif
