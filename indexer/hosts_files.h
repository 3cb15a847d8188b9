/*
 * libvirt's own static entries, which its networks' dnsmasq reads, too: NETWORK.hostsfile, addresses that are
 * kept for machines (<host> of <dhcp>), and NETWORK.addnhosts, hosts that only its DNS knows (<host> of
 * <dns>).
 *
 * As libvirt 9.0.0 writes them, a line each: "MAC,ADDRESS[,NAME]", "NAME,ADDRESS", and for IPv6
 * "[id:DUID,][NAME,][ADDRESS]", with the address in brackets; behind each maybe a lease's length. And
 * "ADDRESS NAME...", with tabs between. Files are named after networks, which are known here by their
 * bridges: see conf.h, which has to be up to date.
 */
#ifndef LVINDEX_INDEXER_HOSTS_FILES_H
#define LVINDEX_INDEXER_HOSTS_FILES_H

#include "entry_list.h"
#include "index.h"

/* Reads every file of both kinds that changed; the entries of one that is gone go with it. A missing
 * directory means unknown: everything is kept. -errno only for failures of the index itself. */
int hosts_files_refresh(struct index *index, const char *dir);

/* The same for the network on one bridge alone. */
int hosts_files_refresh_bridge(struct index *index, const char *dir, const char *bridge);

/* Add what a text says to an empty list (of KIND_RESERVED, of KIND_HOST), as entries of the network `bridge`.
 * Names and addresses that may be no answers are passed over: they are for
 * libvirt's DNS alone. What makes no sense is reported. 0; 1 when there was such a
 * line; -ENOMEM. */
int hosts_files_parse_reserved(struct bytes text, const char *where, const char *bridge,
                               const struct report *report, struct entry_list *list);
int hosts_files_parse_hosts(struct bytes text, const char *where, const char *bridge,
                            const struct report *report, struct entry_list *list);

#endif
