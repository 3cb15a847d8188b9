/*
 * Threads that are cancelled while they look up. As the modules have no cancellation point, a thread dies
 * between two look-ups, and nothing is lost; one that may be cancelled anywhere takes one mapping of the
 * index with it at the most.
 *
 *   cancelled COUNT SECONDS    cancels so many threads, and goes on until the time is over
 */
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

#define THREADS 8

/* Cancelled one by one, which goes fast, between two times of all threads together. */
#define SINGLE 1000

/* Threads that may be cancelled anywhere: a process may only have so many mappings. */
#define PER_PROCESS 2000

#define STACK (64 << 10)

/* Of an index of two files: their pages and the one for bookkeeping. */
#define AREAS 3

static atomic_ulong asked, wrong, enumerated;
static pthread_attr_t attributes;

static void ask_one(size_t entry)
{
    struct reply reply;

    entry %= ALL_ENTRIES;
    ask_among_others(entry, &reply);
    atomic_fetch_add(&asked, 1);
    if (entry >= ENTRIES && reply.status == NSS_STATUS_SUCCESS)
        atomic_fetch_add(&enumerated, 1);
    if (!reply.right)
        atomic_fetch_add(&wrong, 1);
}

_Noreturn static void *ask_until_cancelled(void *anywhere)
{
    if (anywhere != NULL)
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    /* Few come far before they are cancelled. */
    for (size_t entry = atomic_load(&asked);; entry++) {
        ask_one(entry);
        pthread_testcancel();
    }
}

static void cancel_some(unsigned int count, void *anywhere)
{
    pthread_t threads[THREADS];

    for (unsigned int i = 0; i < count; i++) {
        int error = pthread_create(&threads[i], &attributes, ask_until_cancelled, anywhere);

        if (error != 0)
            errx(2, "pthread_create: %d", error);
    }
    for (unsigned int i = 0; i < count; i++)
        pthread_cancel(threads[i]);
    for (unsigned int i = 0; i < count; i++) {
        void *result;

        if (pthread_join(threads[i], &result) != 0 || result != PTHREAD_CANCELED)
            complain("a thread ended by itself");
    }
}

static unsigned long cancel_between(unsigned long count, time_t until)
{
    unsigned int open_before = descriptors();
    unsigned long cancelled = 0;

    while (cancelled < count || time(NULL) < until) {
        unsigned int together = cancelled % SINGLE < THREADS ? THREADS : 1;

        cancel_some(together, NULL);
        cancelled += together;
    }
    /* Two modules; each slot of the cache may hold one. */
    if (index_mappings() > 2 * THREADS * AREAS)
        complain("%lu cancelled threads left %u mappings of the index", cancelled, index_mappings());
    if (descriptors() != open_before)
        complain("%lu cancelled threads left %d descriptors", cancelled, (int)(descriptors() - open_before));
    return cancelled;
}

static int cancel_anywhere(void)
{
    unsigned int left, open_before = descriptors();

    for (unsigned int cancelled = 0; cancelled < PER_PROCESS; cancelled += THREADS)
        cancel_some(THREADS, &attributes);
    left = index_mappings();
    if (left > (PER_PROCESS + 2 * THREADS) * AREAS)
        complain("%d threads that were cancelled anywhere left %u mappings", PER_PROCESS, left);
    if (descriptors() != open_before)
        complain("threads that were cancelled anywhere left %d descriptors",
                 (int)(descriptors() - open_before));
    for (int i = 0; i < 1000; i++)
        ask_all("after threads were cancelled anywhere");
    if (atomic_load(&wrong) > 0)
        complain("%lu of %lu answers were wrong", atomic_load(&wrong), atomic_load(&asked));
    return verdict();
}

static void expect_child(int (*act)(void))
{
    pid_t child = fork();
    int status;

    if (child < 0)
        err(2, "fork");
    if (child == 0)
        _exit(act());
    if (waitpid(child, &status, 0) < 0 || status != 0)
        complain("a process ended with status %d", status);
}

int main(int argc, char **argv)
{
    time_t begin = time(NULL);
    unsigned long count;
    double duration;

    if (argc != 3)
        errx(2, "usage: cancelled COUNT SECONDS");
    duration = atof(argv[2]);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    ask_setup();
    expect_child(cancel_anywhere);
    count = cancel_between(strtoul(argv[1], NULL, 10), begin + (time_t)duration);
    ask_all("after threads were cancelled");
    if (atomic_load(&wrong) > 0)
        complain("%lu of %lu answers were wrong", atomic_load(&wrong), atomic_load(&asked));
    if (atomic_load(&enumerated) == 0)
        complain("no enumeration told anything");
    tell("threads cancelled",
         "%lu between two lookups and %d anywhere, among %lu lookups, %lu of them enumerations", count,
         PER_PROCESS, atomic_load(&asked), atomic_load(&enumerated));
    return verdict();
}
