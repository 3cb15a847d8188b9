/*
 * One entry of libvirt's `<bridge>.status`: a lease as an object.
 *
 * As libvirt 9.0.0 writes it (src/util/virlease.c): "ip-address", "mac-address", "hostname", "client-id"
 * (IPv6: the DUID), "expiry-time" (seconds since the epoch; missing: never), and for IPv6 "iaid" and
 * "server-duid".
 */
#ifndef LVINDEX_INDEXER_STATUS_ENTRY_H
#define LVINDEX_INDEXER_STATUS_ENTRY_H

#include <json-c/json.h>

#include "schema/lease.h"

/* Reads an entry; `server_duid` is left alone where there is none. NULL, or what is wrong with it. */
const char *status_entry_read(struct json_object *entry, struct lease *lease, struct octets *server_duid);

/* The address of an entry; false where there is none. */
bool status_entry_ip(struct json_object *entry, struct ip *ip);

/* Writes one. `name` may be a refused name, as libvirt's own helper writes them, too; NULL for none. NULL
 * without memory, else the caller's. */
struct json_object *status_entry_new(const struct lease *lease, const char *name,
                                     const struct octets *server_duid);

/* Brings an entry that somebody else wrote into the form that libvirtd and libvirt's helper take, who refuse
 * the whole file for one that is not: no expiry-time becomes 0, and an IPv6 entry without server-duid gets
 * `server_duid`, if there is one. Its address is spelled as we write it. 1, 0 for an entry that cannot be
 * kept, -ENOMEM. */
int status_entry_repair(struct json_object *entry, const struct octets *server_duid);

/* Can a .status file hold the lease? libvirtd refuses one with an entry that has no hardware address. */
bool status_entry_possible(const struct lease *lease);

#endif
