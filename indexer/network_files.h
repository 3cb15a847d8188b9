/*
 * The files of one kind that libvirt keeps per network: NETWORK.macs, NETWORK.status, …
 */
#ifndef LVINDEX_INDEXER_NETWORK_FILES_H
#define LVINDEX_INDEXER_NETWORK_FILES_H

#include "index.h"
#include "source_file.h"

struct network_file_kind {
    const char *suffix; /* ".macs" */
    const char *prefix; /* of its sources' names: "macs:" */
    bool (*valid)(
        const char *name); /* of what stands before the suffix; what is not is passed over, see `strict` */
    bool strict;           /* and is reported */
    bool forget_first;     /* before anything is applied */
    /* Applies the content of a file that is new or has changed. */
    int (*apply)(struct index *index, const char *network, const struct source_file *source);
    /* Takes back what the file had brought: the network is gone. */
    int (*forget)(struct index *index, const char *network);
};

/* Applies every file of a directory that changed, and forgets every one that is gone from it. A missing
 * directory means unknown: everything is kept. What cannot be read is reported and keeps what the index
 * knows. -errno only for failures of the index itself. */
int network_files_refresh(struct index *index, const char *dir, const struct network_file_kind *kind);

/* The same for one network's file alone. */
int network_file_refresh(struct index *index, const char *dir, const char *network,
                         const struct network_file_kind *kind);

#endif
