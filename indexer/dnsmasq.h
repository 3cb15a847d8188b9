/*
 * The dnsmasq that run on this host, as their command lines and files tell.
 */
#ifndef LVINDEX_INDEXER_DNSMASQ_H
#define LVINDEX_INDEXER_DNSMASQ_H

#include <stdbool.h>
#include <sys/types.h>

#include "schema/limits.h"

/* What we want to know of one; texts on the heap, NULL where nothing is said. Only root and the dnsmasq's own
 * user may read its environment. */
struct dnsmasq {
    pid_t pid;
    bool dhcp; /* gives out addresses */
    bool leasefile_ro;
    bool script_on_renewal;
    char *script;     /* --dhcp-script */
    char *lease_file; /* --dhcp-leasefile */
    char network[NETWORK_MAX +
                 1]; /* VIR_BRIDGE_NAME or LVINDEX_NETWORK of its environment, as the hook gets them */
    bool libvirt;    /* VIR_BRIDGE_NAME is set */
    bool known;      /* its environment could be read, and was not empty */
    char *state_dir; /* LVINDEX_DIR of its environment */
};

/* Calls `each` for every one whose command line can be read, until it returns other than 0; returns its last
 * result, or -errno. */
int dnsmasq_each(int (*each)(void *context, const struct dnsmasq *dnsmasq), void *context);

#endif
