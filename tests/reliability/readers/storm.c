/* Replacements without a pause, and readers of all kinds, some of which are stopped in the middle of a
 * look-up. */
#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/setting.h"

#define THREADS 4

/* Under the thread sanitizer, what threads of one process do is all that counts. */
#ifdef __SANITIZE_THREAD__
#define PROCESSES 1
#else
#define PROCESSES 5
#endif

/* With what each of them does beside its looking up. */
static const struct {
    enum looker_kind kind;
    unsigned int threads;
    bool stopped; /* now and then */
} plans[] = {{KEEPING, 2 * THREADS, false},
             {KEEPING, THREADS, true},
             {KEEPING, 1, true},
             {COLD, 1, false},
             {STARVED, 1, false}};

/* Steps between a stop and the next one. */
#define STOP_PERIOD 40

static pid_t readers[PROCESSES];

static void start_readers(const struct setting *setting, struct history *history)
{
    struct tally *tally = history->tallies;

    for (size_t i = 0; i < PROCESSES; i++) {
        struct looker looker = {history, tally, setting->seed + 100 * i, plans[i].kind};

        readers[i] = looker_fork(&looker, plans[i].threads);
        tally += plans[i].threads;
    }
}

/* Lets the one go on that is stopped, and stops another one, if it is its turn to be. */
static void stop_another(uint64_t *random)
{
    static size_t stopped;
    static bool any;

    if (any)
        kill(readers[stopped], SIGCONT);
    stopped = random_next(random) % PROCESSES;
    any = plans[stopped].stopped;
    if (any)
        kill(readers[stopped], SIGSTOP);
}

static bool end_readers(struct history *history)
{
    bool good = true;

    atomic_store(&history->over, true);
    for (size_t i = 0; i < PROCESSES; i++) {
        kill(readers[i], SIGCONT);
        good = looker_wait(readers[i], 20, "a reader") && good;
    }
    return good;
}

static uint64_t replace(const struct setting *setting, struct replacer *replacer)
{
    uint64_t start = nanoseconds_now(), deadline = setting_deadline(setting->seconds), random = setting->seed;

    while (nanoseconds_now() < deadline &&
           (setting->count == 0 || replacer->step < (uint64_t)setting->count)) {
        if (replacer->step % STOP_PERIOD == 0)
            stop_another(&random);
        replacer_step(replacer);
    }
    return nanoseconds_now() - start;
}

static struct tally sum(const struct history *history)
{
    struct tally all = {0};

    for (size_t i = 0; i < READERS_MAX; i++) {
        all.lookups += history->tallies[i].lookups;
        all.gone += history->tallies[i].gone;
        all.starved += history->tallies[i].starved;
    }
    return all;
}

static void tell(const struct history *history, const struct replacer *replacer, uint64_t took)
{
    struct tally all = sum(history);
    double seconds = (double)took / 1e9;

    setting_figure("replacements", "%" PRIu64 " (%.0f/s)", replacer->step, (double)replacer->step / seconds);
    setting_figure("look-ups", "%" PRIu64 " (%.0f/s)", all.lookups, (double)all.lookups / seconds);
    setting_figure("new bases", "%" PRIu64, replacer->new_bases);
    setting_figure("bases given up", "%" PRIu64, replacer->bases_gone);
    setting_figure("names found gone", "%" PRIu64, all.gone);
    setting_figure("look-ups without a descriptor", "%" PRIu64, all.starved);
    setting_figure("slowest replacement, ms", "%.1f", (double)replacer->slowest / 1e6);
    setting_figure("wrong answers", "%" PRIu32, atomic_load(&history->wrong));
}

/* A test that met nothing of what it is about has proved nothing. */
static bool met_all(const struct history *history, const struct replacer *replacer)
{
    const struct shape *shape = history->shape;
    struct tally all = sum(history);
    bool met = all.lookups > 0 && all.gone > 0 && (replacer->new_bases > 0 || !shape->makes_bases) &&
               (replacer->bases_gone > 0 || !shape->gives_bases_up) && (all.starved > 0 || PROCESSES == 1);

    if (!met)
        fprintf(stderr, "FAILED: too short to meet new bases, removed names and missing descriptors\n");
    return met;
}

int main(int argc, char **argv)
{
    struct setting setting = setting_read(argc, argv);
    struct history *history = history_new(setting.shape);
    struct replacer replacer = replacer_start(setting.directory, history);
    uint64_t took;
    bool good;

    start_readers(&setting, history);
    took = replace(&setting, &replacer);
    good = end_readers(history);
    tell(history, &replacer, took);
    good = met_all(history, &replacer) && good;
    return good && atomic_load(&history->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
