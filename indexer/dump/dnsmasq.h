/*
 * The dnsmasq that run on this host, as their command lines and files tell.
 */
#ifndef LVINDEX_INDEXER_DUMP_DNSMASQ_H
#define LVINDEX_INDEXER_DUMP_DNSMASQ_H

#include <stdbool.h>

#include "process.h"
#include "schema/limits.h"

/* What we want to know of one; texts on the heap, NULL where nothing is said. Only root and the dnsmasq's own
 * user may read its environment. */
struct dnsmasq {
    const struct process *process;
    bool dhcp;   /* gives out leases */
    bool partly; /* its configuration is too large to be read: it may do more than is known */
    bool leasefile_ro;
    bool script_on_renewal;
    char *script;      /* --dhcp-script */
    char *script_user; /* --dhcp-scriptuser */
    char *lease_file;  /* --dhcp-leasefile */
    char *changed;     /* a file of its configuration that is newer than it */
    /* VIR_BRIDGE_NAME or LVINDEX_NETWORK of its environment, as the hook gets them */
    char network[NETWORK_MAX + 1];
    bool libvirt;    /* VIR_BRIDGE_NAME is set */
    bool known;      /* its environment could be read, and was not empty */
    char *state_dir; /* LVINDEX_DIR of its environment */
};

/* Calls `each` for every one whose command line can be read, until it returns other than 0; returns its last
 * result, or -errno. */
int dnsmasq_each(int (*each)(void *context, const struct dnsmasq *dnsmasq), void *context);

/* A path as that dnsmasq sees it. The caller frees; NULL without memory. */
char *dnsmasq_path(const struct dnsmasq *dnsmasq, const char *path);

/* Where it keeps its leases. */
const char *dnsmasq_lease_file(const struct dnsmasq *dnsmasq);

#endif
