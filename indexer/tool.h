/*
 * What the command-line tools share: where the state is, how they complain, how they end.
 *
 * Exit codes: 0 done, 1 failed, 2 wrong usage. Errors go to stderr, one line each: "tool: what: why".
 */
#ifndef LVINDEX_INDEXER_TOOL_H
#define LVINDEX_INDEXER_TOOL_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "report.h"

enum tool_exit {
    TOOL_DONE = 0,
    TOOL_FAILED = 1,
    TOOL_USAGE = 2,
};

/* One run of a tool: what its reports need, and whether there was any problem. */
struct tool {
    const char *name;
    bool filter;   /* it changes nothing: when nobody reads its output, SIGPIPE may end it, as others */
    bool verbose;  /* changes are told */
    FILE *changes; /* where they are kept meanwhile, see tool_keep_changes() */
    char *kept;
    size_t kept_size;
    bool failed;
    sigset_t defaults; /* after tool_start(): the signals that it ignores and that were not ignored before */
};

/* To be called first. Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed: else the next
 * file opened would become one of them, and a message would end up in it. Makes a limit on files, and unless
 * it is a filter a pipe that nobody reads, an error where it happens instead of a signal that ends us.
 * -errno, reported. */
int tool_start(struct tool *tool);

/* A report sink that prints to stderr, escaped, each line by one write, and notes that something failed.
 * Where nobody reads from a pipe that is full, it gives up after a second, and from then on at once: a writer
 * holds the lock. */
struct report tool_report(struct tool *tool);

/* From here on, changes are kept, if the tool is verbose: whoever makes them holds the lock, and must not
 * wait for a reader of standard output. Without memory they are not told, and that is. */
void tool_keep_changes(struct tool *tool);
/* Prints what was kept to standard output, and keeps no more. */
void tool_tell_changes(struct tool *tool);

/* LVINDEX_DIR, or the built-in state directory. */
const char *tool_state_dir(void);

/* LVINDEX_CONFIG_DIR, or the built-in directory of the administrator's own files. */
const char *tool_config_dir(void);

/* Prints "tool: what" and where help is, and returns TOOL_USAGE. */
int tool_usage_error(const struct tool *tool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "tool VERSION". */
void tool_version(const struct tool *tool);

/* Flushes stdout: TOOL_DONE, or TOOL_FAILED (and a complaint) when not all of it could be written. */
int tool_finish_output(struct tool *tool);

#endif
