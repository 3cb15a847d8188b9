#include "names.h"

#include <errno.h>
#include <stdlib.h>

int names_add(struct names *names, struct bytes name)
{
    struct key key = key_named(KEY_HOST, name);
    struct key *more;

    for (size_t i = 0; i < names->count; i++) {
        if (bytes_equal(key_bytes(&names->at[i]), key_bytes(&key)))
            return 0;
    }
    more = reallocarray(names->at, names->count + 1, sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    names->at = more;
    names->at[names->count++] = key;
    return 0;
}

void names_clear(struct names *names)
{
    free(names->at);
    *names = (struct names){NULL, 0};
}
