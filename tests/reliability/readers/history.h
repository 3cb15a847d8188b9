/*
 * What a writer did to the index, step by step, in memory that all processes of a test share; and which
 * answers are right.
 *
 * Each step is one event: it gives the host name, the guest's name and the address of one number new records,
 * which tell the step. So an answer tells the step that made it, and is right if some step was the last to
 * change its subject between what was published (or seen by anybody) before the look-up and what was begun
 * before its end. A restored backup is a step, too: it takes all subjects back to what they were.
 */
#ifndef LVINDEX_TESTS_READERS_HISTORY_H
#define LVINDEX_TESTS_READERS_HISTORY_H

#include <nss.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What an index consists of. */
struct shape {
    const char *name;
    uint32_t names;       /* that change, one after the other; every third one is gone each second time */
    uint32_t still;       /* names that never change */
    uint32_t fill;        /* names that change all at once, and are gone each fourth time */
    uint32_t fill_period; /* steps between these times */
    bool makes_bases;     /* what becomes of that, as the writer has it */
    bool gives_bases_up;
};

/* NULL: there is none of that name. */
const struct shape *shape_named(const char *name);

enum subject_kind { HOST, GUEST, ADDRESS, STILL, FILL, SUBJECT_KINDS };

struct subject {
    enum subject_kind kind;
    uint32_t number;
};

/* How many there are of a kind. */
uint32_t shape_count(const struct shape *shape, enum subject_kind kind);

/* Does this step change the subject, and is it gone by it? */
bool subject_changes(const struct shape *shape, struct subject subject, uint64_t step);
bool subject_gone(const struct shape *shape, struct subject subject, uint64_t step);

#define RESTORES_MAX 10000
#define READERS_MAX  1024

struct restore {
    uint64_t at;           /* the step that it is */
    uint64_t to;           /* the step whose state came back */
    _Atomic uint64_t done; /* when, in nanoseconds; 0: not yet */
};

/* What one reader counted. */
struct tally {
    uint64_t lookups;
    uint64_t gone;
    uint64_t starved;     /* look-ups without a descriptor to be had */
    uint64_t unavailable; /* between the two files of a restore */
};

struct history {
    const struct shape *shape;
    _Atomic uint64_t begun;
    _Atomic uint64_t committed;
    _Atomic uint64_t seen; /* the latest step that anybody was told of */
    _Atomic uint32_t restores_begun;
    _Atomic uint32_t restores_done;
    _Atomic uint32_t wrong; /* answers */
    atomic_bool over;
    struct restore restores[RESTORES_MAX];
    struct tally tallies[READERS_MAX];
};

/* In shared memory, for the life of the process. */
struct history *history_new(const struct shape *shape);

/* Writer: a restore is begun after it was noted, so that no reader meets one that it does not know. */
void history_begin(struct history *history, uint64_t step);
void history_commit(struct history *history, uint64_t step);
void history_restore(struct history *history, uint64_t step, uint64_t to);
void history_restored(struct history *history, uint64_t step);

/* Reader: what is known when a look-up begins. */
struct look {
    uint64_t before;
    uint64_t start; /* nanoseconds */
    uint32_t restores_done;
};

struct answer {
    enum nss_status status;
    int error;
    bool torn;     /* its parts tell different steps, or something else */
    uint64_t step; /* that made it */
};

struct look history_look(const struct history *history);
/* At the end of the look-up. A wrong answer is told on stderr, and counted. */
bool history_judge(struct history *history, struct subject subject, const struct look *look,
                   const struct answer *answer);
/* Was a restore on its way at some time since? */
bool history_restoring(const struct history *history, const struct look *look);

uint64_t nanoseconds_now(void);

#endif
