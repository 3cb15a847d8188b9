/*
 * libvirt's `NETWORK.conf`, the configuration that it starts a network's dnsmasq with: from it come the
 * network's name and the lengths of its prefixes, which `virsh net-dhcp-leases` shows. Only root may read it,
 * so the index keeps them.
 *
 * As libvirt 9.0.0 writes it: "interface=BRIDGE", "dhcp-range=FIRST,LAST,NETMASK-or-PREFIX[,TIME]".
 */
#ifndef LVINDEX_INDEXER_CONF_H
#define LVINDEX_INDEXER_CONF_H

#include "index.h"

/* Reads every *.conf file of the directory that changed. -errno only for failures of the index itself. */
int conf_refresh(struct index *index, const char *dir);

#endif
