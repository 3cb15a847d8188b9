/*
 * How a TDB file is filled.
 *
 * Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_DUMP_FILE_STATS_H
#define LVINDEX_INDEXER_DUMP_FILE_STATS_H

#include "indexer/index_file.h"

struct file_stats {
    uint64_t size;    /* bytes of the file */
    uint64_t records; /* in use */
    uint64_t gone;    /* of these, how many say that the base's record is gone */
    uint64_t unused;  /* bytes: free records, and what records have beyond key and value */
    uint32_t chains;  /* heads of chains */
    uint32_t filled;  /* chains with records; so many records each: records / filled */
    uint32_t longest; /* records in the longest chain */
};

/* -errno; -EBADMSG when not all records can be reached. */
int file_stats_take(const struct index_file *file, struct file_stats *stats);

/* Records of a chain that has any, on average; 0 without records. */
double file_stats_mean(const struct file_stats *stats);

#endif
