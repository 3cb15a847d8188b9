#include "tests/bench/first.h"

#include <err.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/service.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/trouble.h"

static long faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

struct first_result first_lookup(const char *name)
{
    struct first_result result;
    int64_t begin;

    stopwatch();
    result.faults = faults();
    begin = stopwatch();
    result.found = service_by_name(name);
    result.nanoseconds = stopwatch() - begin;
    result.faults = faults() - result.faults;
    return result;
}

struct first_result first_lookup_forked(const char *name)
{
    struct first_result result;
    int ends[2];
    int status;
    pid_t child;

    if (pipe(ends) < 0 || (child = fork()) < 0)
        err(EXIT_TROUBLE, "fork");
    if (child == 0) {
        result = first_lookup(name);
        _exit(write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &result, sizeof(result)) != sizeof(result))
        errx(EXIT_TROUBLE, "a child did not answer");
    close(ends[0]);
    if (waitpid(child, &status, 0) < 0 || status != 0)
        errx(EXIT_TROUBLE, "a child ended with status %d", status);
    return result;
}
