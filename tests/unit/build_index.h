/*
 * Small indexes for tests, written by libtdb and the packers of schema/.
 *
 * Failures are Check's: the functions return only when all went well.
 */
#ifndef LVINDEX_TESTS_BUILD_INDEX_H
#define LVINDEX_TESTS_BUILD_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h> /* tdb.h needs it */
#include <tdb.h>

#include "schema/claim.h"
#include "schema/key.h"
#include "schema/meta.h"

/* A fresh directory under $TMPDIR or /tmp. For an unchecked fixture: its tests are forked, and find it there.
 */
const char *test_directory(void);
/* Removes that directory and all in it. */
void test_directory_remove(void);
/* Path of a file in it; valid until the next call but three. */
const char *test_path(const char *file);

/* Creates `path` (0644), which must not exist, with a meta record of `version`. Ended by build_close(). */
struct tdb_context *build_open(const char *path, int hash_size, uint32_t version);
/* The same with any meta record: for an index with a base, and for the base. */
struct tdb_context *build_open_as(const char *path, int hash_size, const struct meta *meta);
void build_put(struct tdb_context *db, struct bytes key, struct bytes value);
/* One record of claims, in their order. */
void build_claims(struct tdb_context *db, struct key key, const struct claim *claims, size_t count);
/* The file is then as a published one: its sequence number is its generation's. */
void build_close(struct tdb_context *db);
/* Does to a published file what a writer does just before it replaces it. */
void build_announce(const char *path);

/* Keys by their text. */
struct key host_key(const char *name);
struct key guest_key(const char *name);
struct key address_key(const char *ip);

/* A claim of a name on an address, in network "default", that never expires. `ip` NULL: a presence. */
struct claim claim_of(uint8_t flags, const char *label, const char *ip);

/* The whole file in fresh memory, which the caller frees. */
struct bytes read_file(const char *path);
/* Creates the file, or replaces all that is in it. */
void write_file(const char *path, struct bytes content);

/* Mappings of this process whose line in /proc/self/maps holds `text`. */
unsigned int mappings_of(const char *text);

#endif
