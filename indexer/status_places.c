#include <errno.h>
#include <stdlib.h>

#include "status_entry.h"
#include "status_mirror.h"

struct status_place {
    struct ip ip;
    size_t place;
};

static int compare(const void *a, const void *b)
{
    const struct status_place *left = a, *right = b;

    return ip_compare(&left->ip, &right->ip);
}

int status_mirror_places(struct status_mirror *mirror, struct status_places *places)
{
    int rc = status_mirror_parse(mirror);
    size_t count = rc < 0 ? 0 : json_object_array_length(mirror->array);

    *places = (struct status_places){calloc(count + 1, sizeof(*places->at)), 0};
    if (rc < 0 || places->at == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct status_place *place = &places->at[places->count];

        if (!status_entry_ip(json_object_array_get_idx(mirror->array, i), &place->ip))
            continue;
        place->place = i;
        places->count++;
    }
    qsort(places->at, places->count, sizeof(*places->at), compare);
    return 0;
}

size_t status_places_find(const struct status_places *places, const struct ip *ip)
{
    const struct status_place wanted = {.ip = *ip};
    const struct status_place *found = bsearch(&wanted, places->at, places->count, sizeof(wanted), compare);

    return found != NULL ? found->place : SIZE_MAX;
}

void status_places_free(struct status_places *places)
{
    free(places->at);
}
