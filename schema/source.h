/*
 * A source: what a file or directory held when it was last read (key 's' and the source's name), so that it
 * is read again only when it changed, and so that what left it is known (its items, key 'i').
 *
 *      +--------+-----+-------+------+-------+-------+--------+     per item:
 *      | number | dev | inode | size | mtime | ctime | digest |     +--------+------+
 *      | (16b)  | (64b each, times in ns)                        |     | guest… | MAC… |
 *      +--------+-----------------------------------------------+     +--------+------+
 *
 * They are two records because each event looks at the first, and the second may be large. In version 1 the
 * items stood behind the digest.
 *
 * Items are for sources of guests: a .macs file names guests with hardware addresses, a directory of
 * definitions names guests alone; for files of static entries, which name the keys of these; and a single
 * one, without an address, for a .conf file (the bridge) and for a .status file that the hook wrote (a mark).
 * Strings stand behind their length in one byte. Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_SOURCE_H
#define LVINDEX_SCHEMA_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "wire.h"

/* Identity of a file: as long as it is the same, so is the content. All zero: unknown, because the file had
 * changed so lately that another change might not show in its times. */
struct source_identity {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    uint64_t mtime; /* nanoseconds since the epoch */
    uint64_t ctime;
};

/* The number of a file of lines, some of which made no sense. */
#define SOURCE_HAS_BAD_LINES 1

struct source {
    uint16_t number; /* a lease file's, see OWNER_FIRST_FILE in lease.h; SOURCE_HAS_BAD_LINES; else 0 */
    struct source_identity identity;
    uint64_t digest; /* of the content; saves parsing what was only touched */
};

struct source_item {
    struct bytes guest;
    struct hwaddr hwaddr; /* not known for a definition */
};

#define SOURCE_PACKED      (2 + 6 * 8)
#define SOURCE_ITEM_PACKED (1 + 255 + 1 + 1 + HWADDR_MAX)

/* Unpacks the fixed part. False for a damaged record. */
bool source_unpack(struct unpacker *u, struct source *source);
/* False at the end, and when the rest is damaged (`u->bad`). */
bool source_next_item(struct unpacker *u, struct source_item *item);

void source_pack(struct packer *p, const struct source *source);
void source_pack_item(struct packer *p, const struct source_item *item);

#endif
