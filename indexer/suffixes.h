/*
 * Suffixes that the administrator gave networks: the file `networks` below LVINDEX_CONFIG_DIR.
 *
 * A line is a network and its suffixes, the preferred one first:
 *
 *     virbr0  lab.example lab     # by its own name (the bridge's, or LVINDEX_NETWORK)
 *     default lab.example lab     # or by libvirt's
 *     .       home.example        # the unnamed one
 *
 * The source's items are its pairs: "virbr0 lab.example", "virbr0 lab", ….
 */
#ifndef LVINDEX_INDEXER_SUFFIXES_H
#define LVINDEX_INDEXER_SUFFIXES_H

#include "index.h"

#define SUFFIXES_FILE "networks"

/* Reads the file if it changed, and has the networks that it names or named stand under their suffixes. A
 * file that is gone says nothing; one that cannot be read, or is not to be trusted, is reported and leaves
 * what is known. What makes no sense in it is reported and left out. -errno only for failures of the index
 * itself. */
int suffixes_refresh(struct index *index, const char *config_dir);

/* Sets the suffixes of `network`, which is called `name`, to those that the file gave it when it was read. */
int suffixes_given(struct index *index, const char *name, struct network *network);

#endif
