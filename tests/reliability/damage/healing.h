/*
 * An event on a damaged index, and whether all that was not damaged is there afterwards.
 */
#ifndef LVINDEX_TESTS_HEALING_H
#define LVINDEX_TESTS_HEALING_H

#include "anatomy.h"
#include "records.h"

/* Directories: the index's, and libvirt's, whose files stay as they are. */
struct healing {
    const char *state;
    const char *networks;
    const char *definitions;
};

/* A lease comes, as the hook takes it in. 1 when it was published, or -errno. */
int heal_by_event(const struct healing *healing);
/* A pass of lvindex-sync, which verifies all of the index. */
int heal_by_sync(const struct healing *healing);

/* Does the index hold what it would hold had nothing been damaged but `place`, a place of one of its files?
 * Prints what it lacks. `expected`: after the same event on a whole one. */
bool healed(const struct healing *healing, const struct records *expected, const struct place *place);

/* Every lease of `expected` is still there, but `damaged` (NULL: none). Counts the others as lost. */
size_t leases_lost(const struct records *expected, const struct records *found, const struct record *damaged);

#endif
