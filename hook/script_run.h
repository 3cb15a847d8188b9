/*
 * Running one program of the administrator's, as a child that can neither hold up nor harm the hook.
 *
 * It is a process group of its own, and may take so long and no longer. Standard input is /dev/null; what it
 * prints comes back by a pipe, and is listened to until the program itself has ended: a child that it leaves
 * behind holds nothing up. It gets no other descriptor. The environment, the signal mask, the working
 * directory and the umask are the caller's.
 */
#ifndef LVINDEX_HOOK_SCRIPT_RUN_H
#define LVINDEX_HOOK_SCRIPT_RUN_H

#include <signal.h>
#include <stdint.h>

#include "indexer/report.h"

struct script_run {
    const char *path;
    char *const *argv; /* all of it, as for execv() */
    const sigset_t
        *defaults; /* the signals that it gets with their default action; others stay as they are */
    int limit_ms;  /* after this it is sent SIGTERM, and a second later SIGKILL */
    const struct report *report;
};

/* Runs it and waits for its end. Tells what it prints, and, if it fails, one line: its path, and why. The
 * caller must not ignore SIGCHLD. */
void script_run(const struct script_run *run);

/* The clock that limits go by: milliseconds since some time. */
int64_t script_clock_ms(void);

#endif
