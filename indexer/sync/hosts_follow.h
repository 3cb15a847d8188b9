/*
 * lvindex-sync --hosts-file: keeping a file of hosts(5) in line with the index, and with the time.
 */
#ifndef LVINDEX_INDEXER_SYNC_HOSTS_FOLLOW_H
#define LVINDEX_INDEXER_SYNC_HOSTS_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/index_version.h"
#include "indexer/report.h"

/* Start with the two paths alone. */
struct hosts_follow {
    const char *path; /* NULL: there is nothing to keep */
    const char *state_dir;
    struct index_version version; /* of the index that the file tells of */
    struct stat left;             /* the file, as it was left */
    uint64_t since, until;        /* it holds from then until then: seconds since the epoch; 0: for ever */
    int64_t pause;                /* it is not made again before: milliseconds, of a clock that nobody sets */
};

/* Is it too early for the next update? While changes come faster than a large file is made, it is made now
 * and then. */
bool hosts_follow_pauses(const struct hosts_follow *follow);

/* Makes the file anew if the index or the file is another one, or if something in it has expired; costs two
 * calls otherwise. It stays as it is where the index cannot be read, is damaged, or is not there. -errno,
 * reported: to be tried again. */
int hosts_follow_update(struct hosts_follow *follow, const struct report *report);

/* In how many milliseconds it is to be called again, even if nothing changes: `most` or sooner. */
int hosts_follow_wait(const struct hosts_follow *follow, int most);

#endif
