/*
 * Which claims of a record are answers. Thread-safety: no state.
 */
#ifndef LVINDEX_NSS_SELECTION_H
#define LVINDEX_NSS_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "nss/view.h"
#include "schema/claim.h"

/* Whose names: those that clients chose, or those of libvirt guests. */
enum lookup_kind { LOOKUP_HOSTS, LOOKUP_GUESTS };

struct selection {
    const struct view *view;
    enum lookup_kind kind;
    struct bytes name;     /* what is asked for: the (folded) name in the record's key */
    struct bytes networks; /* claims of these alone, as in schema/suffix.h; empty: of any */
    struct bytes claims;   /* the record */
    struct claim_time when;
};

/* Finds the record that the selection is made from; its view, kind and networks are there. `hash` is
 * hash_bytes() of the key, which must outlive the selection. Errors as those of view_find(). */
int selection_read(struct selection *selection, struct bytes key, uint32_t hash);

/* Is it a guest's name? */
static inline bool claim_is_guests(const struct claim *claim)
{
    return (claim->flags & CLAIM_GUEST) != 0;
}

/* Of the kind that is asked for? */
static inline bool selection_is_of_kind(const struct selection *selection, const struct claim *claim)
{
    return claim_is_guests(claim) == (selection->kind == LOOKUP_GUESTS);
}

#endif
