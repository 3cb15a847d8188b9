#include "nss/cache.h"

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>

#define SLOTS      32
#define CACHE_LINE 64

struct slot {
    alignas(CACHE_LINE) _Atomic(struct mapping *) kept;
};

static struct slot slots[SLOTS];

/* The file that was mapped last, as file_of() tells it.
 *
 * Who maps another file says so here first, and then closes what the slots hold of older ones. Who gives a
 * mapping back puts it into a slot first, and then looks here. So one of the two sees what the other did, and
 * no older file stays in a slot. (All of it is sequentially consistent: anything less would let both miss.)
 */
static alignas(CACHE_LINE) atomic_uintptr_t latest;

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2, "an exchange must not take a lock");

/* A number for a mapping's file. Two files with the same one would be kept side by side, and no more. */
static uintptr_t file_of(const struct mapping *mapping)
{
    return (uintptr_t)mapping->id.inode ^ (uintptr_t)mapping->id.device << 20;
}

/* The slot to begin with. Known without a system call; which one it is matters for speed alone. */
static size_t own_slot(void)
{
    int cpu = sched_getcpu();

    return cpu < 0 ? 0 : (size_t)cpu % SLOTS;
}

static struct mapping *empty(struct slot *slot)
{
    /* A look first: an exchange would take the cache line from whoever uses it. */
    if (atomic_load(&slot->kept) == NULL)
        return NULL;
    return atomic_exchange(&slot->kept, NULL);
}

static struct mapping *take_kept(void)
{
    size_t own = own_slot();
    struct mapping *mapping = NULL;

    for (size_t i = 0; i < SLOTS && mapping == NULL; i++)
        mapping = empty(&slots[(own + i) % SLOTS]);
    return mapping;
}

/* Puts the mapping into a slot, and returns that; NULL when there is no empty one. */
static struct slot *keep(struct mapping *mapping)
{
    size_t own = own_slot();

    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &slots[(own + i) % SLOTS];
        struct mapping *none = NULL;

        if (atomic_load_explicit(&slot->kept, memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong(&slot->kept, &none, mapping))
            return slot;
    }
    return NULL;
}

/* Keeps the mapping, or closes it when its file is not the latest. */
static void put_back(struct mapping *mapping)
{
    while (mapping != NULL) {
        uintptr_t file = file_of(mapping);
        struct slot *slot = file == atomic_load(&latest) ? keep(mapping) : NULL;

        if (slot == NULL) {
            mapping_close(mapping);
            return;
        }
        if (file == atomic_load(&latest))
            return;
        mapping = empty(slot);
    }
}

/* To be called when a file was mapped. */
static void set_latest(uintptr_t file)
{
    if (atomic_exchange(&latest, file) == file)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        put_back(empty(&slots[i]));
}

int cache_take(const char *directory, uint32_t hash, struct mapping **mapping)
{
    struct mapping *kept = take_kept();
    int error;

    if (kept != NULL)
        view_expect(&kept->view, hash);
    if (kept != NULL && mapping_current(kept, directory)) {
        *mapping = kept;
        return 0;
    }
    error = mapping_open(directory, kept, mapping);
    mapping_close(kept);
    if (error == 0)
        set_latest(file_of(*mapping));
    return error;
}

void cache_give(struct mapping *mapping)
{
    if (mapping_replaced(mapping))
        mapping_close(mapping);
    else
        put_back(mapping);
}
