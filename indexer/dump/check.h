/*
 * lvindex-dump --check: what keeps names from resolving on this host, as findings.
 *
 * A finding is one line: what was found, why it matters, what to do. Each check looks at one thing, adds what
 * it finds, and passes over what it may not read: whoever asks may not be root. All return 0 or -ENOMEM.
 */
#ifndef LVINDEX_INDEXER_DUMP_CHECK_H
#define LVINDEX_INDEXER_DUMP_CHECK_H

#include <stddef.h>
#include <stdio.h>

#include "indexer/index.h"

struct finding {
    char *what;
    const char *why;
    const char *cure;
};

struct check {
    struct index *index; /* NULL: there is none that could be opened */
    int opened;          /* why not, -errno */
    const char *dir;     /* the state directory */
    struct finding *at;
    size_t count;
};

/* Adds a finding; the format says what was found. `why` and `cure` must last. */
int check_add(struct check *check, const char *why, const char *cure, const char *what, ...)
    __attribute__((format(printf, 4, 5)));
void check_free(struct check *check);

#define CLEANUP_CHECK __attribute__((cleanup(check_free)))

/* Does nsswitch.conf have every program ask the modules, before anything that ends the search? */
int check_nsswitch(struct check *check);
/* Does the loader find the modules, and do they take the index? */
int check_modules(struct check *check);
/* Is the index there, whole, and open to all who read it, and to nobody else who would write it? */
int check_index_file(struct check *check);
/* Does each answer follow from the leases, and each lease's answers stand there? */
int check_answers(struct check *check);
/* Have libvirt's and dnsmasq's files changed without the index having heard of it? */
int check_sources(struct check *check);
/* Do the administrator's files name networks that there are, and machines by names that they may have? After
 * check_sources(), which reads those files. */
int check_networks(struct check *check);
/* Do two machines share a name or a client-id, or is a lease there under two networks? */
int check_leases(struct check *check);
/* Do the dnsmasq that run tell the hook, and all that it needs to hear? */
int check_dnsmasq(struct check *check);
/* Does the hook run all that is among the administrator's own scripts? */
int check_scripts(struct check *check);
/* Does a cache of nscd stand between? */
int check_nscd(struct check *check);

#endif
