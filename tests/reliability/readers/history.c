#include "tests/reliability/readers/history.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* How long a file that was replaced by other means may still answer: a second by the kernel's coarse clock.
 */
#define GRACE UINT64_C(1020000000)
/* Wrong answers that are told; the others are counted. */
#define TOLD 10

static const struct shape shapes[] = {
    /* One file. */
    {.name = "one", .names = 50, .still = 20},
    /* Two files; a new base every 75 steps or so. */
    {.name = "two", .names = 300, .still = 1000, .makes_bases = true},
    /* Two files and one in turn. */
    {.name = "turns",
     .names = 100,
     .still = 50,
     .fill = 800,
     .fill_period = 20,
     .makes_bases = true,
     .gives_bases_up = true},
    /* Three times a new base, then an index.tdb that removes most of it. */
    {.name = "bases", .names = 40, .still = 20, .fill = 800, .fill_period = 1, .makes_bases = true},
    /* That of pairs.h, which has none of these names. */
    {.name = "pairs"},
};

static const char *const kind_names[] = {"host", "guest", "address", "still", "fill"};

const struct shape *shape_named(const char *name)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    }
    return NULL;
}

uint32_t shape_count(const struct shape *shape, enum subject_kind kind)
{
    return kind == STILL ? shape->still : kind == FILL ? shape->fill : shape->names;
}

/* 0: never. */
static uint64_t period(const struct shape *shape, struct subject subject)
{
    return subject.kind == STILL ? 0 : subject.kind == FILL ? shape->fill_period : shape->names;
}

/* The last step up to `position` that would have changed the subject; 0: it is as it was made. */
static uint64_t last_change(const struct shape *shape, struct subject subject, uint64_t position)
{
    uint64_t every = period(shape, subject);
    uint64_t phase = subject.kind == FILL ? 0 : subject.number;

    return every == 0 || position < phase ? 0 : position - (position - phase) % every;
}

bool subject_changes(const struct shape *shape, struct subject subject, uint64_t step)
{
    return step > 0 && last_change(shape, subject, step) == step;
}

bool subject_gone(const struct shape *shape, struct subject subject, uint64_t step)
{
    if (subject.kind == FILL)
        return step / shape->fill_period % 4 == 3;
    return subject.kind == HOST && subject.number % 3 == 0 && step / shape->names % 2 == 1;
}

uint64_t nanoseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

