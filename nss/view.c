#include "nss/view.h"

#include <errno.h>

int view_find(const struct view *view, struct bytes key, uint32_t hash, struct bytes *value)
{
    int error = table_find(&view->overlay, key, hash, value);

    if (error == -ENOENT && view_has_base(view))
        error = table_find(&view->base, key, hash, value);
    return error == 0 && value->len == 0 ? -ENOENT : error;
}
