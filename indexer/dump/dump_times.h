/*
 * Times as people read them.
 */
#ifndef LVINDEX_INDEXER_DUMP_DUMP_TIMES_H
#define LVINDEX_INDEXER_DUMP_DUMP_TIMES_H

#include <stdint.h>

#define TIME_TEXT 64

/* All write into `text`, and return it. Times are in seconds since the epoch; an expiry of 0 is never. */

/* "2026-11-24 00:56:36" in the local time zone, or "never". */
const char *format_expiry(uint64_t expiry, char text[static TIME_TEXT]);

/* What is left of a lease, in the two greatest units that count ("3d 4h", "5m 10s"), "expired", or "" for one
 * without end. */
const char *format_left(uint64_t expiry, uint64_t now, char text[static TIME_TEXT]);

/* How long ago it was, likewise; "0m 0s" for what is yet to come. */
const char *format_age(uint64_t time, uint64_t now, char text[static TIME_TEXT]);

#endif
