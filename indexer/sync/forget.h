/*
 * lvindex-sync --forget: takes away leases of machines that are gone.
 */
#ifndef LVINDEX_INDEXER_SYNC_FORGET_H
#define LVINDEX_INDEXER_SYNC_FORGET_H

#include <stddef.h>

#include "indexer/report.h"

/* Whose leases are to go. */
struct forget_request {
    const char *network; /* in this one alone; NULL: in all */
    const char *what;    /* an address, a hardware address, a host name with or without its domain, a guest */
};

/* Removes the leases that any of the requests names, in one commit, and reports a change for each. One that a
 * source lists would come back: it stays, and so does a lease where that cannot be found out. Both are
 * reported as problems, as is a request that no lease fits. 1 when anything was removed, 0 when nothing was,
 * or -errno, reported. `libvirt_dir` is libvirt's directory of networks. */
int forget(const char *state_dir, const char *libvirt_dir, const struct forget_request *requests,
           size_t count, const struct report *report);

#endif
