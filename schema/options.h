/*
 * What the administrator set that counts for lookups (key 'o'); no such record means all zero.
 *
 *      +-----------------+
 *      | grace (32b, s)  |
 *      +-----------------+
 *
 * Later versions may append fields.
 */
#ifndef LVINDEX_SCHEMA_OPTIONS_H
#define LVINDEX_SCHEMA_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

struct lookup_options {
    uint32_t grace; /* for how long a lease answers after its expiry while its guest runs, in seconds */
};

#define OPTIONS_PACKED 4

static inline void options_pack(struct packer *p, const struct lookup_options *options)
{
    pack_uint(p, options->grace, 4);
}

/* False for a damaged record. */
static inline bool options_unpack(struct bytes value, struct lookup_options *options)
{
    struct unpacker u = unpacker_of(value);

    options->grace = (uint32_t)unpack_uint(&u, 4);
    return !u.bad;
}

#endif
