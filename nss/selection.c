#include "nss/selection.h"

#include <time.h>

/* The (folded) name in a key. */
static struct bytes key_name(struct bytes key)
{
    return (struct bytes){key.at + 1, key.len - 1};
}

int selection_read(struct selection *selection, struct bytes key, uint32_t hash)
{
    selection->name = key_name(key);
    /* no system call */
    selection->when = (struct claim_time){.now = (uint64_t)time(NULL), .grace = selection->view->grace};
    return view_find(selection->view, key, hash, &selection->claims);
}
