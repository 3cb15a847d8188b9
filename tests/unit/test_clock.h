/*
 * The clocks of a test program: the real ones, set ahead. A program that links this has its own
 * clock_gettime(2).
 */
#ifndef LVINDEX_TESTS_TEST_CLOCK_H
#define LVINDEX_TESTS_TEST_CLOCK_H

#include <time.h>

/* Seconds by which the time of day (CLOCK_REALTIME) runs ahead. */
extern time_t clock_ahead;

/* Seconds by which every other clock moves on each time that it is read. */
extern time_t clock_step;

#endif
