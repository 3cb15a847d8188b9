/*
 * A set of records that is changed as a whole: what the index holds, and over it what this run changes.
 *
 * Nothing reaches the disk before store_commit(); closing without it leaves the index untouched.
 * Thread-safety: a store belongs to one thread.
 */
#ifndef LVINDEX_INDEXER_STORE_H
#define LVINDEX_INDEXER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "published.h"
#include "report.h"
#include "value.h"

struct store;

enum store_mode {
    STORE_READ,  /* the published index as it is now, verified, without the lock; changes stay in memory */
    STORE_WRITE, /* under the writers' lock; the directory is made when it is missing */
    STORE_CHECK, /* the same, and a base is verified as index.tdb always is, which takes time for each byte of
                    it */
};

/* What the report says of a damaged index. */
#define STORE_DAMAGED "damaged; using what still reads"

/* Opens the index of the directory `dir`. Failures are reported. A missing index is an empty store; one found
 * to be damaged also, and store_salvage() gets at what is left of it. -errno; -EPROTONOSUPPORT for an index
 * of another version. The caller closes. */
int store_open(const char *dir, enum store_mode mode, const struct report *report, struct store **store);
/* Lets go of everything, the lock included. NULL is fine. */
void store_close(struct store *store);

/* What was prepared tells of something that cannot be undone: where publishing it fails from now on, it is
 * left to the next writer, see recover.h. */
void store_happened(struct store *store);

/* The index file's path, for reports. Lasts as long as the store. */
const char *store_path(const struct store *store);

/* Is there an index whose content cannot be trusted? */
bool store_damaged(const struct store *store);
/* Something that was read makes no sense: nothing is published before all of it has been verified, see
 * -EUCLEAN at store_prepare(). */
void store_suspect(struct store *store);

/* Was all of it read, and what is damaged found? Else a base still may be. */
bool store_verified(const struct store *store);
/* Hands the damaged index's readable records to `found`; see published_salvage(). */
int store_salvage(struct store *store, int (*found)(void *context, struct bytes key, struct bytes value),
                  void *context);

/* Generation and size of the published index; zeros where there is none. */
const struct meta *store_meta(const struct store *store);

/* The files themselves, to be looked at. */
const struct published *store_published(const struct store *store);

/* Counts generations on from one that was salvaged. */
void store_resume(struct store *store, uint64_t generation);

/* Gets the value of a key: 0, or -ENOENT with an empty value, or -ENOMEM, -EBADMSG. The caller frees it. */
int store_get(struct store *store, const struct key *key, struct value *value);
/* The same in place, until the next change: 0, -ENOENT, or -EBADMSG. It needs no memory. */
int store_find(struct store *store, const struct key *key, struct bytes *value);
/* Is there one? What cannot be got at for damage is there. */
bool store_has(struct store *store, const struct key *key);

/* Sets the value of a key (not empty, at most VALUE_MAX; -EMSGSIZE), or removes it. What changes nothing is
 * no change. -errno. */
int store_put(struct store *store, const struct key *key, struct bytes value);
int store_delete(struct store *store, const struct key *key);
/* Like store_put(), but alone no reason to commit. */
int store_put_soft(struct store *store, const struct key *key, struct bytes value);

/* Calls `each` for every record of one kind, in no order, until it returns other than 0; returns its last
 * result, or -errno. `each` must not change the store. Its arguments last until it returns. */
int store_each(struct store *store, enum key_kind kind,
               int (*each)(void *context, struct bytes key, struct bytes value), void *context);
/* The same for every record there is, the meta record too. */
int store_each_record(struct store *store, int (*each)(void *context, struct bytes key, struct bytes value),
                      void *context);

/* Would a commit write much? Then it is cheap to remove much. */
bool store_rebuilds(const struct store *store);

/* Does all of a commit that may fail for want of room: writes the new files, durably, beside the published
 * ones. 1, 0 when there is nothing to do, -errno, reported. A later change makes it void. -EUCLEAN, not
 * reported: the base turned out to be damaged; the changes are to be made again, on what STORE_CHECK opens.
 */
int store_prepare(struct store *store);

/* Publishes the changes, if there are any worth it: 1 when it did, 0 when there was nothing to do. -errno,
 * reported (but -EUCLEAN), when it failed and the published index is what it was; or when the new one stands,
 * but a power cut may still undo it (the directory could not be synced). -EROFS for a store that was opened
 * to be read.
 */
int store_commit(struct store *store);

#endif
