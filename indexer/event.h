/*
 * One lease event, as dnsmasq tells it to its --dhcp-script, and what it does to the lease set.
 *
 * Facts about events: dnsmasq(8), --dhcp-script, and what dnsmasq 2.90 was seen to send.
 */
#ifndef LVINDEX_INDEXER_EVENT_H
#define LVINDEX_INDEXER_EVENT_H

#include "index.h"
#include "schema/lease.h"

enum event_action {
    EVENT_ADD,
    EVENT_OLD,
    EVENT_DEL,
};

struct event {
    enum event_action action;
    bool libvirt;      /* VIR_BRIDGE_NAME names the network */
    bool data_missing; /* DNSMASQ_DATA_MISSING: dnsmasq knows only what its lease file holds */
    bool has_expiry;
    /* network, ip, hwaddr, client_id, iaid, expiry, interface as far as told; no names */
    struct lease lease;
    char name[RAW_NAME_MAX + 1];     /* argv's HOSTNAME: the only one that may become an answer */
    char domain[RAW_NAME_MAX + 1];   /* DNSMASQ_DOMAIN */
    char supplied[RAW_NAME_MAX + 1]; /* DNSMASQ_SUPPLIED_HOSTNAME: raw bytes from the packet */
    char old_name[RAW_NAME_MAX + 1]; /* DNSMASQ_OLD_HOSTNAME: taken away by this event */
    const char *mirrored;            /* what libvirt's file shows as the name; NULL: nothing */
    struct octets server_duid;       /* DNSMASQ_SERVER_DUID */
};

/* Brings the lease set in line with what the event says, and for a network of libvirt's its `<bridge>.status`
 * in the directory `networks` first. 0 or -errno, reported. */
int event_apply(struct index *index, const struct event *event, const char *networks);

/* Gives the lease a name that its owner was granted: a host name, or a refused name with the reason. An empty
 * name is none. `domain` counts only with a name that is not refused, and only when it is valid. */
void lease_set_name(struct lease *lease, const char *name, const char *domain);

#endif
