/*
 * `lvindex-hook init`: what a dnsmasq without a lease file of its own (--leasefile-ro) reads at its start.
 */
#ifndef LVINDEX_HOOK_INIT_H
#define LVINDEX_HOOK_INIT_H

#include <stdio.h>

#include "indexer/index.h"

/* Prints the leases of a network as dnsmasq's lease file has them (see indexer/lease_file.h): the one heard
 * from last stands last. A network of libvirt's gets its expired leases, too, for dnsmasq to delete them;
 * another one does not. A lease that lacks one of the five fields is left out. -errno. */
int init_print(struct index *index, const char *network, bool libvirt, FILE *to);

#endif
