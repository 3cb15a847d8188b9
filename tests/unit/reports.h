/*
 * A report sink that keeps what it is told, for tests to look at.
 */
#ifndef LVINDEX_TESTS_REPORTS_H
#define LVINDEX_TESTS_REPORTS_H

#include <stddef.h>

#include "indexer/report.h"

struct reports {
    size_t problems;
    size_t changes;
    char text[4096];    /* all problems, "what: why\n" each */
    char told[4096];    /* all changes, a line each */
    struct report sink; /* after reports_start() */
};

/* Empties it. */
void reports_start(struct reports *reports);

/* Fails the test unless there was exactly one problem, and its text holds `part`; empties it. */
void reports_expect_one(struct reports *reports, const char *part);
/* Fails the test if there was any problem. */
void reports_expect_none(const struct reports *reports);

#endif
