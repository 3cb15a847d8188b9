#ifndef LVINDEX_BENCH_FIRST_H
#define LVINDEX_BENCH_FIRST_H

#include <stdbool.h>

struct first_result {
    long nanoseconds;
    long faults; /* page faults, without those that waited for the disk */
    bool found;
};

/* One lookup by the module. The clock is read before, so that its own first call does not count. */
struct first_result first_lookup(const char *name);

/* The same in a child of this process. */
struct first_result first_lookup_forked(const char *name);

#endif
