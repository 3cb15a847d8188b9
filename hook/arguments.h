/*
 * The border: what dnsmasq hands to its --dhcp-script, checked and turned into an event.
 *
 * Every byte of it may have been chosen by a DHCP client or by whoever runs us.
 */
#ifndef LVINDEX_HOOK_ARGUMENTS_H
#define LVINDEX_HOOK_ARGUMENTS_H

#include "indexer/event.h"
#include "indexer/neighbour.h"

/* The network that the environment names: VIR_BRIDGE_NAME, else LVINDEX_NETWORK, else the unnamed one ("").
 * `libvirt` tells whether it was the first. NULL for an invalid name, which is reported. */
const char *arguments_network(const struct report *report, bool *libvirt);

/* Reads `argv` = { MAC-or-DUID, IP[, HOSTNAME] } and the DNSMASQ_ variables into `event`. What is malformed
 * or too long is reported: -EINVAL. A name that may not be an answer is no error. */
int arguments_read(enum event_action action, char **argv, const struct report *report, struct event *event);

/* Reads `argv` = { MAC, IP } and the environment's network into `neighbour`. -EINVAL, reported. */
int arguments_neighbour(char **argv, const struct report *report, struct neighbour *neighbour);

#endif
