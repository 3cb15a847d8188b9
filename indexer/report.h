/*
 * How library code tells its caller what happened, without printing: a sink that the tool provides.
 *
 * A failure is reported once, where it is found and where the file is known; callers pass the -errno on.
 * Texts may hold bytes that came from outside: the sink escapes them.
 * Thread-safety: as the sink's.
 */
#ifndef LVINDEX_INDEXER_REPORT_H
#define LVINDEX_INDEXER_REPORT_H

#include <stdbool.h>

struct report {
    /* Something failed or is damaged: what, and why. */
    void (*problem)(void *context, const char *what, const char *why);
    /* Something changed; may be NULL. */
    void (*change)(void *context, const char *text);
    void *context;
    /* Whoever listens asks once, and wants to be told all: each bad line, and of files that have not changed,
     * too. */
    bool thorough;
};

/* Reports strerror(-rc) about what the format says; returns `rc`, a -errno. */
int report_errno(const struct report *report, int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports `why` about what the format says. */
void report_problem(const struct report *report, const char *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void report_change(const struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
