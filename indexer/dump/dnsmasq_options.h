/*
 * The options of a dnsmasq: its command line as getopt_long() reads it, and its files as dnsmasq does.
 */
#ifndef LVINDEX_INDEXER_DUMP_DNSMASQ_OPTIONS_H
#define LVINDEX_INDEXER_DUMP_DNSMASQ_OPTIONS_H

#include "dnsmasq.h"

/* Fills in what options tell. What cannot be read says nothing. -errno. */
int dnsmasq_read_options(struct dnsmasq *dnsmasq);

/* Does the value of a dhcp-range name addresses to be given out? Not where it only announces a prefix, or
 * answers beside another server. */
bool dnsmasq_range_leases(const char *range);

/* Sets a text to a copy. -ENOMEM. */
int dnsmasq_keep(char **place, const char *value);

#endif
