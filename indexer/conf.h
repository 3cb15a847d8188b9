/*
 * libvirt's `NETWORK.conf`, the configuration that it starts a network's dnsmasq with: from it come the
 * network's name and the lengths of its prefixes, which `virsh net-dhcp-leases` shows, and its domain. Only
 * root may read it, so the index keeps them.
 *
 * As libvirt 9.0.0 writes it: "interface=BRIDGE", "dhcp-range=FIRST,LAST,NETMASK-or-PREFIX[,TIME]",
 * "domain=NAME".
 */
#ifndef LVINDEX_INDEXER_CONF_H
#define LVINDEX_INDEXER_CONF_H

#include "index.h"

/* Reads every *.conf file of the directory that changed. -errno only for failures of the index itself. */
int conf_refresh(struct index *index, const char *dir);

/* The bridge of the network of that name, as its file said: -ENOENT when none did. */
int conf_bridge(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1]);

/* May libvirt's files of a network be called so? Files are named after networks, which may be called nearly
 * anything; a name that does not fit into the index is not taken. */
bool conf_name_valid(const char *name);

#endif
