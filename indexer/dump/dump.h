/*
 * lvindex-dump's formats: each prints all of an index to a stream. -errno of reading it.
 */
#ifndef LVINDEX_INDEXER_DUMP_DUMP_H
#define LVINDEX_INDEXER_DUMP_DUMP_H

#include <stdio.h>

#include "indexer/index.h"
#include "schema/lease.h"

struct json_object;

/* A lease and what the index says about it. */
struct dump_lease {
    struct lease lease;
    char **guests; /* libvirt guests that run with its hardware address, by name */
    size_t guest_count;
    enum refusal reason; /* why its name is no answer now; REFUSAL_NONE */
};

/* What is wanted of it all. */
struct dump_query {
    const char *subject; /* what is to be explained */
    const char *network; /* these: NULL or no address stands for any */
    const char *guest;
    const char *name;
    struct ip address;
    bool expired;     /* what has expired alone */
    bool leases_only; /* without entries of other kinds, see enum lease_kind */
};

struct dump_leases {
    struct dump_lease *at;
    size_t count;
};

/* Collects the leases (and entries) that are wanted, by network and address. The caller frees, also after a
 * failure. -ENOENT: there is no such network. */
int dump_collect(struct index *index, const struct dump_query *query, struct dump_leases *leases);
void dump_free(struct dump_leases *leases);

#define CLEANUP_DUMP __attribute__((cleanup(dump_free)))

/* How it collects them: by network, address, kind and alias. For qsort(3). */
int dump_compare(const struct dump_lease *a, const struct dump_lease *b);

/* Is it one of them? `bridge` is the query's network as dump_find_network() gives it. */
bool dump_wants(const struct dump_query *query, const char *bridge, const struct dump_lease *lease,
                uint64_t now);

/* The bridge that libvirt's network of this name has, else the name itself. -ENOENT: it is too long for
 * either. */
int dump_find_network(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1]);
/* The same; -ENOENT also where nothing is known of it. */
int dump_known_network(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1]);

/* Who brought a lease or an entry, for people: the hook, libvirt's .status, the path of a lease file, or what
 * lists entries of its kind. The caller frees `*text`. */
int dump_feeder(struct index *index, const struct lease *lease, char **text);

/* For people: one aligned line a lease. */
int dump_table(struct index *index, const struct dump_query *query, FILE *to);
/* For programs: one JSON object, see lvindex-dump(1). */
int dump_json(struct index *index, const struct dump_query *query, FILE *to);
/* Adds the members of one lease to an object. -ENOMEM. */
int dump_json_lease(struct json_object *object, const struct dump_lease *lease);
/* Every key and value, escaped: one line "key = value" a record, by key. */
int dump_raw(struct index *index, const struct dump_query *query, FILE *to);
/* The network, as `virsh net-dhcp-leases` shows it. -ENOENT when it is not known. */
int dump_network(struct index *index, const struct dump_query *query, FILE *to);
/* The running guest, as `virsh domifaddr --source lease` shows it, with host names: a line for each address
 * of each of its interfaces. -ENOENT when no network knows it. */
int dump_guest(struct index *index, const struct dump_query *query, FILE *to);

/* In the format of /etc/hosts: what the modules answer now, a line for each name and address. */
int dump_hosts(struct index *index, const struct dump_query *query, FILE *to);
/* In that of ssh_config(5): a block for each name. */
int dump_ssh_config(struct index *index, const struct dump_query *query, FILE *to);
/* Why the subject, a name or an address, is answered as it is: what stands in the index for it, what was
 * refused, and what each module answers; for people, and as a JSON object. */
int dump_explain(struct index *index, const struct dump_query *query, FILE *to);
int dump_explain_json(struct index *index, const struct dump_query *query, FILE *to);

/* What keeps names from resolving on this host: a line for each finding, or a JSON array. 1 when anything was
 * found, 0, or -errno. `index` is NULL where it could not be opened, for the reason `opened`, a -errno. */
int dump_check(const char *dir, struct index *index, int opened, bool json, FILE *to);

/* How large the index is, and how its files are filled: for people, and as a JSON object. */
int dump_stats(struct index *index, const struct dump_query *query, FILE *to);
int dump_stats_json(struct index *index, const struct dump_query *query, FILE *to);

#endif
