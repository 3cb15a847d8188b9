/*
 * An index that a killed writer left ready to be published: did what it tells of happen?
 *
 * An event of a libvirt network changes `.status` first, and that is the truth. The index made ready for it
 * must not be published unless `.status` was changed, too: it may have forgotten a refused name that the file
 * still shows.
 */
#ifndef LVINDEX_INDEXER_CONFIRM_H
#define LVINDEX_INDEXER_CONFIRM_H

#include "published.h"

/* True when each `.status` of which `next` tells otherwise than `now` is what `next` says. What cannot be
 * read is taken for it. `next` may lack the base when it is that of `now`. */
bool confirm_statuses(const struct published *next, struct published *now);

#endif
