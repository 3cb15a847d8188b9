/*
 * What the index remembers of a source between runs. Sources are named by kind and place: "macs:virbr0",
 * "status:virbr0", "definitions:qemu", "leases:NETWORK=/var/lib/misc/dnsmasq.leases".
 */
#ifndef LVINDEX_INDEXER_SOURCE_RECORD_H
#define LVINDEX_INDEXER_SOURCE_RECORD_H

#include "schema/source.h"
#include "store.h"

#define SOURCE_MACS        "macs:"
#define SOURCE_STATUS      "status:"
#define SOURCE_DEFINITIONS "definitions:"
#define SOURCE_LEASES      "leases:"
#define SOURCE_CONF        "conf:"
#define SOURCE_SETTINGS    "settings:"
#define SOURCE_STATIC      "static:"
#define SOURCE_HOSTSFILE   "hostsfile:"
#define SOURCE_ADDNHOSTS   "addnhosts:"
#define SOURCE_NETWORKS    "networks:"

/* What is remembered, unpacked; items point into `packed_items`. */
struct source_record {
    struct value value; /* empty: the source was never read */
    struct source source;
    struct value packed_items;
    struct source_item *items;
    size_t count;
};

/* Loads what is remembered but its items; of a source that is not known (or a damaged record), nothing. Free
 * it, also after a failure. -ENAMETOOLONG: `name` is longer than SOURCE_NAME_MAX. */
int source_record_load(struct store *store, const char *name, struct source_record *record);
/* Loads the items of a record that was loaded, unless they are there. */
int source_record_load_items(struct store *store, const char *name, struct source_record *record);
/* Loads both. */
int source_record_load_all(struct store *store, const char *name, struct source_record *record);
void source_record_free(struct source_record *record);

#define CLEANUP_SOURCE __attribute__((cleanup(source_record_free)))

/* Remembers a source. `soft`: only its identity is new, which alone is no reason to commit. */
int source_record_save(struct store *store, const char *name, const struct source *source,
                       const struct source_item *items, size_t count, bool soft);
/* Remembers only that its identity is new, softly. */
int source_record_touch(struct store *store, const char *name, const struct source *source);
/* Has it read again, whatever its identity is. A source that is not known is none. */
int source_record_unread(struct store *store, const char *name);
int source_record_delete(struct store *store, const char *name);

/* Calls `each` with the name behind `prefix` of every source that has it. `each` must not change the store.
 * Costs as much as there are sources, not records. */
int source_record_each(struct store *store, const char *prefix, int (*each)(void *context, const char *rest),
                       void *context);

/* The file of a lease file's source, which is called NETWORK=FILE behind its prefix; NULL for a damaged name.
 */
const char *source_leases_file(const char *rest);

/* Brings the sources of an index of version 1 into the present form. */
int source_records_convert(struct store *store);

#endif
