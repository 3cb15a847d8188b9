#ifndef LVINDEX_BENCH_STOPWATCH_H
#define LVINDEX_BENCH_STOPWATCH_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some time in the past. */
static inline int64_t stopwatch(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
