/*
 * An index of pairs of addresses, and what a listing of it must hold.
 *
 * Each step, an event, does the same to both addresses of one pair: gives them a name that tells the step, or
 * removes them. One more address, the clock, gets a name that tells the step each time. So the clock of a
 * listing tells which one all the rest of it must be.
 */
#ifndef LVINDEX_TESTS_READERS_PAIRS_H
#define LVINDEX_TESTS_READERS_PAIRS_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

#define PAIRS 3000 /* a fourth of them is gone, or about to be */

/* Makes the index as of `step`. These exit when something fails. */
void pairs_start(const char *directory, uint64_t step);
/* Publishes the next step. True when there is another base than before. */
bool pairs_step(const char *directory, uint64_t step);

/* What a listing told: of each address the step, and how often. */
struct pairs_listing {
    uint64_t clock;
    uint32_t clocks; /* times that it was told */
    uint32_t others; /* entries that make no sense */
    uint64_t steps[PAIRS][2];
    uint8_t told[PAIRS][2];
    uint32_t count; /* of all entries */
};

void pairs_note(struct pairs_listing *listing, const struct hostent *host);

/* Is it exactly one generation? Else what is wrong is told on stderr. */
bool pairs_judge(const struct pairs_listing *listing);

#endif
