/*
 * One pass over a file of leases: what it lists comes in, what it brought and lists no more goes.
 *
 * A lease belongs to the feeder that brought it. A pass never removes or ages a lease of another feeder;
 * where both have one, the later expiry wins.
 */
#ifndef LVINDEX_INDEXER_PASS_H
#define LVINDEX_INDEXER_PASS_H

#include "index.h"
#include "ip_list.h"
#include "schema/lease.h"

struct pass {
    struct index *index;
    const char *network;
    const char *where; /* the file, for reports */
    uint16_t owner;
    /* Entries that were heard from move to the end (.status). A dnsmasq lease file's order turns round with
     * every restart, and means nothing. */
    bool ordered;
    bool heard;         /* what is new or has another expiry was heard from just now */
    bool first;         /* the source was never read before: nothing that it brought can be gone */
    bool incomplete;    /* an entry could not be read, and may have been any: nothing is removed */
    size_t bad;         /* entries that could not be read */
    size_t crowded;     /* leases of a name, or of a machine, that has too many already */
    uint64_t last;      /* `seen` of the entry before, when ordered */
    struct ip_list ips; /* of all entries */
};

/* Takes one entry: a lease with what the file says and its name set by lease_set_name(). Its network is set
 * here. An invalid one is reported and left out. -errno. */
int pass_lease(struct pass *pass, struct lease *lease);

/* Reports an entry that could not be read; of very many, only the first. */
void pass_bad_entry(struct pass *pass, size_t number, const char *why);

/* Removes what the file does not list any more, unless an entry could not be read. */
int pass_finish(struct pass *pass);

/* After that: is everything in the index that the file has to say? If not, it is to be read again. */
static inline bool pass_whole(const struct pass *pass)
{
    return !pass->incomplete && pass->crowded == 0;
}

void pass_free(struct pass *pass);

#define CLEANUP_PASS __attribute__((cleanup(pass_free)))

#endif
