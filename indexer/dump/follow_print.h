/*
 * One line for each change that lvindex-dump --follow tells.
 */
#ifndef LVINDEX_INDEXER_DUMP_FOLLOW_PRINT_H
#define LVINDEX_INDEXER_DUMP_FOLLOW_PRINT_H

#include "follow_view.h"

struct follow_output {
    const struct dump_query *query; /* what is wanted of it all */
    bool json;
    FILE *to;
};

/* Both print a line at the time `now`; `change` is "added", "removed", …. -ENOMEM. */
int follow_print_lease(const struct follow_output *output, uint64_t now, const struct dump_lease *lease,
                       const char *change);
int follow_print_guest(const struct follow_output *output, uint64_t now, const struct follow_guest *guest,
                       const char *change);

#endif
