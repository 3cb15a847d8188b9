#include "names.h"

#include <errno.h>
#include <stdlib.h>

int names_add(struct names *names, struct bytes name)
{
    if (names->count == names->room) {
        size_t room = names->room * 2 + 4;
        struct key *more = reallocarray(names->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        names->at = more;
        names->room = room;
    }
    names->at[names->count++] = key_named(KEY_HOST, name);
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct key *left = a, *right = b;

    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    return memcmp(left->at, right->at, left->len);
}

void names_unique(struct names *names)
{
    size_t kept = 0;

    if (names->count < 2)
        return;
    qsort(names->at, names->count, sizeof(*names->at), compare);
    for (size_t i = 1; i < names->count; i++) {
        if (compare(&names->at[kept], &names->at[i]) != 0)
            names->at[++kept] = names->at[i];
    }
    names->count = kept + 1;
}

void names_clear(struct names *names)
{
    free(names->at);
    *names = (struct names){NULL, 0, 0};
}
