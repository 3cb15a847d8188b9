/*
 * The index as its writers see it: leases, guests and the answers derived from them, changed as a whole.
 *
 * Thread-safety: an index belongs to one thread.
 * Opening and publishing report their failures; what changes records in between returns a bare -errno.
 */
#ifndef LVINDEX_INDEXER_INDEX_H
#define LVINDEX_INDEXER_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "report.h"
#include "schema/claim.h"
#include "schema/network.h"
#include "schema/options.h"
#include "schema/state.h"
#include "store.h"

struct index {
    struct store *store;
    struct state state;
    struct lookup_options options;
    uint64_t now;           /* seconds since the epoch, when it was opened */
    struct names unsettled; /* names whose reservation changed, see derive.h */
    const struct report *report;
    bool config_refused; /* it was said of the directory of the administrator's files, see config_file.h */
};

/* Opens the index of `dir` and takes the writers' lock. What a damaged index still holds is taken over, and
 * names are weighed again if this host's own name has changed. The caller closes. -EUCLEAN as index_failed().
 */
int index_open(const char *dir, const struct report *report, struct index **index);

/* Opens it as it is, without a lock, to be looked at only; of a damaged one, what still reads. */
int index_open_read(const char *dir, const struct report *report, struct index **index);

/* Opens the index as `mode` says (STORE_WRITE or STORE_CHECK), has `change` change it, publishes and closes
 * it. Where its base turns out to be damaged when it is written anew, all this happens once more, on what
 * still reads. 1 when anything was published, 0 when nothing changed, or -errno, reported; `change` reports
 * its own. */
int index_change(const char *dir, enum store_mode mode, const struct report *report,
                 int (*change)(struct index *index, void *context), void *context);

/* Does all of a commit that may fail for want of room; see store_prepare(). */
int index_prepare(struct index *index);

/* Publishes what changed: 1 when anything did, 0 when nothing did, -errno. */
int index_commit(struct index *index);

/* NULL is fine. */
void index_close(struct index *index);

/* Reports that the index could not be changed, and passes `rc`, a -errno, on. But where that may be due to a
 * damaged base, -EUCLEAN, and no report: see index_change(). */
int index_failed(const struct index *index, int rc);

/* A stamp for what happens now: milliseconds since the epoch, but always greater than every earlier one of
 * this index, so that order survives a clock that jumps. */
uint64_t index_stamp(struct index *index);

/* The moment at which it was opened, for claim_level(). */
struct claim_time index_time(const struct index *index);

/* Sets what counts for lookups. */
int index_set_options(struct index *index, const struct lookup_options *options);

/* What is known of a network; all zero when nothing is. */
int index_network(struct index *index, const char *name, struct network *network);
/* Sets it, and has the network stand under its suffixes. Those that the administrator gave it are not
 * `network`'s to say: they are what the file says that was read last, see suffixes.h. */
int index_set_network(struct index *index, const char *name, const struct network *network);
/* Brings the networks of an index before version 4, which had no suffixes, into the present form. */
int index_convert_networks(struct index *index);
/* The networks under a suffix, as in schema/suffix.h; -ENOENT when there are none. */
int index_suffix_networks(struct index *index, struct bytes suffix, struct value *networks);
/* What names of the network are answered with, behind a label of that length: "" for nothing. */
int index_suffix(struct index *index, struct bytes network, size_t label_len,
                 char suffix[static DOMAIN_MAX + 1]);
/* Makes the network known, if it is not. */
int index_know_network(struct index *index, const char *name);

/* Notes the DUID of a network's DHCPv6 server; one without octets changes nothing. */
int index_set_server_duid(struct index *index, const char *name, const struct octets *duid);

#endif
