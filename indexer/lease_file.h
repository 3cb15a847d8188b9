/*
 * dnsmasq's lease file (--dhcp-leasefile), as dnsmasq 2.90 writes it (src/lease.c):
 *
 *     expiry mac ip host|* client-id|*        an IPv4 lease
 *     duid server-duid                        before the IPv6 leases
 *     expiry iaid ip host|* duid|*            an IPv6 lease
 *
 * A line of another word and an address (newer versions have some) is passed over.
 */
#ifndef LVINDEX_INDEXER_LEASE_FILE_H
#define LVINDEX_INDEXER_LEASE_FILE_H

#include "index.h"
#include "schema/lease.h"

/* Waits, for a second at the most, until whoever is writing the file has done so. To be called before the
 * lock is taken. */
void lease_file_wait(const char *path);

/* Takes the leases of a file, when it changed. It owns those that it brought. What cannot be read is
 * reported, and its leases are kept; so are those of a file that is being written, and was not waited for.
 * -errno only for failures of the index itself. */
int lease_file_refresh(struct index *index, const char *network, const char *path);

/* Reads one line, without its newline, and cuts it up. False where it is no lease, or makes no sense. */
bool lease_file_entry(char *line, struct lease *lease);

#endif
