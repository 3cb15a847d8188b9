#include "nss/listing.h"

#include <errno.h>

/* The next record. */
static int next_record(const struct view *view, struct listing *listing, struct bytes *key,
                       struct bytes *value)
{
    int error = tdb_table_next(listing->in_base ? &view->base : &view->overlay, &listing->offset, key, value);

    if (error != -ENOENT || listing->in_base || !view_has_base(view))
        return error;
    *listing = (struct listing){.in_base = true};
    return tdb_table_next(&view->base, &listing->offset, key, value);
}

static bool address_of(struct bytes key, struct ip *ip)
{
    return key.len > 0 && key.at[0] == KEY_ADDRESS &&
           ip_from_bytes((struct bytes){key.at + 1, key.len - 1}, ip) == 0;
}

int listing_next(const struct view *view, enum lookup_kind kind, struct listing *listing,
                 struct question *question, struct address_answer *answer)
{
    struct bytes key, value;
    struct ip ip;
    int error;

    while ((error = next_record(view, listing, &key, &value)) == 0) {
        if (!address_of(key, &ip))
            continue;
        question_address(question, kind, &ip);
        /* Found, and in this very record: not in a newer one, which has its own turn. */
        if (lookup_address(view, question, &ip, answer) == 0 && answer->from.claims.at == value.at)
            return 0;
    }
    return error;
}
