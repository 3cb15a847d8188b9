/*
 * What is different between two readings of the index, and what expires meanwhile.
 */
#ifndef LVINDEX_INDEXER_DUMP_FOLLOW_CHANGES_H
#define LVINDEX_INDEXER_DUMP_FOLLOW_CHANGES_H

#include "follow_print.h"

/* Prints a line for each lease and guest that came, changed or went, if it is wanted as it was or as it is.
 * -ENOMEM. */
int follow_changes(const struct follow_output *output, uint64_t now, const struct follow_view *before,
                   const struct follow_view *after);

/* Prints all that is wanted and there. */
int follow_present(const struct follow_output *output, uint64_t now, const struct follow_view *view);

/* Prints a line for each lease that expired after `since`, until `now`. */
int follow_expired(const struct follow_output *output, uint64_t since, uint64_t now,
                   const struct follow_view *view);

/* When the next lease expires after `since`, in seconds since the epoch; 0: none does. */
uint64_t follow_next_expiry(const struct follow_view *view, uint64_t since);

#endif
