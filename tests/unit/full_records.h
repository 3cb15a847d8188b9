/*
 * Records with every field filled to its limit.
 */
#ifndef LVINDEX_TESTS_FULL_RECORDS_H
#define LVINDEX_TESTS_FULL_RECORDS_H

#include "schema/lease.h"
#include "schema/machine.h"
#include "schema/network.h"
#include "schema/source.h"
#include "schema/state.h"

/* A valid lease of an address of `ip_len` bytes; host and domain together are DOMAIN_MAX long. */
void full_lease(struct lease *lease, uint8_t ip_len);

/* Packed, on the heap, of exactly their size: a machine with two guests and two leases; a source with three
 * items; state; a network. */
struct bytes full_machine(void);
struct bytes full_source(void);
struct bytes full_state(void);
struct bytes full_network(void);
/* Three claims: IPv6, a presence, IPv4. */
struct bytes full_claims(void);
struct bytes full_meta(void);

#endif
