#include "still_clock.h"

#include <time.h>

uint64_t still_clock = UINT64_C(5000000000);

int __wrap_clock_gettime(clockid_t id, struct timespec *now);
int __real_clock_gettime(clockid_t id, struct timespec *now);

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
    if (id != CLOCK_MONOTONIC_COARSE)
        return __real_clock_gettime(id, now);
    now->tv_sec = (time_t)(still_clock / UINT64_C(1000000000));
    now->tv_nsec = (long)(still_clock % UINT64_C(1000000000));
    return 0;
}
