/*
 * The layout of a TDB file, as far as we rely on it.
 *
 * Seen in files that libtdb 1.4.8 wrote, and told in its docs/ and tdb.h. All numbers are 32 bits in the
 * machine's byte order (a TDB of the other byte order has its version swapped: we refuse it).
 *
 * byte   0                 32        36          40     44          48         52
 *       +-----------------+---------+-----------+------+-----------+----------+-------
 *       | "TDB file\n" …  | version | hash size | hash | recovery  | sequence | check…
 *       +-----------------+---------+-----------+------+-----------+----------+-------
 *        52        56       60         64           68                        168
 *       +---------+---------+----------+------------+-------------------------+
 *       | check 1 | check 2 | features | mutex size | reserved (25 words)     |
 *       +---------+---------+----------+------------+-------------------------+
 *        168        172                     172 + 4 * hash size
 *       +----------+-----------------------+---------
 *       | freelist | heads of the chains   | records…
 *       +----------+-----------------------+---------
 *
 * A record: next, room, key length, value length, hash, magic (24 bytes), key, value, padding, and in the
 * last four bytes of its room its own size. Chain of a key: hash modulo hash size; offset 0 ends it.
 */
#ifndef LVINDEX_SCHEMA_TDB_LAYOUT_H
#define LVINDEX_SCHEMA_TDB_LAYOUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TDB_LAYOUT_FOOD    "TDB file\n"
#define TDB_LAYOUT_VERSION (0x26011967U + 6)
/* In `hash`: keys are hashed with Bob Jenkins's lookup3 (TDB_INCOMPATIBLE_HASH). */
#define TDB_LAYOUT_JENKINS 0x0bad1a51U
/* In `check`: the hashes of food (with its NUL) and version. libtdb opens no file of other ones. */
#define TDB_LAYOUT_CHECK_1 0xd7b694e5U
#define TDB_LAYOUT_CHECK_2 0x76b9440eU
#define TDB_LAYOUT_USED    0x26011999U
#define TDB_LAYOUT_FREE    0xd9fee666U
/* left in a chain when a record is deleted that a traversal may stand on */
#define TDB_LAYOUT_DEAD   0xfee1deadU
#define TDB_LAYOUT_TAILER 4
/* Files are whole pages of this size: libtdb's, and ours. */
#define TDB_LAYOUT_PAGE 4096

struct tdb_layout_header {
    char food[32];
    uint32_t version;
    uint32_t hash_size;
    uint32_t hash;
    uint32_t recovery;
    uint32_t sequence; /* we publish the low half of the generation here */
    uint32_t check[2];
    uint32_t features;
    uint32_t mutex_size;
    /* libtdb keeps these words as they are. Ours: the checksum of the file, low half first, see seal.h. */
    uint32_t checksum[2];
    uint32_t reserved[23];
};

struct tdb_layout_record {
    uint32_t next;
    uint32_t room;
    uint32_t key_len;
    uint32_t value_len;
    uint32_t hash;
    uint32_t magic;
};

_Static_assert(sizeof(struct tdb_layout_header) == 168, "as libtdb 1.4 lays it out");
_Static_assert(offsetof(struct tdb_layout_header, version) == 32, "as libtdb 1.4 lays it out");
_Static_assert(offsetof(struct tdb_layout_header, sequence) == 48, "as libtdb 1.4 lays it out");
_Static_assert(offsetof(struct tdb_layout_header, checksum) == 68, "as libtdb 1.4 lays it out");
_Static_assert(sizeof(struct tdb_layout_record) == 24, "as libtdb 1.4 lays it out");

/* One of the file's numbers. */
static inline uint32_t tdb_layout_word(const uint8_t *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* Offset of the head of chain `bucket`. */
static inline uint64_t tdb_layout_chain(uint32_t bucket)
{
    return sizeof(struct tdb_layout_header) + 4 * (1 + (uint64_t)bucket);
}

#endif
