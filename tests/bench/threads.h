#ifndef LVINDEX_BENCH_THREADS_H
#define LVINDEX_BENCH_THREADS_H

#include "tests/bench/queries.h"

struct threads_result {
    long calls;
    long found;
    long nanoseconds;
};

/* Lets `count` threads look up names for that time, each from a place of its own in the queries; what they
   did together. */
struct threads_result threads_run(const struct queries *queries, int count, int milliseconds);

#endif
