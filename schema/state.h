/*
 * The writer's own state (key 'S'): what must outlive a run but answers nothing.
 *
 *      +------------------+-------------------+------------+------------------+
 *      | clock (48b, ms)  | next source (16b) | host name… | prune at (40b, s) |
 *      +------------------+-------------------+------------+------------------+
 *
 * Version 1 ends before `prune at`.
 */
#ifndef LVINDEX_SCHEMA_STATE_H
#define LVINDEX_SCHEMA_STATE_H

#include "lease.h"
#include "limits.h"
#include "wire.h"

struct state {
    uint64_t clock; /* the last stamp given to a lease; the next one is greater, whatever the clock says */
    uint16_t next_source;     /* number for the next lease file that is met */
    char host[LABEL_MAX + 1]; /* this host's name when names were last weighed against it */
    uint64_t prune_at;        /* no lease is to be forgotten before; seconds since the epoch */
};

#define STATE_PACKED_MAX (6 + 2 + 1 + LABEL_MAX + 5)

static inline void state_pack(struct packer *p, const struct state *state)
{
    pack_uint(p, state->clock, 6);
    pack_uint(p, state->next_source, 2);
    pack_short(p, bytes_of(state->host));
    pack_uint(p, state->prune_at, 5);
}

/* False for a damaged record. */
static inline bool state_unpack(struct bytes value, struct state *state)
{
    struct unpacker u = unpacker_of(value);

    state->clock = unpack_uint(&u, 6);
    state->next_source = (uint16_t)unpack_uint(&u, 2);
    unpack_text(&u, state->host, LABEL_MAX);
    state->prune_at = unpack_left(&u) > 0 ? unpack_uint(&u, 5) : 0;
    return !u.bad && state->next_source >= OWNER_FIRST_FILE;
}

#endif
