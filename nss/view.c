#include "nss/view.h"

#include <errno.h>

#include "schema/hash.h"
#include "schema/key.h"
#include "schema/options.h"

int view_find(const struct view *view, struct bytes key, uint32_t hash, struct bytes *value)
{
    int error = tdb_table_find(&view->overlay, key, hash, value);

    if (error == -ENOENT && view_has_base(view))
        error = tdb_table_find(&view->base, key, hash, value);
    return error == 0 && value->len == 0 ? -ENOENT : error;
}

/* Finds a record of a kind that has no subject. */
static int find_single(const struct view *view, enum key_kind kind, struct bytes *value)
{
    const uint8_t single = (uint8_t)kind;
    const struct bytes key = {&single, 1};

    return view_find(view, key, hash_bytes(key), value);
}

void view_read_options(struct view *view)
{
    struct lookup_options options = {.grace = 0};
    struct bytes value;
    int error = find_single(view, KEY_OPTIONS, &value);

    /* Without them, or where they are damaged, all that still reads is answered as if nothing were set. */
    if (error < 0 || !options_unpack(value, &options))
        options = (struct lookup_options){.grace = 0};
    view->grace = options.grace;
    view->suffixed = find_single(view, KEY_SUFFIX, &value) == 0;
}
