/*
 * From the static entries that a file had to those it has now. What they were is remembered as the items of
 * its source: their keys.
 */
#ifndef LVINDEX_INDEXER_ENTRY_SOURCE_H
#define LVINDEX_INDEXER_ENTRY_SOURCE_H

#include "entry_list.h"
#include "index.h"
#include "schema/source.h"

/* Puts what is listed in, takes out what the source `name` listed before and lists no more, and remembers
 * `source`. Reports each change. -errno. */
int entry_source_apply(struct index *index, const char *name, const struct source *source,
                       const struct lease_list *entries);

/* Takes out all that it listed, and forgets it. A source that is not known is none. -errno. */
int entry_source_forget(struct index *index, const char *name);

#endif
