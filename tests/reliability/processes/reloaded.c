/*
 * Programs that load the modules and let go of them again and again, while their threads go on looking up:
 * they stay where they are, and so does what they have mapped.
 *
 *   reloaded COUNT SECONDS    so many times, and on until the time is over
 */
#include <dlfcn.h>
#include <err.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ask.h"
#include "complain.h"

#define THREADS 8

static atomic_bool stop;
static atomic_ulong asked, wrong, enumerated;

static void *ask_on(void *none)
{
    struct reply reply;

    for (size_t entry = 0; !atomic_load(&stop); entry = (entry + 1) % ALL_ENTRIES) {
        ask_among_others(entry, &reply);
        atomic_fetch_add(&asked, 1);
        if (entry >= ENTRIES && reply.status == NSS_STATUS_SUCCESS)
            atomic_fetch_add(&enumerated, 1);
        if (!reply.right)
            atomic_fetch_add(&wrong, 1);
    }
    return none;
}

/* Loads the module and closes it until nobody holds it. The address of an entry point. */
static void *load_and_close(const char *name)
{
    char path[PATH_MAX], entry[80];
    void *handle, *found;

    snprintf(path, sizeof(path), "%s/libnss_%s.so.2", getenv("LVINDEX_MODULES"), name);
    snprintf(entry, sizeof(entry), "_nss_%s_gethostbyname_r", name);
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        errx(1, "%s", dlerror());
    found = dlsym(handle, entry);
    dlclose(handle);
    return found;
}

static unsigned long reload(unsigned long count, time_t until)
{
    void *hosts = load_and_close("lvindex"), *guests = load_and_close("lvindex_guest");
    unsigned long done;

    for (done = 0; done < count || time(NULL) < until; done++) {
        if (load_and_close("lvindex") != hosts || load_and_close("lvindex_guest") != guests) {
            complain("a module came back at another place");
            break;
        }
    }
    return done;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    unsigned long done;
    unsigned int mappings;

    if (argc != 3 || getenv("LVINDEX_MODULES") == NULL)
        errx(2, "usage: LVINDEX_MODULES=DIRECTORY reloaded COUNT SECONDS");
    ask_setup();
    ask_unload();
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, ask_on, NULL) != 0)
            errx(2, "pthread_create");
    }
    done = reload(strtoul(argv[1], NULL, 10), time(NULL) + (time_t)atof(argv[2]));
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (atomic_load(&wrong) > 0)
        complain("%lu of %lu answers were wrong", atomic_load(&wrong), atomic_load(&asked));
    mappings = index_mappings();
    reload(1000, 0);
    if (mappings == 0 || index_mappings() != mappings)
        complain("%u mappings of the index became %u", mappings, index_mappings());
    if (atomic_load(&enumerated) == 0)
        complain("no enumeration told anything");
    tell("dlclose of the modules",
         "%lu times beside %d threads that made %lu lookups, %lu of them enumerations", done, THREADS,
         atomic_load(&asked), atomic_load(&enumerated));
    return verdict();
}
