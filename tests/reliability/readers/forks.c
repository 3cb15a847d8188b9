/*
 * Forks while 32 threads look up and the index is replaced: whatever the others were at, the child looks up
 * within a second, and rightly.
 */
#include <err.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/setting.h"

#define THREADS 32
/* The threads are to be in the middle of a look-up, and not in the way of who forks, of the children, and of
 * whatever else the machine is at; the second needs a right, and does without it. */
#define THREAD_NICE 19
#define FORK_NICE   (-15)
#define CHILD_LOOKS 8
/* Without pauses, threads that are in the kernel to map something wait for all others, and each fork for
 * them: a third of the forks were left. */
#define BURST          100
#define BURST_PAUSE_NS 3000000
/* What a child may take, seconds. */
#define CHILD_LIMIT 1
/* Between replacements: for some of the threads to have the latest mapped, and some not. */
#define PAUSE_NS 200000

struct forks {
    struct history *history;
    struct looker child;
    uint64_t random;
    uint64_t count;
    uint64_t slowest; /* child, nanoseconds */
    uint64_t bad;     /* children */
};

static void *look_up(void *argument)
{
    const struct timespec pause = {.tv_nsec = BURST_PAUSE_NS};
    struct looker *looker = argument;
    uint64_t random = looker->seed;

    if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), THREAD_NICE) < 0)
        err(1, "setpriority");
    while (!atomic_load(&looker->history->over)) {
        for (int i = 0; i < BURST; i++)
            looker_once(looker, &random);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static pid_t fork_writer(const struct setting *setting, struct history *history)
{
    struct replacer replacer = replacer_start(setting->directory, history);
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    pid_t child = fork();

    if (child < 0)
        err(1, "fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (!atomic_load(&history->over)) {
        replacer_step(&replacer);
        nanosleep(&pause, NULL);
    }
    exit(0);
}

static void fork_once(struct forks *forks)
{
    pid_t child = fork();
    uint64_t start = nanoseconds_now(), took;

    if (child < 0)
        err(1, "fork");
    random_next(&forks->random);
    if (child == 0) {
        bool good = true;

        for (int i = 0; i < CHILD_LOOKS; i++)
            good = looker_once(&forks->child, &forks->random) && good;
        _exit(good ? 0 : 1);
    }
    forks->count++;
    forks->bad += !looker_wait(child, CHILD_LIMIT, "a child");
    took = nanoseconds_now() - start;
    if (took > forks->slowest)
        forks->slowest = took;
}

static void tell(const struct forks *forks)
{
    const struct history *history = forks->history;
    uint64_t lookups = 0;

    for (size_t i = 0; i < THREADS; i++)
        lookups += history->tallies[i].lookups;
    setting_figure("forks", "%" PRIu64, forks->count);
    setting_figure("replacements meanwhile", "%" PRIu64, atomic_load(&history->committed));
    setting_figure("look-ups of the threads meanwhile", "%" PRIu64, lookups);
    setting_figure("slowest child, ms", "%.1f", (double)forks->slowest / 1e6);
    setting_figure("children that hung or answered wrongly", "%" PRIu64, forks->bad);
}

int main(int argc, char **argv)
{
    struct setting setting = setting_read(argc, argv);
    struct history *history = history_new(setting.shape);
    pid_t writer = fork_writer(&setting, history);
    struct forks forks = {
        .history = history,
        .child = {history, &history->tallies[THREADS], setting.seed, KEEPING},
        .random = setting.seed,
    };
    uint64_t deadline = setting_deadline(setting.seconds);
    struct looker lookers[THREADS];
    pthread_t threads[THREADS];
    bool good;

    for (unsigned int i = 0; i < THREADS; i++) {
        lookers[i] = (struct looker){history, &history->tallies[i], setting.seed + 2 * i + 2, KEEPING};
        if (pthread_create(&threads[i], NULL, look_up, &lookers[i]) != 0)
            errx(1, "no thread");
    }
    setpriority(PRIO_PROCESS, 0, FORK_NICE);
    /* A count is to be reached within the time; without one, there is to be any fork at all. */
    while (nanoseconds_now() < deadline && (setting.count == 0 || forks.count < (uint64_t)setting.count))
        fork_once(&forks);
    atomic_store(&history->over, true);
    for (unsigned int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    good = looker_wait(writer, 10, "the writer");
    tell(&forks);
    if (forks.count < (setting.count == 0 ? 1 : (uint64_t)setting.count)) {
        printf("only %" PRIu64 " forks in %g seconds\n", forks.count, (double)setting.seconds);
        good = false;
    }
    return good && forks.bad == 0 && atomic_load(&history->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
