/*
 * One pass over all sources of lvindex-sync, then one commit.
 */
#ifndef LVINDEX_INDEXER_SYNC_PASS_H
#define LVINDEX_INDEXER_SYNC_PASS_H

#include "guests.h"
#include "report.h"
#include "store.h"

/* A lease file of dnsmasq's, and the network that it is for. */
struct lease_source {
    const char *network;
    const char *path;
};

struct sync_sources {
    struct libvirt_dirs libvirt;
    const char *config; /* the directory of the administrator's own files */
    struct lease_source *leases;
    size_t lease_count;
};

/* Waits until the lease files that are being written are so, for a second each at the most. To be called
 * without the lock: such a file may be anybody's, who could hold up events by it. */
void sync_wait(const struct sync_sources *sources);

/* Brings an open index in line with the sources. What could not be read is reported. -errno only for failures
 * of the index itself. */
int sync_read(struct index *index, const struct sync_sources *sources);

/* Brings the index of `state_dir`, opened as `mode` says (STORE_WRITE, STORE_CHECK), in line with the
 * sources: 1 when anything changed, 0 when nothing did, or -errno. What could not be read, and every failure,
 * is reported. */
int sync_pass(const char *state_dir, enum store_mode mode, const struct sync_sources *sources,
              const struct report *report);

#endif
