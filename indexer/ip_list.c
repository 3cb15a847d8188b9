#include "ip_list.h"

#include <errno.h>
#include <stdlib.h>

int ip_list_add(struct ip_list *list, const struct ip *ip)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 64;
        struct ip *more = reallocarray(list->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = *ip;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return ip_compare(a, b);
}

void ip_list_sort(struct ip_list *list)
{
    if (list->count > 0)
        qsort(list->at, list->count, sizeof(*list->at), compare);
}

bool ip_list_contains(const struct ip_list *list, const struct ip *ip)
{
    return list->count > 0 && bsearch(ip, list->at, list->count, sizeof(*list->at), compare) != NULL;
}

void ip_list_free(struct ip_list *list)
{
    free(list->at);
}
