/*
 * What the file `networks` says, as pairs of a network and a suffix: see suffixes.h.
 */
#ifndef LVINDEX_INDEXER_SUFFIX_LINES_H
#define LVINDEX_INDEXER_SUFFIX_LINES_H

#include "index.h"
#include "text_list.h"

/* How the file calls the network without a name. */
#define SUFFIX_UNNAMED "."

#define SUFFIXES_TOO_MANY "more suffixes than a network may have, left out"

/* Adds the text's pairs, "NETWORK SUFFIX" each. What makes no sense is reported and left out, and so is a
 * suffix for which its network, by whichever of the names that `index` knows it, has no room. 0; 1 when
 * anything was left out; -errno. */
int suffix_lines_parse(struct index *index, struct bytes text, const char *where, struct text_list *pairs);

#endif
