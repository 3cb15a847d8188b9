/*
 * Questions to small indexes, with answers as texts. One index a test: put records, then ask.
 */
#ifndef LVINDEX_TESTS_ASK_INDEX_H
#define LVINDEX_TESTS_ASK_INDEX_H

#include "build_index.h"
#include "nss/lookup.h"

/* Checked fixture: an empty index in the test's directory, and its end. */
void index_begin(void);
void index_end(void);

/* Puts one record; `...` are its claims. */
#define PUT(key, ...)                                                                                        \
    index_put_claims(key, (const struct claim[]){__VA_ARGS__},                                               \
                     sizeof((const struct claim[]){__VA_ARGS__}) / sizeof(struct claim))
void index_put_claims(struct key key, const struct claim *claims, size_t count);
void index_put(struct key key, struct bytes value);
/* Takes a record out again: libtdb leaves its room as a free record. */
void index_remove(struct key key);

/* Makes a base of what was put so far. What is put from now on stands in index.tdb. */
void index_split(void);

/* Asks another index, which somebody made in that directory, as it is now. */
void index_use(const char *directory);

/* The index as nss/ sees it. What is put later is seen by a later call. */
const struct view *index_view(void);

/* "canonical: address address", or "ENOENT", "ENODATA", "EBADMSG". */
const char *ask_name(enum lookup_kind kind, const char *name, int family);
/* All names of an address, the canonical one first, or an error's name. */
const char *ask_address(enum lookup_kind kind, const char *address);

#define HOST(name, family)       ask_name(LOOKUP_HOSTS, name, family)
#define GUEST(name, family)      ask_name(LOOKUP_GUESTS, name, family)
#define HOSTS_OF(address)        ask_address(LOOKUP_HOSTS, address)
#define GUESTS_OF(address)       ask_address(LOOKUP_GUESTS, address)
#define ASSERT_IS(found, wanted) ck_assert_str_eq(found, wanted)

/* Variants of a claim. */
struct claim expiring(struct claim claim, int seconds_from_now);
struct claim with_domain(struct claim claim, const char *domain);
struct claim in_network(struct claim claim, const char *network);

#endif
