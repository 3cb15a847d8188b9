/*
 * An index in the running test's directory, and the files of its sources beside it.
 */
#ifndef LVINDEX_TESTS_OWN_INDEX_H
#define LVINDEX_TESTS_OWN_INDEX_H

#include "indexer/guests.h"
#include "indexer/index.h"
#include "own_store.h"
#include "schema/lease.h"

/* An expiry that no test lives to see. */
#define LATE      UINT64_C(4102444800)
#define LATE_TEXT "4102444800"

/* Opens it for writing; must succeed without a problem. Reports go to own_reports. */
struct index *own_index(void);
/* Checks that it is whole, commits, which must return `expected`, and closes it. */
void own_index_end(struct index *index, int expected);

/* The test's directory as libvirt's: its files, and definitions that are not there. */
struct libvirt_dirs own_dirs(void);

/* Fails unless the lease reads "MAC HOST EXPIRY OWNER", where HOST is "-" for no name and "(NAME)" for a
 * refused one; or is not there (`text` NULL). */
void own_expect_lease(struct index *index, const char *network, const char *ip, const char *text);
/* Fails unless these are all leases of the network: addresses in their order, a space between. */
void own_expect_leases(struct index *index, const char *network, const char *ips);
/* Fails unless the host name is answered with these addresses, in this order. */
void own_expect_answers(struct index *index, const char *host, const char *ips);

/* Puts a lease in as the hook would: heard from now. `host` may be empty. */
void own_hook_lease(struct index *index, const char *network, const char *ip, const char *mac,
                    const char *host, uint64_t expiry);
/* Takes one out. */
void own_remove_lease(struct index *index, const char *network, const char *ip);

#endif
