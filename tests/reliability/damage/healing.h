/*
 * An event on a damaged index, and whether all that was not damaged is there afterwards.
 */
#ifndef LVINDEX_TESTS_HEALING_H
#define LVINDEX_TESTS_HEALING_H

#include "anatomy.h"
#include "records.h"

/* Directories: the index's, libvirt's, and the administrator's, whose files stay as they are. */
struct healing {
    const char *state;
    const char *networks;
    const char *definitions;
    const char *config;
};

/* Runs the hook, with the environment that there is, for a lease that comes: its exit status. */
int heal_by_event(void);
/* A pass of lvindex-sync, which verifies all of the index. Less than 0 when it failed. */
int heal_by_sync(const struct healing *healing);

/* Is it the key of what no file tells, so that a record of it that is damaged is lost: a lease, a neighbour,
 * a kept lease? */
bool is_heard(struct bytes key);

/* Does the index hold what it would hold had nothing been damaged but `place`, a place of one of its files?
 * Prints what it lacks. `expected`: after the same event on a whole one. */
bool healed(const struct healing *healing, const struct records *expected, const struct place *place);

/* All of `expected` that no file tells is still there, but `damaged` (NULL: none). Counts the others as lost.
 */
size_t heard_lost(const struct records *expected, const struct records *found, const struct record *damaged);

#endif
