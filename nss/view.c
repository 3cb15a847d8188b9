#include "nss/view.h"

#include <errno.h>

#include "nss/hash.h"

int view_find(const struct view *view, struct bytes key, struct bytes *value)
{
    uint32_t hash = hash_bytes(key);
    int error;

    /* Most answers are in the base: it is on its way while the overlay is searched. */
    if (view_has_base(view))
        table_prefetch(&view->base, hash);
    error = table_find(&view->overlay, key, hash, value);
    if (error == -ENOENT && view_has_base(view))
        error = table_find(&view->base, key, hash, value);
    return error == 0 && value->len == 0 ? -ENOENT : error;
}
