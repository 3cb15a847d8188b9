/*
 * To be preloaded: the clocks of a process go ahead of, or behind, those of the machine.
 *
 * LVINDEX_TEST_CLOCK says by how many seconds that of the day does, when the process starts.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void shift_clocks(long long day, long long monotonic);

static long long day_ahead, monotonic_ahead;

__attribute__((constructor)) static void start(void)
{
    const char *text = getenv("LVINDEX_TEST_CLOCK");

    if (text != NULL)
        day_ahead = atoll(text);
}

/* The same from now on. */
void shift_clocks(long long day, long long monotonic)
{
    day_ahead = day;
    monotonic_ahead = monotonic;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    long rc = syscall(SYS_clock_gettime, id, now);

    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
        now->tv_sec += (time_t)day_ahead;
    else
        now->tv_sec += (time_t)monotonic_ahead;
    return (int)rc;
}

time_t time(time_t *result)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (result != NULL)
        *result = now.tv_sec;
    return now.tv_sec;
}
