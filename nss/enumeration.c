#include "nss/enumeration.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

/* The enumeration's address, with TAKEN while somebody has it; 0: there is none. What is marked as taken is
 * closed by its taker alone, so its address goes to no other one meanwhile, and the taker knows its own mark.
 */
static atomic_uintptr_t current;

#define TAKEN ((uintptr_t)1)

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2, "an exchange must not take a lock");

static void close_enumeration(struct enumeration *enumeration)
{
    mapping_close(enumeration->index);
    munmap(enumeration, sizeof(*enumeration));
}

/* On a page of its own: without malloc(), and a child's is another one than its parent's. */
static int open_enumeration(const char *directory, struct enumeration **enumeration)
{
    void *page =
        mmap(NULL, sizeof(**enumeration), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int error;

    if (page == MAP_FAILED)
        return -errno;
    *enumeration = page;
    error = mapping_open(directory, NULL, &(*enumeration)->index);
    if (error < 0)
        munmap(page, sizeof(**enumeration));
    return error;
}

/* Puts `next` (0: none) in the place of what there is. */
static void replace(uintptr_t next)
{
    uintptr_t before = atomic_exchange(&current, next);

    if (before != 0 && (before & TAKEN) == 0)
        close_enumeration((struct enumeration *)before);
}

int enumeration_begin(const char *directory)
{
    struct enumeration *enumeration = NULL;
    int error = open_enumeration(directory, &enumeration);

    replace(error == 0 ? (uintptr_t)enumeration : 0);
    return error;
}

/* Begins one, and takes it at once. */
static int take_new(const char *directory, struct enumeration **enumeration)
{
    uintptr_t none = 0;
    int error = open_enumeration(directory, enumeration);

    if (error < 0)
        return error;
    if (atomic_compare_exchange_strong(&current, &none, (uintptr_t)*enumeration | TAKEN))
        return 0;
    close_enumeration(*enumeration);
    return -EAGAIN;
}

int enumeration_take(const char *directory, struct enumeration **enumeration)
{
    uintptr_t found = atomic_load(&current);

    if (found == 0)
        return take_new(directory, enumeration);
    if ((found & TAKEN) != 0 || !atomic_compare_exchange_strong(&current, &found, found | TAKEN))
        return -EAGAIN;
    *enumeration = (struct enumeration *)found;
    return 0;
}

void enumeration_give(struct enumeration *enumeration)
{
    uintptr_t mine = (uintptr_t)enumeration | TAKEN;

    if (!atomic_compare_exchange_strong(&current, &mine, (uintptr_t)enumeration))
        close_enumeration(enumeration);
}

void enumeration_end(void)
{
    replace(0);
}
