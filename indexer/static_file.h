/*
 * The administrator's own static entries, `static` in LVINDEX_CONFIG_DIR, one address a line:
 *
 *      ADDRESS [NAME...] [mac=MAC] [network=NETWORK]
 *
 * with at least a name or a MAC. Several lines of one address and network add their names up. For lines
 * without a network, see static_networks.h.
 */
#ifndef LVINDEX_INDEXER_STATIC_FILE_H
#define LVINDEX_INDEXER_STATIC_FILE_H

#include "entry_list.h"
#include "index.h"

#define STATIC_FILE "static"

/* Reads it from the directory `config_dir` if it changed. A file that is gone takes its entries with it; one
 * that cannot be read, or may not be trusted, is reported and leaves them. -errno only for failures of the
 * index itself. */
int static_file_refresh(struct index *index, const char *config_dir);

/* Adds what the text says to an empty list. A bad line is reported and adds nothing. 0; 1 when there was a
 * bad line; -ENOMEM. */
int static_file_parse(struct bytes text, const char *where, const struct report *report,
                      struct entry_list *list);

#endif
