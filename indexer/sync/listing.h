/*
 * Which addresses of a network its source files list now: libvirt's .status, and the lease files that the
 * index knows.
 */
#ifndef LVINDEX_INDEXER_SYNC_LISTING_H
#define LVINDEX_INDEXER_SYNC_LISTING_H

#include "indexer/index.h"
#include "indexer/text_list.h"
#include "schema/lease.h"

struct listed;

struct listing {
    struct listed *at;
    size_t count;
    size_t room;
    struct text_list files;
};

/* Reads the files of `network`; libvirt's is looked for in `libvirt_dir`. A file that is not there, and one
 * that does not parse, lists nothing. -errno, reported, where one cannot be read: then nothing is known.
 * Free it in any case. */
int listing_load(struct index *index, const char *libvirt_dir, const char *network, struct listing *listing);
void listing_free(struct listing *listing);

#define CLEANUP_LISTING __attribute__((cleanup(listing_free)))

/* The file that lists the address, NULL for none. Lives as long as the listing. */
const char *listing_find(const struct listing *listing, const struct ip *ip);

#endif
