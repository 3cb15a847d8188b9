/*
 * libvirt's `<bridge>.status` as a source: the leases of a network.
 */
#ifndef LVINDEX_INDEXER_STATUS_H
#define LVINDEX_INDEXER_STATUS_H

#include <json-c/json.h>

#include "guests.h"
#include "source_file.h"

#define STATUS_SUFFIX ".status"

/* Reads every *.status file that changed. A missing directory means unknown: everything is kept. A file
 * missing from an existing one means that the network is gone, and so are the leases that came from its file.
 * What does not parse is reported, and its network keeps its leases. -errno only for failures of the index
 * itself. */
int status_refresh(struct index *index, const struct libvirt_dirs *dirs);

/* Takes in one network's entries, of a file that is new or was changed by somebody else. `array` NULL: there
 * are none. */
int status_apply(struct index *index, const char *network, const struct source_file *source,
                 struct json_object *array);

/* Takes back what a network's file had brought: it is gone. */
int status_forget(struct index *index, const char *network);

#endif
