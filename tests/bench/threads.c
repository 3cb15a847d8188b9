#include "tests/bench/threads.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "tests/bench/service.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/trouble.h"

#define THREADS_MAX 64

struct worker {
    pthread_t thread;
    struct queries queries;
    int64_t begin;
    long calls;
    long found;
};

static pthread_barrier_t start;
static atomic_bool over;

static void *look_up(void *argument)
{
    struct worker *worker = argument;
    struct queries queries = worker->queries;
    long calls = 0;
    long found = 0;

    pthread_barrier_wait(&start);
    worker->begin = stopwatch();
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        found += service_by_name(queries_next(&queries));
        calls++;
    }
    /* Written once, at the end: while they run, threads share nothing. */
    worker->calls = calls;
    worker->found = found;
    return NULL;
}

struct threads_result threads_run(const struct queries *queries, int count, int milliseconds)
{
    struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    static struct worker workers[THREADS_MAX];
    struct threads_result result = {0};
    int64_t begin = INT64_MAX;
    int64_t end;

    if (count < 1 || count > THREADS_MAX)
        errx(EXIT_TROUBLE, "%d threads", count);
    atomic_store(&over, false);
    if (pthread_barrier_init(&start, NULL, (unsigned int)count + 1) != 0)
        errx(EXIT_TROUBLE, "no barrier");
    for (int i = 0; i < count; i++) {
        workers[i].queries = *queries;
        workers[i].queries.next = queries->count / (size_t)count * (size_t)i;
        if (pthread_create(&workers[i].thread, NULL, look_up, &workers[i]) != 0)
            errx(EXIT_TROUBLE, "no thread");
    }
    pthread_barrier_wait(&start);
    nanosleep(&pause, NULL);
    end = stopwatch();
    atomic_store(&over, true);
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        /* This thread may have got a core later than those that it started. */
        begin = workers[i].begin < begin ? workers[i].begin : begin;
        result.calls += workers[i].calls;
        result.found += workers[i].found;
    }
    pthread_barrier_destroy(&start);
    result.nanoseconds = end - begin;
    return result;
}
