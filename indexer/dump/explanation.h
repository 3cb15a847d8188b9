/*
 * Why a name or an address is answered as it is: what stands in the index for it, who asked for it in vain,
 * and what each module answers. Texts are as they came from outside, unless said otherwise: escape what is
 * printed.
 */
#ifndef LVINDEX_INDEXER_DUMP_EXPLANATION_H
#define LVINDEX_INDEXER_DUMP_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask_module.h"
#include "indexer/index.h"
#include "indexer/lease_list.h"
#include "schema/address.h"
#include "schema/key.h"

/* What comes of a candidate. */
enum verdict {
    VERDICT_ANSWERS,
    VERDICT_LAST_RESORT, /* kept back: answers where no better candidate of its family does */
    VERDICT_EXPIRED,
    VERDICT_REFUSED,
    VERDICT_PRESENCE, /* says that a guest is there, and has no address */
    VERDICT_STOPPED,  /* the same, and it runs in no network of libvirt's */
};

/* One claim of a record, and where it came from. */
struct candidate {
    enum verdict verdict;
    const char *reason; /* the verdict in words; lasts for ever */
    char *name;         /* as its owner spells it, with its domain */
    char *network;
    char *feeder; /* who brought the lease; "" for a presence */
    struct ip ip; /* no address in a presence */
    bool running; /* a guest that runs has the hardware address */
    uint64_t
        heard; /* when its client was last heard from, in seconds since the epoch; 0: it is from a file */
    uint64_t expiry; /* seconds since the epoch; 0: never */
};

/* A record that is looked at for the subject. */
struct explained_record {
    enum key_kind kind; /* KEY_GUEST, KEY_HOST or KEY_ADDRESS */
    char *key;          /* escaped; NULL: no name is so short, or so long */
    char *suffix;       /* what the name was taken to end in, behind the key's; NULL: the key has all of it */
    char *networks;     /* those under the suffix, whose claims alone are candidates: "lab, prod" */
    struct candidate *candidates; /* in the order of the answers; none: the record is not there */
    size_t count;
};

struct explained_answer {
    const char *module;
    struct module_answer answer;
};

/* Of a name: the guest's record and the host's, then, for each suffix that it may end in, the record of what
 * is before that: of more than these, none are told. Of an address: its one record. */
#define EXPLAINED_RECORDS 8
#define EXPLAINED_MODULES 2

struct explanation {
    struct explained_record records[EXPLAINED_RECORDS];
    size_t record_count;
    struct lease_list refused;  /* of those whose client asked for the name, or has the address, in vain */
    struct lease_list nameless; /* of an address that nothing answers: those whose client told no name */
    struct explained_answer answers[EXPLAINED_MODULES];
};

/* The suffix that the name ends in, where that makes NOTFOUND definite: networks stand under it, and nothing
 * answers. NULL: there is none such. */
const struct explained_record *explanation_definite(const struct explanation *explanation);

/* Explains a name, or an address. 0 or -errno; the caller frees it, also then. Not for threads, as
 * ask_module.h. */
int explain(struct index *index, const char *subject, struct explanation *explanation);
void explanation_free(struct explanation *explanation);

#define CLEANUP_EXPLANATION __attribute__((cleanup(explanation_free)))

#endif
