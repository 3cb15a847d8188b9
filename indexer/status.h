/*
 * libvirt's `<bridge>.status`: the leases of a network.
 *
 * As libvirt 9.0.0 writes it (src/network/leaseshelper.c): an array of objects with "ip-address",
 * "mac-address", "hostname", "client-id" (IPv6: the DUID), "expiry-time" (seconds since the epoch, missing:
 * never), and for IPv6 "iaid" and "server-duid".
 */
#ifndef LVINDEX_INDEXER_STATUS_H
#define LVINDEX_INDEXER_STATUS_H

#include "guests.h"

/* Reads every *.status file that changed. A missing directory means unknown: everything is kept. A file
 * missing from an existing one means that the network is gone, and so are the leases that came from its file.
 * What does not parse is reported, and its network keeps its leases. -errno only for failures of the index
 * itself. */
int status_refresh(struct index *index, const struct libvirt_dirs *dirs);

#endif
