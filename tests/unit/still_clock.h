/*
 * The clock that nss/ looks at, standing still. For programs linked with -Wl,--wrap=clock_gettime.
 */
#ifndef LVINDEX_TESTS_STILL_CLOCK_H
#define LVINDEX_TESTS_STILL_CLOCK_H

#include <stdint.h>

/* What CLOCK_MONOTONIC_COARSE says, in nanoseconds. All other clocks are the real ones. */
extern uint64_t still_clock;

#endif