struct history *history_new(const struct shape *shape)
{
    struct history *history =
        mmap(NULL, sizeof(*history), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (history == MAP_FAILED)
        err(1, "mmap");
    history->shape = shape;
    return history;
}

void history_begin(struct history *history, uint64_t step)
{
    atomic_store(&history->begun, step);
}

void history_commit(struct history *history, uint64_t step)
{
    atomic_store(&history->committed, step);
}

void history_restore(struct history *history, uint64_t step, uint64_t to)
{
    uint32_t count = atomic_load(&history->restores_begun);

    if (count == RESTORES_MAX)
        errx(1, "more than %d restores", RESTORES_MAX);
    history->restores[count].at = step;
    history->restores[count].to = to;
    atomic_store(&history->restores_begun, count + 1);
    history_begin(history, step);
}

void history_restored(struct history *history, uint64_t step)
{
    uint32_t count = atomic_load(&history->restores_done);

    atomic_store(&history->restores[count].done, nanoseconds_now());
    atomic_store(&history->restores_done, count + 1);
    history_commit(history, step);
}

/* The latest restore up to `position`. */
static const struct restore *restore_before(const struct history *history, uint64_t position)
{
    for (uint32_t i = atomic_load(&history->restores_begun); i > 0; i--) {
        if (history->restores[i - 1].at <= position)
            return &history->restores[i - 1];
    }
    return NULL;
}

/* The step that had made the subject what it was at `position`. */
static uint64_t state_at(const struct history *history, struct subject subject, uint64_t position)
{
    for (;;) {
        uint64_t step = last_change(history->shape, subject, position);
        const struct restore *restore = restore_before(history, position);

        if (restore == NULL || step > restore->at)
            return step;
        position = restore->to;
    }
}

static bool is_restore(const struct history *history, uint64_t step)
{
    const struct restore *restore = restore_before(history, step);

    return restore != NULL && restore->at == step;
}

/* Does the answer tell what this step made of the subject? */
static bool tells(const struct history *history, struct subject subject, uint64_t step,
                  const struct answer *answer)
{
    if (step > 0 && subject_gone(history->shape, subject, step))
        return answer->status == NSS_STATUS_NOTFOUND && answer->error == ENOENT;
    return answer->status == NSS_STATUS_SUCCESS && answer->step == step;
}

/* Did a step after `before` and not after `after` make what the answer tells? */
static bool told_by_step(const struct history *history, struct subject subject, uint64_t before,
                         uint64_t after, const struct answer *answer)
{
    uint64_t every = period(history->shape, subject);
    uint64_t step = last_change(history->shape, subject, after);

    for (; step > before; step -= every) {
        if (!is_restore(history, step) && tells(history, subject, step, answer))
            return true;
        if (step < every)
            break;
    }
    return false;
}

/* Or a restore? And what it replaced is not announced: it may answer for another second. */
static bool told_by_restore(const struct history *history, struct subject subject, const struct look *look,
                            uint64_t after, const struct answer *answer)
{
    for (uint32_t i = atomic_load(&history->restores_begun); i > 0; i--) {
        const struct restore *restore = &history->restores[i - 1];
        uint64_t done = atomic_load(&restore->done);
        bool recent = done == 0 || look->start < done + GRACE;

        if (restore->at > after)
            continue;
        if (restore->at > look->before &&
            tells(history, subject, state_at(history, subject, restore->to), answer))
            return true;
        if (recent && tells(history, subject, state_at(history, subject, restore->at - 1), answer))
            return true;
        if (!recent && restore->at <= look->before)
            return false;
    }
    return false;
}

static bool right(const struct history *history, struct subject subject, const struct look *look,
                  uint64_t after, const struct answer *answer)
{
    if (answer->torn)
        return false;
    return tells(history, subject, state_at(history, subject, look->before), answer) ||
           told_by_step(history, subject, look->before, after, answer) ||
           told_by_restore(history, subject, look, after, answer);
}

struct look history_look(const struct history *history)
{
    uint64_t committed = atomic_load(&history->committed);
    uint64_t seen = atomic_load(&history->seen);

    return (struct look){
        .before = seen > committed ? seen : committed,
        .start = nanoseconds_now(),
        .restores_done = atomic_load(&history->restores_done),
    };
}

bool history_restoring(const struct history *history, const struct look *look)
{
    return atomic_load(&history->restores_begun) != look->restores_done;
}

/* What one reader was told, no other may be told otherwise from now on. */
static void note_seen(struct history *history, uint64_t step)
{
    uint64_t seen = atomic_load(&history->seen);

    while (step > seen && !atomic_compare_exchange_weak(&history->seen, &seen, step))
        ;
}

static void tell_wrong(struct history *history, struct subject subject, const struct look *look,
                       uint64_t after, const struct answer *answer)
{
    if (atomic_fetch_add(&history->wrong, 1) >= TOLD)
        return;
    dprintf(STDERR_FILENO,
            "FAILED: %s %u: status %d, errno %d, step %" PRIu64 "%s; published before: %" PRIu64
            ", which is step %" PRIu64 "; begun after: %" PRIu64 "\n",
            kind_names[subject.kind], subject.number, (int)answer->status, answer->error, answer->step,
            answer->torn ? " (torn)" : "", look->before, state_at(history, subject, look->before), after);
}

bool history_judge(struct history *history, struct subject subject, const struct look *look,
                   const struct answer *answer)
{
    uint64_t after = atomic_load(&history->begun);
    bool good = right(history, subject, look, after, answer);

    if (!good)
        tell_wrong(history, subject, look, after, answer);
    else if (answer->status == NSS_STATUS_SUCCESS)
        note_seen(history, answer->step);
    return good;
}
