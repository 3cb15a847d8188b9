/*
 * Suffixes of names, as an index has them; see schema/suffix.h. Thread-safety: no state.
 */
#ifndef LVINDEX_NSS_SUFFIX_H
#define LVINDEX_NSS_SUFFIX_H

#include "nss/view.h"
#include "schema/suffix.h"

/* The networks under a suffix, which is folded and need not be valid: a list for suffix_lists(), in place and
 * not empty. -ENOENT: there are none. -EBADMSG: the index is damaged. */
int suffix_networks(const struct view *view, struct bytes suffix, struct bytes *networks);

/* What names of the network are answered with, behind a label of that length. Empty: nothing; so it is, too,
 * where the name would be too long, or the suffix is no domain. */
struct bytes suffix_of(const struct view *view, struct bytes network, size_t label_len);

#endif
