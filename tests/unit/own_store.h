/*
 * A store in the running test's directory, of texts under names.
 */
#ifndef LVINDEX_TESTS_OWN_STORE_H
#define LVINDEX_TESTS_OWN_STORE_H

#include "build_index.h"
#include "indexer/store.h"
#include "reports.h"
#include "schema/paths.h"
#include "test_case.h"

/* What stores opened here report to; emptied at each opening. */
extern struct reports own_reports;

/* store_open() of the own directory: with its result, or one that must succeed without a problem. */
int own_store_try(enum store_mode mode, struct store **store);
struct store *own_store(enum store_mode mode);

/* Sets, or removes (`value` NULL), a record of kind KEY_NETWORK. */
void own_set(struct store *store, const char *name, const char *value);
/* The record must have that value, or not be there (`value` NULL). */
void own_expect(struct store *store, const char *name, const char *value);

/* Commits, closes, and returns what the commit did. */
int own_commit(struct store *store);

/* Opens, sets one record, commits (which must publish) and closes. */
void own_publish(const char *name, const char *value);

/* Inode of a file of the own directory; 0: not there. */
unsigned long own_inode(const char *file);

/* The own directory must hold the index and the lock, and besides only `also` (NULL: nothing), and perhaps
 * the file before. */
void own_expect_files(const char *also);

/* seal_put() of an open file: its result, or -errno. */
int own_seal(int fd, uint64_t generation);

/* Overwrites the index's header and hash table with zeros, in place. */
void own_wipe_tables(void);

#endif
