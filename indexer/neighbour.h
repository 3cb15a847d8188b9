/*
 * Neighbours: addresses that machines were seen to use, as dnsmasq tells them (--script-arp).
 *
 * They are how a guest with a static address is known: its hardware address is a guest's, by its network's
 * .macs. Anybody may send ARP with any address, so that they answer only for the name of the guest that they
 * belong to, and only where nothing better is known.
 */
#ifndef LVINDEX_INDEXER_NEIGHBOUR_H
#define LVINDEX_INDEXER_NEIGHBOUR_H

#include "index.h"
#include "schema/address.h"

/* As dnsmasq tells it: "arp-add MAC IP" and "arp-del MAC IP" (dnsmasq(8), --script-arp). */
struct neighbour {
    char network[NETWORK_MAX + 1];
    struct hwaddr hwaddr;
    struct ip ip;
};

/* A neighbour was seen. One that can be no answer (a link-local IPv6 address, which needs a scope; an address
 * of no single machine; no hardware address) is passed over. Of one machine in one network, the 16 addresses
 * that were seen last are kept; of all machines that are no guest's, STRANGERS_MAX. -errno. */
int neighbour_seen(struct index *index, const struct neighbour *neighbour);

/* It is gone, unless the address is another machine's by now. -errno. */
int neighbour_gone(struct index *index, const struct neighbour *neighbour);

#endif
