/*
 * Backups that are restored while readers look up: generations and names of bases are used again, for other
 * bases.
 *
 * A round: history A goes on from a backup to a generation that is kept, too. The first backup is restored,
 * and history B goes on from it to the same generation: another base of the same name. Then A's is put in its
 * place.
 */
#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/backup.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/setting.h"

/* Readers come to see a restored index within a second: this is above it. */
#define PAUSE_US 1250000
/* Between the two files of a restore, long enough to be met, ms. */
#define BETWEEN_MS 40
/* Steps from one backup to the next; by them, the same files are made each time (see "bases"). */
#define STEPS 24

static const struct {
    enum looker_kind kind;
    unsigned int threads;
} plans[] = {{KEEPING, 4}, {KEEPING, 1}, {COLD, 1}};

#define PROCESSES (sizeof(plans) / sizeof(plans[0]))

struct run {
    struct replacer replacer;
    struct history *history;
    const char *directory;
    char first[PATH_MAX], second[PATH_MAX]; /* backups */
    uint64_t first_step, second_step;       /* that they hold */
    uint64_t reused;                        /* names of bases */
};

static void steps(struct run *run, unsigned int count)
{
    while (count-- > 0)
        replacer_step(&run->replacer);
}

/* In which index.tdb is beside a base of its own generation. */
static void steps_to_new_base(struct run *run)
{
    do
        steps(run, 1);
    while (run->replacer.step % 4 != 0);
}

static void restore(struct run *run, const char *backup, uint64_t to)
{
    uint64_t step = ++run->replacer.step;

    history_restore(run->history, step, to);
    backup_restore(backup, run->directory, BETWEEN_MS);
    history_restored(run->history, step);
}

static void one_round(struct run *run)
{
    struct meta a, b;

    steps_to_new_base(run);
    backup_keep(run->directory, run->first);
    run->first_step = run->replacer.step;
    steps(run, STEPS);
    backup_keep(run->directory, run->second);
    run->second_step = run->replacer.step;
    a = replacer_meta(&run->replacer);

    restore(run, run->first, run->first_step);
    steps(run, STEPS);
    b = replacer_meta(&run->replacer);
    /* Readers that have A's base mapped see B's index.tdb, which names one of the same name. */
    usleep(PAUSE_US);
    if (a.base != 0 && a.base == b.base && a.generation == b.generation && a.base_id != b.base_id)
        run->reused++;

    restore(run, run->second, run->second_step);
    usleep(PAUSE_US);
}

static void tell(const struct run *run, long rounds)
{
    uint64_t lookups = 0, unavailable = 0;

    for (size_t i = 0; i < READERS_MAX; i++) {
        lookups += run->history->tallies[i].lookups;
        unavailable += run->history->tallies[i].unavailable;
    }
    setting_figure("restores", "%ld", 2 * rounds);
    setting_figure("names of bases used again", "%" PRIu64, run->reused);
    setting_figure("look-ups", "%" PRIu64, lookups);
    setting_figure("look-ups between the two files of a restore", "%" PRIu64, unavailable);
    setting_figure("wrong answers", "%" PRIu32, atomic_load(&run->history->wrong));
    if (run->reused == 0 || unavailable == 0)
        errx(1, "FAILED: no base's name was used again, or nobody looked up between the files of a restore");
}

int main(int argc, char **argv)
{
    struct setting setting = setting_read(argc, argv);
    struct history *history = history_new(setting.shape);
    struct run run = {replacer_start(setting.directory, history), history, setting.directory, .reused = 0};
    uint64_t deadline = setting_deadline(setting.seconds);
    pid_t readers[PROCESSES];
    struct tally *tally = history->tallies;
    bool good = true;
    long rounds = 0;

    snprintf(run.first, sizeof(run.first), "%s/first", setting.directory);
    snprintf(run.second, sizeof(run.second), "%s/second", setting.directory);
    for (size_t i = 0; i < PROCESSES; i++) {
        struct looker looker = {history, tally, setting.seed + 100 * i, plans[i].kind};

        readers[i] = looker_fork(&looker, plans[i].threads);
        tally += plans[i].threads;
    }
    do
        one_round(&run);
    while (++rounds < RESTORES_MAX / 2 && nanoseconds_now() < deadline);
    atomic_store(&history->over, true);
    for (size_t i = 0; i < PROCESSES; i++)
        good = looker_wait(readers[i], 20, "a reader") && good;
    tell(&run, rounds);
    return good && atomic_load(&history->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
