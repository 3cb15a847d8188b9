/*
 * Enumerations of thousands of entries while the index is replaced without a pause: each is exactly one
 * generation, also with a buffer that is too small at first, and when it is gone on with by a child.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "nss/module.h"
#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/pairs.h"
#include "tests/reliability/readers/setting.h"

/* Events come in while a listing is under way: it rests in the middle. */
#define REST_NS 4000000

enum reader { STEADY, SMALL_BUFFER, FORKING, READERS };

static struct {
    _Atomic uint64_t step; /* that was published */
    _Atomic uint64_t listings;
    _Atomic uint64_t entries;
    _Atomic uint64_t events; /* during listings */
    _Atomic uint64_t children;
    _Atomic uint32_t wrong;
    atomic_bool over;
} * shared;

static sethostent_fn *begin;
static gethostent_fn *next;
static endhostent_fn *end;

static void *entry_point(void *module, const char *symbol)
{
    void *found = dlsym(module, symbol);

    if (found == NULL)
        errx(1, "%s", dlerror());
    return found;
}

static void load(const char *modules)
{
    char path[PATH_MAX];
    void *module;

    snprintf(path, sizeof(path), "%s/libnss_lvindex.so.2", modules);
    module = dlopen(path, RTLD_NOW);
    if (module == NULL)
        errx(1, "%s", dlerror());
    begin = (sethostent_fn *)entry_point(module, "_nss_lvindex_sethostent");
    next = (gethostent_fn *)entry_point(module, "_nss_lvindex_gethostent_r");
    end = (endhostent_fn *)entry_point(module, "_nss_lvindex_endhostent");
}

/* The next entry into a buffer that fits; with `small`, into one before that does not. */
static enum nss_status next_entry(struct hostent *host, bool small, char buffer[static 256])
{
    int error, h_error;
    enum nss_status status;

    if (small) {
        status = next(host, buffer, 8, &error, &h_error);
        if (status != NSS_STATUS_TRYAGAIN)
            return status;
        if (error != ERANGE || h_error != NETDB_INTERNAL)
            return NSS_STATUS_UNAVAIL;
    }
    return next(host, buffer, 256, &error, &h_error);
}

/* Takes at most `most` entries; false at the end, and where something is wrong. */
static bool take(struct pairs_listing *listing, uint32_t most, bool small)
{
    struct hostent host;
    char buffer[256];

    for (; most > 0; most--) {
        enum nss_status status = next_entry(&host, small, buffer);

        if (status == NSS_STATUS_SUCCESS)
            pairs_note(listing, &host);
        else if (status == NSS_STATUS_NOTFOUND)
            return false;
        else
            listing->others++;
        if (listing->others > 0)
            return false;
    }
    return true;
}

static void rest(void)
{
    const struct timespec pause = {.tv_nsec = REST_NS};

    nanosleep(&pause, NULL);
}

static void finish(struct pairs_listing *listing, bool small)
{
    take(listing, UINT32_MAX, small);
    if (!pairs_judge(listing))
        atomic_fetch_add(&shared->wrong, 1);
}

/* The child has the rest of the listing for itself. */
static void finish_in_child(const struct pairs_listing *listing)
{
    struct pairs_listing own = *listing;
    pid_t child = fork();

    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        finish(&own, false);
        _exit(0);
    }
    if (!looker_wait(child, 20, "a child that goes on with a listing"))
        atomic_fetch_add(&shared->wrong, 1);
    atomic_fetch_add(&shared->children, 1);
}

static void list(enum reader kind, uint64_t *random)
{
    static struct pairs_listing listing;
    uint64_t before;

    memset(&listing, 0, sizeof(listing));
    if (begin(0) != NSS_STATUS_SUCCESS) {
        fprintf(stderr, "FAILED: no listing can be begun\n");
        atomic_fetch_add(&shared->wrong, 1);
        return;
    }
    before = atomic_load(&shared->step);
    take(&listing, (uint32_t)(random_next(random) % PAIRS), kind == SMALL_BUFFER);
    rest();
    if (kind == FORKING)
        finish_in_child(&listing);
    finish(&listing, kind == SMALL_BUFFER);
    atomic_fetch_add(&shared->events, atomic_load(&shared->step) - before);
    atomic_fetch_add(&shared->listings, 1);
    atomic_fetch_add(&shared->entries, listing.count);
    end();
}

static pid_t start_reader(enum reader kind, uint64_t seed)
{
    pid_t child = fork();

    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        while (!atomic_load(&shared->over))
            list(kind, &seed);
        _exit(0);
    }
    return child;
}

/* Until the time is over; how many bases were made. */
static uint64_t replace(const struct setting *setting, uint64_t first)
{
    uint64_t deadline = setting_deadline(setting->seconds), bases = 0;

    for (uint64_t step = first + 1; nanoseconds_now() < deadline; step++) {
        bases += pairs_step(setting->directory, step);
        atomic_store(&shared->step, step);
    }
    return bases;
}

static bool tell(uint64_t replacements, uint64_t bases)
{
    uint64_t listings = atomic_load(&shared->listings), entries = atomic_load(&shared->entries);
    uint64_t events = atomic_load(&shared->events), children = atomic_load(&shared->children);

    setting_figure("replacements", "%" PRIu64, replacements);
    setting_figure("new bases", "%" PRIu64, bases);
    setting_figure("listings", "%" PRIu64, listings);
    setting_figure("entries a listing", "%" PRIu64, listings == 0 ? 0 : entries / listings);
    setting_figure("replacements a listing", "%" PRIu64, listings == 0 ? 0 : events / listings);
    setting_figure("listings that a child went on with", "%" PRIu64, children);
    setting_figure("wrong listings", "%" PRIu32, atomic_load(&shared->wrong));
    if (listings > 0 && children > 0 && bases > 1 && events > listings && entries / listings >= PAIRS)
        return true;
    fprintf(stderr, "FAILED: too short to meet replacements, new bases and children\n");
    return false;
}

int main(int argc, char **argv)
{
    struct setting setting = setting_read(argc, argv);
    uint64_t first = 1 + setting.seed % ((uint64_t)100 * PAIRS), bases;
    pid_t readers[READERS];
    bool good = true;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(1, "mmap");
    load(setting.modules);
    pairs_start(setting.directory, first);
    atomic_store(&shared->step, first);
    for (int kind = STEADY; kind < READERS; kind++)
        readers[kind] = start_reader((enum reader)kind, setting.seed + (uint64_t)kind);
    bases = replace(&setting, first);
    atomic_store(&shared->over, true);
    for (int kind = STEADY; kind < READERS; kind++)
        good = looker_wait(readers[kind], 20, "a reader") && good;
    good = tell(atomic_load(&shared->step) - first, bases) && good;
    return good && atomic_load(&shared->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
