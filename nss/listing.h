/*
 * All addresses that an index has names for, one after the other.
 *
 * They come in the order in which their records lie in index.tdb, then in its base. Each is looked up as any
 * other address is, so a listing tells what lookup_address() tells, and every address once: where index.tdb
 * has a newer record, or says that there is none, the base's is passed over.
 *
 * Whatever the bytes hold, a listing ends: it reads each file once, from its beginning to its end.
 * Thread-safety: no state; a listing belongs to its caller.
 */
#ifndef LVINDEX_NSS_LISTING_H
#define LVINDEX_NSS_LISTING_H

#include "nss/lookup.h"

/* How far it came. All zeros is the beginning. */
struct listing {
    bool in_base;
    uint64_t offset; /* see tdb_table_next() */
};

/* The next address that has a name of `kind`; `question` is filled in, and must outlive the answer. -ENOENT
 * at the end. -EBADMSG where the rest cannot be read: then, and at the end, the listing stays there. An
 * address that cannot be looked up because the index is damaged around it is left out. */
int listing_next(const struct view *view, enum lookup_kind kind, struct listing *listing,
                 struct question *question, struct address_answer *answer);

#endif
