/*
 * The meta record (key 'V'): what a reader checks first, and what the snapshot writer knows of its file.
 *
 * byte  0        8         12           20        24     32        40         48
 *      +--------+---------+------------+---------+------+---------+----------+
 *      | magic  | version | generation | records | base | base id | replaced |
 *      +--------+---------+------------+---------+------+---------+----------+
 *
 * A large index is two files: index.tdb holds what changed since its base was built, see paths.h. Both name
 * the base by the generation that made it, and by a random number: a restored backup may count generations
 * again.
 *
 * Version 1 has 64 bits of another meaning behind `records`, and is one file. Later versions may append
 * fields; the first twelve bytes keep their place for ever.
 */
#ifndef LVINDEX_SCHEMA_META_H
#define LVINDEX_SCHEMA_META_H

#include <errno.h>
#include <stdint.h>

#include "limits.h"
#include "wire.h"

#define META_MAGIC      "lvindex"
#define META_MAGIC_SIZE 8
#define META_PACKED     48

_Static_assert(sizeof(META_MAGIC) == META_MAGIC_SIZE, "the terminator is part of the magic");

struct meta {
    uint32_t version;
    uint64_t generation; /* one more with every commit */
    uint32_t records;    /* of the whole index, this one included */
    uint64_t base;       /* generation of the base, 0: there is none; in a base its own */
    uint64_t base_id;    /* the random number that the base was given, 0: there is none */
    uint64_t replaced;   /* generation of the base that this commit replaced, 0: none */
};

/* `to` has META_PACKED bytes. */
static inline void meta_pack(const struct meta *meta, uint8_t *to)
{
    struct packer p = {to, to + META_PACKED, false};

    pack_raw(&p, META_MAGIC, META_MAGIC_SIZE);
    pack_uint(&p, meta->version, 4);
    pack_uint(&p, meta->generation, 8);
    pack_uint(&p, meta->records, 4);
    pack_uint(&p, meta->base, 8);
    pack_uint(&p, meta->base_id, 8);
    pack_uint(&p, meta->replaced, 8);
}

/* 0; -EPROTONOSUPPORT when only `version` could be read, because it is one we do not know; -EBADMSG
 * otherwise. */
static inline int meta_unpack(struct bytes value, struct meta *meta)
{
    struct unpacker u = unpacker_of(value);
    struct bytes magic = unpack_raw(&u, META_MAGIC_SIZE);

    *meta = (struct meta){.version = (uint32_t)unpack_uint(&u, 4)};
    if (u.bad || memcmp(magic.at, META_MAGIC, META_MAGIC_SIZE) != 0)
        return -EBADMSG;
    if (meta->version < SCHEMA_OLDEST || meta->version > SCHEMA_VERSION)
        return -EPROTONOSUPPORT;
    meta->generation = unpack_uint(&u, 8);
    meta->records = (uint32_t)unpack_uint(&u, 4);
    if (meta->version > 1) {
        meta->base = unpack_uint(&u, 8);
        meta->base_id = unpack_uint(&u, 8);
        meta->replaced = unpack_uint(&u, 8);
    }
    /* A random number, and nothing that it was given to. */
    if (meta->base == 0 && meta->base_id != 0)
        return -EBADMSG;
    return u.bad ? -EBADMSG : 0;
}

/* Do both mean the same base? */
static inline bool meta_same_base(const struct meta *a, const struct meta *b)
{
    return a->base == b->base && a->base_id == b->base_id;
}

#endif
