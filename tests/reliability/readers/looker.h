/*
 * Readers: processes and threads that look up without a pause until the history is over, and judge each
 * answer.
 */
#ifndef LVINDEX_TESTS_READERS_LOOKER_H
#define LVINDEX_TESTS_READERS_LOOKER_H

#include <sys/types.h>

#include "tests/reliability/readers/history.h"

enum looker_kind {
    KEEPING, /* threads that share what the modules keep */
    COLD,    /* a process for each few look-ups: it has nothing mapped yet */
    STARVED  /* now and then there is no descriptor to be had */
};

#define LOOKER_THREADS_MAX 64

struct looker {
    struct history *history;
    struct tally *tally;
    uint64_t seed; /* not 0 */
    enum looker_kind kind;
};

/* Looks up once, and judges; counts it. The first picks what. */
bool looker_once(struct looker *looker, uint64_t *random);
bool looker_ask(struct looker *looker, struct subject subject);

/* Until the history is over. */
void looker_run(struct looker *looker);

/* The same in a process of its own, by so many threads, which have tallies one behind the other. The process
 * exits with 0 if it came to its end. */
pid_t looker_fork(const struct looker *looker, unsigned int threads);

/* Waits for a process that is about to end, for at most so many seconds. False: it did not end, and was
 * killed; or it ended badly. `what` is told then. */
bool looker_wait(pid_t pid, double seconds, const char *what);

#endif
