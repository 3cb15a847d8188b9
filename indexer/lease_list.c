#include "lease_list.h"

#include <errno.h>
#include <stdlib.h>

int lease_list_add(struct lease_list *list, const struct lease *lease)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 16;
        struct lease *more = reallocarray(list->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = *lease;
    return 0;
}

void lease_list_free(struct lease_list *list)
{
    free(list->at);
}
