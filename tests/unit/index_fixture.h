/*
 * An index in a directory of its own, for tests of what changes it.
 */
#ifndef LVINDEX_TESTS_INDEX_FIXTURE_H
#define LVINDEX_TESTS_INDEX_FIXTURE_H

#include "indexer/event.h"
#include "indexer/guests.h"
#include "indexer/index.h"

/* Checked fixture, in the test's directory: an empty state directory, and empty directories of networks and
 * definitions. */
void fixture_setup(void);

const char *fixture_state_dir(void);
struct libvirt_dirs fixture_dirs(void);

/* How many problems were reported since the last call, and the text of the last one. */
size_t fixture_problems(void);
const char *fixture_last_problem(void);

/* Opens the index for writing, or for reading only; must succeed. */
struct index *fixture_open(void);
struct index *fixture_open_read(void);
/* Checks that the index is whole, publishes it, and closes it; `expected` is what index_commit() must return.
 */
void fixture_commit(struct index *index, int expected);

/* Writes a file into the directory of networks, or of qemu's definitions; NULL removes it. */
void fixture_network_file(const char *name, const char *text);
void fixture_definition(const char *name, const char *text);

/* A lease in network `network`: never expires, heard from at `heard`. */
struct lease lease_of(const char *network, const char *ip, const char *mac, const char *host, uint64_t heard);

/* The answers under a key at `now`, as "IP IP …" in their order, for host and guest names; labels for
 * addresses. Withheld and expired claims are left out, those of last resort stand in brackets. Lives until
 * the next call. */
const char *answers(struct index *index, enum key_kind kind, const char *name, uint64_t now);

#endif
