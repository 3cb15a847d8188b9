#include "nss/cache.h"

#include <stdatomic.h>
#include <stddef.h>

static _Atomic(struct mapping *) kept;

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2, "an exchange must not take a lock");

int cache_take(const char *path, struct mapping **mapping)
{
    struct mapping *taken = atomic_exchange_explicit(&kept, NULL, memory_order_acquire);

    if (taken != NULL && mapping_current(taken, path)) {
        *mapping = taken;
        return 0;
    }
    mapping_close(taken);
    return mapping_open(path, mapping);
}

void cache_give(struct mapping *mapping)
{
    mapping_close(atomic_exchange_explicit(&kept, mapping, memory_order_acq_rel));
}
