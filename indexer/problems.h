/*
 * A report sink for what is done again and again: a problem is told only when the time before did not have
 * it.
 */
#ifndef LVINDEX_INDEXER_PROBLEMS_H
#define LVINDEX_INDEXER_PROBLEMS_H

#include "report.h"
#include "text_list.h"

/* `out` is where they are told; start with empty lists. */
struct problems {
    struct report out;
    struct text_list before;
    struct text_list now;
};

/* The sink, which lives as long as `problems`. Changes are passed on. */
struct report problems_report(struct problems *problems);
/* What comes from here on is the next time. */
void problems_next(struct problems *problems);
void problems_free(struct problems *problems);

#endif
