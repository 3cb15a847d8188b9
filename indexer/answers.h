/*
 * All names with the addresses that they have now: what the modules would answer, name by name.
 */
#ifndef LVINDEX_INDEXER_ANSWERS_H
#define LVINDEX_INDEXER_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index.h"

struct answer_address {
    struct ip ip;
    char network[NETWORK_MAX + 1];
};

/* One name. */
struct answer {
    char *name;     /* as its owner spells it */
    bool guest;     /* a libvirt guest's name, else a host name */
    bool canonical; /* with the suffix that its network's names are answered with */
    struct answer_address *at;
    size_t count; /* at least one */
};

struct answers {
    struct answer *at;
    size_t count;
    uint64_t until; /* when the next of them expires, in seconds since the epoch; 0: none does */
};

/* Collects them by name, case folded: of those that share their first label, with its network's suffix, then
 * with a domain of the client's own, then that label alone, as reverse look-ups tell them. A suffix that
 * names are not answered with is left out. Where a guest and a host name are the same, the guest's comes
 * first, as in the recommended nsswitch.conf. Names of guests that differ in case alone are one, as for who
 * asks in another case. The caller frees, also after a failure. -errno. */
int answers_collect(struct index *index, struct answers *answers);
void answers_free(struct answers *answers);

#define CLEANUP_ANSWERS __attribute__((cleanup(answers_free)))

#endif
