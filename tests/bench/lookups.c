/*
 * A process that looks up names, as it is told to on its standard input, and says how long it took.
 *
 *   bench-lookups [--module FILE SERVICE] QUERIES...
 *
 * A command is a line. LIST is the place of a file of queries among the arguments, from 0 on; all commands
 * but the last two take its next ones, round and round.
 *
 *   name LIST COUNT           by the module's gethostbyname4_r()
 *   address LIST COUNT        by the module's gethostbyaddr2_r(); 0 calls if it has none
 *   resolve LIST COUNT        by getaddrinfo()
 *   fork LIST COUNT           the first lookup of each of COUNT children
 *   threads LIST COUNT MS     by the module's gethostbyname4_r(), in COUNT threads for MS milliseconds
 *   one NAME                  by the module's gethostbyname4_r()
 *
 * Each is answered by a line: calls, nanoseconds that they took together, how many were found, page faults.
 */
#include <err.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/bench/first.h"
#include "tests/bench/queries.h"
#include "tests/bench/service.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/threads.h"
#include "tests/bench/trouble.h"

#define LISTS_MAX 8
#define SLICES    10

static struct queries lists[LISTS_MAX];

/* As ssh asks. */
static bool resolve(const char *name)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;

    if (getaddrinfo(name, "22", &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

static void answer(long calls, long nanoseconds, long found, long faults)
{
    printf("%ld %ld %ld %ld\n", calls, nanoseconds, found, faults);
    fflush(stdout);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static long run(bool (*look_up)(const char *), struct queries *queries, long count)
{
    long found = 0;

    for (long i = 0; i < count; i++)
        found += look_up(queries_next(queries));
    return found;
}

/* Every name once, or as many as fit into a tenth of a second: who had the processor last has left its own in
 * the caches, and a process that looks up is not to pay for that. */
static void run_in(bool (*look_up)(const char *), struct queries *queries, long each)
{
    int64_t end = stopwatch() + 100000000;

    for (size_t done = 0; done < queries->count && stopwatch() < end; done += (size_t)each)
        run(look_up, queries, each);
}

/* In slices, of which the median one counts: in some, the kernel may have let another process run. */
static void run_batch(bool (*look_up)(const char *), struct queries *queries, long count)
{
    int64_t times[SLICES] = {0};
    long slices = count < SLICES ? 1 : SLICES;
    long each = count / slices;
    long found = 0;

    if (slices > 1)
        run_in(look_up, queries, each);
    for (long slice = 0; slice < slices; slice++) {
        int64_t begin = stopwatch();

        found += run(look_up, queries, each);
        times[slice] = stopwatch() - begin;
    }
    qsort(times, (size_t)slices, sizeof(*times), by_size);
    answer(each * slices, times[slices / 2] * slices, found, 0);
}

static void run_threads(const struct queries *queries, long count, int milliseconds)
{
    struct threads_result result = threads_run(queries, (int)count, milliseconds);

    answer(result.calls, result.nanoseconds, result.found, 0);
}

static void run_children(struct queries *queries, long count)
{
    struct first_result sum = {0};
    long found = 0;

    for (long i = 0; i < count; i++) {
        struct first_result result = first_lookup_forked(queries_next(queries));

        sum.nanoseconds += result.nanoseconds;
        sum.faults += result.faults;
        found += result.found;
    }
    answer(count, sum.nanoseconds, found, sum.faults);
}

static void run_one(const char *name)
{
    struct first_result result = first_lookup(name);

    answer(1, result.nanoseconds, result.found, result.faults);
}

static void obey(const char *line)
{
    char verb[16];
    char name[256];
    int list = 0;
    long count = 0;
    int milliseconds = 0;

    if (sscanf(line, "one %255s", name) == 1) {
        run_one(name);
        return;
    }
    if (sscanf(line, "%15s %d %ld %d", verb, &list, &count, &milliseconds) < 3 || list < 0 ||
        list >= LISTS_MAX || lists[list].count == 0)
        errx(EXIT_TROUBLE, "what is: %s", line);
    if (strcmp(verb, "name") == 0)
        run_batch(service_by_name, &lists[list], count);
    else if (strcmp(verb, "address") == 0)
        run_batch(service_by_address, &lists[list], service_has_addresses() ? count : 0);
    else if (strcmp(verb, "resolve") == 0)
        run_batch(resolve, &lists[list], count);
    else if (strcmp(verb, "threads") == 0)
        run_threads(&lists[list], count, milliseconds);
    else if (strcmp(verb, "fork") == 0)
        run_children(&lists[list], count);
    else
        errx(EXIT_TROUBLE, "what is: %s", line);
}

int main(int argc, char **argv)
{
    char line[512];
    int first = 1;

    if (argc > 3 && strcmp(argv[1], "--module") == 0) {
        service_open(argv[2], argv[3]);
        first = 4;
    }
    if (argc - first > LISTS_MAX)
        errx(EXIT_TROUBLE, "more than %d lists", LISTS_MAX);
    for (int i = first; i < argc; i++)
        queries_open(argv[i], &lists[i - first]);
    while (fgets(line, sizeof(line), stdin) != NULL)
        obey(line);
    return EXIT_SUCCESS;
}
