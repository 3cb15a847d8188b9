/*
 * Keeping libvirt's `<bridge>.status` in place of libvirt's own helper: libvirtd reads it, and for such a
 * network it is the truth.
 */
#ifndef LVINDEX_INDEXER_STATUS_MIRROR_H
#define LVINDEX_INDEXER_STATUS_MIRROR_H

#include <json-c/json.h>

#include "schema/lease.h"
#include "source_file.h"
#include "status.h"
#include "status_text.h"

/* One network's file while an event is taken in. */
struct status_mirror {
    struct index *index;
    const char *network;
    int dirfd;
    char file_name[NETWORK_MAX + sizeof(STATUS_SUFFIX)];
    struct source_file source;
    struct status_text text;   /* of the file; after status_mirror_prepare() of the next one */
    struct json_object *array; /* its entries; NULL while the text is changed instead */
    struct octets server_duid; /* the one known when the text or the entries were taken over */
    bool damaged;              /* the file does not parse: the entries were made from the index */
    bool replaced;             /* the file is the new one */
};

/* Opens the file of `network` in `dir`, and takes into the index what somebody else changed in it since we
 * wrote it (all of it, at the first event). Where it does not parse, its entries are made anew from the
 * index. What we wrote ourselves is not parsed, but changed as a text. -errno, reported. Close it in any
 * case. `network` must outlive it. */
int status_mirror_open(struct status_mirror *mirror, struct index *index, const char *dir,
                       const char *network);
void status_mirror_close(struct status_mirror *mirror);

#define CLEANUP_MIRROR __attribute__((cleanup(status_mirror_close)))

/* Makes sure that `array` holds the entries. -ENOMEM. */
int status_mirror_parse(struct status_mirror *mirror);

/* Takes out the entry of an address. -ENOMEM. */
int status_mirror_remove(struct status_mirror *mirror, const struct ip *ip);

/* Puts a lease in as the last entry, in place of its address's. `name` may be a refused one: libvirt's own
 * helper writes them. A lease without a hardware address is only taken out. -ENOMEM. */
int status_mirror_put(struct status_mirror *mirror, const struct lease *lease, const char *name,
                      const struct octets *server_duid);

/* Makes the file's new text, and notes in the index that it is ours: what is read from there again would be
 * believed, also names that dnsmasq refused. So the index must be ready to be published before the file is
 * written. -errno, reported. */
int status_mirror_prepare(struct status_mirror *mirror);

/* Writes the file, and keeps a damaged one aside as `<bridge>.status.damaged`: -errno, reported, and it is
 * what it was unless it is `replaced`. The index is the caller's to publish. */
int status_mirror_write(struct status_mirror *mirror);

/* Where each address stands in the file. */
struct status_places {
    struct status_place *at;
    size_t count;
};

/* Collects them, from the file parsed. Free them, also after a failure. -ENOMEM. */
int status_mirror_places(struct status_mirror *mirror, struct status_places *places);
/* The place of an address, from 0 on; SIZE_MAX for an address that is not in the file. */
size_t status_places_find(const struct status_places *places, const struct ip *ip);
void status_places_free(struct status_places *places);

/* For `init`: makes an empty file where there is none, as libvirt's helper does. What fails is reported. */
void status_mirror_touch(const struct status_mirror *mirror);

#endif
