/*
 * A signal handler that looks up, and then leaves whatever it interrupted by siglongjmp(), ten thousand times
 * a second: nothing is wedged, no answer is wrong, and a jump costs one mapping of the index at the most,
 * and no descriptor.
 *
 *   jumps SECONDS
 */
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

#define PER_PROCESS 10000 /* jumps: a process may only have so many mappings */
#define PERIOD      100   /* microseconds */

/* Of an index of two files: their pages and the one for bookkeeping. */
#define AREAS 3

static sigjmp_buf before;
static volatile unsigned long jumped, wrong, asked, enumerated;
static volatile sig_atomic_t may_jump;

static void ask_one(void)
{
    struct reply reply;

    size_t entry = asked % ALL_ENTRIES;

    ask_among_others(entry, &reply);
    asked++;
    enumerated += entry >= ENTRIES && reply.status == NSS_STATUS_SUCCESS;
    if (!reply.right)
        wrong++;
}

static void handle(int signal)
{
    (void)signal;
    ask_one();
    if (may_jump) {
        jumped++;
        siglongjmp(before, 1);
    }
}

static double seconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_timer(long period)
{
    struct itimerval timer = {.it_interval.tv_usec = period, .it_value.tv_usec = period};

    if (setitimer(ITIMER_REAL, &timer, NULL) < 0)
        err(2, "setitimer");
}

static void jump_about(double until)
{
    sigsetjmp(before, 1);
    may_jump = 1;
    while (jumped < PER_PROCESS && seconds() < until)
        ask_one();
    may_jump = 0;
}

struct round {
    unsigned long jumped, asked, enumerated, lost;
};

/* One process's share. What it asks afterwards has to be right, and must lose nothing more. */
static int play(double until, int result)
{
    struct sigaction action = {.sa_handler = handle};
    struct round round;
    unsigned int left, open_before = descriptors();

    sigaction(SIGALRM, &action, NULL);
    set_timer(PERIOD);
    jump_about(until);
    set_timer(0);
    if (wrong > 0)
        complain("%lu of %lu answers were wrong", wrong, asked);
    forget();
    left = index_mappings();
    for (int i = 0; i < 1000; i++)
        ask_all("after the jumps");
    if (index_mappings() > left + 2 * AREAS)
        complain("%u mappings of the index became %u without a jump", left, index_mappings());
    if (left > (jumped + 32) * AREAS)
        complain("%lu jumps left %u mappings of the index", jumped, left);
    if (descriptors() != open_before)
        complain("%lu jumps left %d descriptors", jumped, (int)(descriptors() - open_before));
    round = (struct round){jumped, asked, enumerated, left};
    if (write(result, &round, sizeof(round)) != sizeof(round))
        err(2, "write");
    return verdict();
}

static struct round play_in_child(double until)
{
    struct round round = {0};
    int ends[2], status;
    pid_t child;

    if (pipe(ends) < 0 || (child = fork()) < 0)
        err(2, "fork");
    if (child == 0)
        _exit(play(until, ends[1]));
    close(ends[1]);
    if (read(ends[0], &round, sizeof(round)) != sizeof(round))
        complain("a process did not tell how it went");
    close(ends[0]);
    if (waitpid(child, &status, 0) < 0 || status != 0)
        complain("a process ended with status %d", status);
    return round;
}

int main(int argc, char **argv)
{
    struct round total = {0};
    double begin = seconds(), until;

    if (argc != 2)
        errx(2, "usage: jumps SECONDS");
    until = begin + atof(argv[1]);
    ask_setup();
    while (seconds() < until && verdict() == 0) {
        struct round round = play_in_child(until);

        total.jumped += round.jumped;
        total.asked += round.asked;
        total.enumerated += round.enumerated;
        total.lost += round.lost;
    }
    if (total.jumped == 0)
        complain("no jump was made");
    if (total.enumerated == 0)
        complain("no enumeration told anything");
    tell("siglongjmp out of lookups", "%lu jumps, %.0f a second, among %lu lookups, %lu of them enumerations",
         total.jumped, (double)total.jumped / (seconds() - begin), total.asked, total.enumerated);
    tell("mappings of index files that these jumps left behind", "%lu", total.lost);
    return verdict();
}
