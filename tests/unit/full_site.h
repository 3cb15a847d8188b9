/*
 * A site with all that lvindex reads, in the running test's directory: libvirt's files, the administrator's,
 * a lease file, and an index of them.
 */
#ifndef LVINDEX_TESTS_FULL_SITE_H
#define LVINDEX_TESTS_FULL_SITE_H

#include "indexer/event.h"
#include "indexer/index.h"
#include "indexer/sync_pass.h"

#define SITE_BRIDGE    "virbr9"
#define SITE_GUEST     "db1"
#define SITE_GUEST_MAC "52:54:00:00:09:01"

/* Checked fixture: the files alone, without an index. */
void full_site_setup(void);
/* The index of what the files say, with some leases of the hook's. */
void full_site_index(void);
/* All files say something else now. */
void full_site_change(void);
/* No file says anything any more. */
void full_site_clear(void);

const char *full_site_state(void);
const char *full_site_networks(void);
/* Takes in what all files say, as lvindex-sync does: its result. */
int full_site_sync(const struct report *report);

/* An event with an expiry far ahead. */
struct event full_site_event(enum event_action action, const char *network, const char *ip,
                             const char *client, const char *name);
/* Has the hook take it: index_change()'s result. */
int full_site_hook(const struct event *event, const struct report *report);

#endif
