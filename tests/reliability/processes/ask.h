/*
 * The two modules, loaded as glibc loads them, and their entry points as one kind of question, to be asked in
 * processes where something is wrong.
 *
 * Every index that is asked has one machine: host "web", guest "my vm", 192.0.2.1. Where the modules are says
 * LVINDEX_MODULES, the directory of the index LVINDEX_DIR. Asking uses no stdio and no memory but the
 * caller's, so it may be done in signal handlers and while malloc() fails.
 */
#ifndef LVINDEX_TESTS_PROCESSES_ASK_H
#define LVINDEX_TESTS_PROCESSES_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "nss/module.h"

#define ENTRIES     12 /* that look up: six of each module */
#define ALL_ENTRIES 14 /* and those that enumerate, which are for one thread at a time */

struct reply {
    enum nss_status status;
    int error, h_error;
    bool right; /* found, and what was found is that machine */
    char room[1024];
};

/* Loads the modules. Ends the program when they cannot be. */
void ask_setup(void);

/* Gives up the modules, as dlclose() does: what was loaded may be asked on if it stays in memory. */
void ask_unload(void);

/* The name of an entry point, for messages. */
const char *ask_entry(size_t entry);

/* Asks for that machine: by enumeration, for the first entry. */
void ask(size_t entry, struct reply *reply);

/* The same while others ask, too: threads, or what a handler interrupted or left. A module has one
 * enumeration for all of them, and one that was lost begins anew: so any entry, the end, or to be told to
 * come again is right. */
void ask_among_others(size_t entry, struct reply *reply);

/* Asks `name` instead; the entry points for addresses are asked for 192.0.2.99, which nobody has, and those
 * that enumerate for the entry after the last. */
void ask_other(size_t entry, const char *name, struct reply *reply);

/* Asks all entry points for that machine, and complains of each that is not right. */
void ask_all(const char *when);

/* From now on, the questions are about this directory's index: as setenv(), but without malloc(). */
void use_index(const char *directory);

/* The directory that LVINDEX_DIR named in the beginning. */
const char *own_index(void);

/* Has the modules drop what they have mapped, so that the next question opens the index. */
void forget(void);

/* How many of this process are open, and a constant. */
unsigned int descriptors(void);

/* Lines of /proc/self/maps about index files of `own_index()`. */
unsigned int index_mappings(void);

#endif
