/* Threads with as little stack as there can be may look up: each entry point, in the deepest ways there are.
 */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "ask.h"
#include "complain.h"

#define PAINT 0xa5

/* The replies' room is no part of what the modules need. */
static struct reply reply;

static void *do_nothing(void *entry)
{
    return entry;
}

static void *ask_known(void *entry)
{
    ask((size_t)(uintptr_t)entry, &reply);
    return &reply;
}

static void *ask_unknown(void *entry)
{
    ask_other((size_t)(uintptr_t)entry, "nobody.lab.example", &reply);
    return &reply;
}

/* Bytes of a smallest stack that a thread touched. A guard page below it stops whoever needs more. */
static size_t run(void *(*start)(void *), size_t entry, size_t size)
{
    const size_t guard = 64 << 10;
    uint8_t *area = mmap(NULL, guard + size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t untouched = 0;
    int error;

    if (area == MAP_FAILED || mprotect(area + guard, size, PROT_READ | PROT_WRITE) < 0)
        err(2, "mmap");
    memset(area + guard, PAINT, size);
    pthread_attr_init(&attributes);
    error = pthread_attr_setstack(&attributes, area + guard, size);
    if (error == 0)
        error = pthread_create(&thread, &attributes, start, (void *)(uintptr_t)entry);
    if (error != 0 || pthread_join(thread, NULL) != 0)
        errx(2, "a thread with %zu bytes of stack: %s", size, strerror(error));
    pthread_attr_destroy(&attributes);
    while (untouched < size && area[guard + untouched] == PAINT)
        untouched++;
    munmap(area, guard + size);
    return size - untouched;
}

static size_t deeper(size_t deepest, size_t found)
{
    return found > deepest ? found : deepest;
}

int main(void)
{
    size_t smallest = (size_t)PTHREAD_STACK_MIN;
    size_t nothing, deepest = 0;

    ask_setup();
    nothing = run(do_nothing, 0, smallest);
    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        for (int warm = 0; warm < 2; warm++) {
            if (!warm)
                forget();
            deepest = deeper(deepest, run(ask_known, entry, smallest));
            if (!reply.right)
                complain("%s: status %d, errno %d", ask_entry(entry), reply.status, reply.error);
        }
        deepest = deeper(deepest, run(ask_unknown, entry, smallest));
        if (reply.status != NSS_STATUS_NOTFOUND)
            complain("%s, unknown: status %d", ask_entry(entry), reply.status);
        use_index("/nonexistent");
        deepest = deeper(deepest, run(ask_known, entry, smallest));
        if (reply.status != NSS_STATUS_UNAVAIL)
            complain("%s, no index: status %d", ask_entry(entry), reply.status);
        use_index(own_index());
    }
    if (deepest <= nothing)
        complain("no stack was used: nothing was measured");
    tell("stack that a lookup needs at the most", "%zu bytes of the %zu of a smallest thread",
         deepest - nothing, smallest);
    return verdict();
}
