#include "tests/reliability/readers/looker.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"

#define COLD_LOOKS  4
#define READER_NICE 15

/* Between the two files of a restore, the base may be another one's than index.tdb's. */
static bool is_between(const struct looker *looker, const struct look *look, const struct answer *answer)
{
    return answer->status == NSS_STATUS_UNAVAIL && answer->error == ESTALE &&
           history_restoring(looker->history, look);
}

static bool look_up(struct looker *looker, struct subject subject, bool tuples, bool starved)
{
    struct look look = history_look(looker->history);
    struct answer answer = asker_ask(subject, tuples);

    looker->tally->lookups++;
    if (is_between(looker, &look, &answer)) {
        looker->tally->unavailable++;
        return true;
    }
    if (starved && answer.status == NSS_STATUS_TRYAGAIN && answer.error == EMFILE) {
        looker->tally->starved++;
        return true;
    }
    if (answer.status == NSS_STATUS_NOTFOUND)
        looker->tally->gone++;
    return history_judge(looker->history, subject, &look, &answer);
}

static bool look_at_random(struct looker *looker, uint64_t *random, bool starved)
{
    uint64_t number = random_next(random);

    return look_up(looker, asker_pick(looker->history->shape, number), number >> 63 != 0, starved);
}

bool looker_once(struct looker *looker, uint64_t *random)
{
    return look_at_random(looker, random, false);
}

bool looker_ask(struct looker *looker, struct subject subject)
{
    return look_up(looker, subject, false, false);
}

static bool is_over(const struct looker *looker)
{
    return atomic_load_explicit(&looker->history->over, memory_order_relaxed);
}

static void run_keeping(struct looker *looker)
{
    uint64_t random = looker->seed;

    while (!is_over(looker))
        looker_once(looker, &random);
}

/* Gives all free descriptors back, or takes them away. */
static void set_descriptors(rlim_t most)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        err(1, "getrlimit");
    limit.rlim_cur = most;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        err(1, "setrlimit");
}

static void run_starved(struct looker *looker)
{
    uint64_t random = looker->seed;

    for (uint64_t round = 0; !is_over(looker); round++) {
        bool starved = round % 2 == 1;
        uint64_t looks = random_next(&random) % 64;

        set_descriptors(starved ? 0 : 256);
        for (uint64_t i = 0; i < looks; i++)
            look_at_random(looker, &random, starved);
    }
}

static void run_cold(struct looker *looker)
{
    uint64_t random = looker->seed;

    while (!is_over(looker)) {
        pid_t child = fork();

        if (child < 0)
            err(1, "fork");
        random_next(&random);
        if (child > 0) {
            /* Each adds to the one tally in shared memory, one after the other. */
            looker_wait(child, 10, "a process that looks up for the first time");
            continue;
        }
        for (int i = 0; i < COLD_LOOKS; i++)
            looker_once(looker, &random);
        _exit(0);
    }
}

void looker_run(struct looker *looker)
{
    static void (*const runs[])(struct looker * looker) = {run_keeping, run_cold, run_starved};

    runs[looker->kind](looker);
}

static void *run_thread(void *looker)
{
    looker_run(looker);
    return NULL;
}

static void run_threads(const struct looker *looker, unsigned int count)
{
    struct looker lookers[LOOKER_THREADS_MAX];
    pthread_t threads[LOOKER_THREADS_MAX];

    for (unsigned int i = 0; i < count; i++) {
        lookers[i] = *looker;
        lookers[i].tally += i;
        lookers[i].seed += i;
        if (pthread_create(&threads[i], NULL, run_thread, &lookers[i]) != 0)
            errx(1, "no thread");
    }
    for (unsigned int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

pid_t looker_fork(const struct looker *looker, unsigned int threads)
{
    pid_t parent = getpid(), child = fork();

    if (child < 0)
        err(1, "fork");
    if (child > 0)
        return child;
    /* No reader outlives its test, and the writer comes first: few readers make as many look-ups as many do.
     */
    if (nice(READER_NICE) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(1);
    run_threads(looker, threads);
    exit(0);
}

bool looker_wait(pid_t pid, double seconds, const char *what)
{
    struct pollfd ending = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    bool ended;
    int status;

    if (ending.fd < 0)
        err(1, "pidfd_open");
    ended = poll(&ending, 1, (int)(seconds * 1000)) == 1;
    close(ending.fd);
    if (!ended) {
        dprintf(STDERR_FILENO, "FAILED: %s hangs\n", what);
        kill(pid, SIGKILL);
    }
    if (waitpid(pid, &status, 0) != pid)
        err(1, "waitpid");
    if (ended && status != 0)
        dprintf(STDERR_FILENO, "FAILED: %s: wait status %#x\n", what, (unsigned int)status);
    return ended && status == 0;
}
