/*
 * The index of a test's directory, opened as it is, damaged or not; and leases to put there.
 */
#ifndef LVINDEX_TESTS_SALVAGED_INDEX_H
#define LVINDEX_TESTS_SALVAGED_INDEX_H

#include "indexer/index.h"
#include "schema/lease.h"

/* A lease in network "net" that never expires; its hardware address ends in the last octet of an IPv4
 * address. */
struct lease lease_at(const char *ip, const char *host);

/* Opens the index for writing, which must succeed; reports are collected from then on. */
struct index *open_index(void);

#endif
