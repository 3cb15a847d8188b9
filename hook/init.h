/*
 * `lvindex-hook init`: what a dnsmasq without a lease file of its own (--leasefile-ro) reads at its start.
 *
 * Leases are printed as dnsmasq's lease file has them, see indexer/lease_file.h. One that lacks one of the
 * five fields is left out. -errno.
 */
#ifndef LVINDEX_HOOK_INIT_H
#define LVINDEX_HOOK_INIT_H

#include <stdio.h>

#include "indexer/index.h"

/* Prints the leases of a network that have not expired: the one heard from last stands last. */
int init_print(struct index *index, const char *network, FILE *to);

/* The same for a network of libvirt's, as libvirt's own helper prints them: in the order of its .status file
 * in the directory `networks`, the expired ones, too, for dnsmasq to delete them. Takes in the file first,
 * and makes an empty one where there is none; what fails is reported. Leases that the file cannot hold stand
 * last. */
int init_print_libvirt(struct index *index, const char *network, const char *networks, FILE *to);

#endif
