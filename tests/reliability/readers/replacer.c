#include "tests/reliability/readers/replacer.h"

#include <err.h>
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/store.h"
#include "tests/reliability/readers/records.h"

static void fail(void *context, const char *what, const char *why)
{
    (void)context;
    errx(1, "FAILED: %s: %s", what, why);
}

static const struct report report = {.problem = fail};

static struct store *open_store(const struct replacer *replacer, enum store_mode mode)
{
    struct store *store;

    if (store_open(replacer->directory, mode, &report, &store) < 0)
        errx(1, "FAILED: %s: cannot be opened", replacer->directory);
    return store;
}

static void put(struct store *store, const struct shape *shape, struct subject subject, uint64_t step)
{
    struct key key = subject_key(subject);
    uint8_t value[RECORD_VALUE_MAX];
    bool gone = step > 0 && subject_gone(shape, subject, step);
    size_t len = gone ? 0 : subject_value(subject, step, value);

    if (store_put(store, &key, (struct bytes){value, len}) < 0)
        errx(1, "FAILED: no record can be put");
}

static void put_all(struct store *store, const struct shape *shape, enum subject_kind kind, uint64_t step)
{
    for (uint32_t i = 0; i < shape_count(shape, kind); i++)
        put(store, shape, (struct subject){kind, i}, step);
}

static void put_step(struct store *store, const struct shape *shape, uint64_t step)
{
    uint32_t number = (uint32_t)(step % shape->names);

    for (int kind = HOST; kind <= ADDRESS; kind++)
        put(store, shape, (struct subject){(enum subject_kind)kind, number}, step);
    if (shape->fill > 0 && subject_changes(shape, (struct subject){FILL, 0}, step))
        put_all(store, shape, FILL, step);
}

static void publish(struct store *store)
{
    if (store_commit(store) != 1)
        errx(1, "FAILED: nothing was published");
    store_close(store);
}

static void count_bases(struct replacer *replacer, const struct meta *now)
{
    if (now->base != replacer->meta.base && now->base != 0)
        replacer->new_bases++;
    if (now->base != replacer->meta.base && now->base == 0)
        replacer->bases_gone++;
    replacer->meta = *now;
}

struct replacer replacer_start(const char *directory, struct history *history)
{
    struct replacer replacer = {.directory = directory, .history = history};
    struct store *store = open_store(&replacer, STORE_WRITE);

    for (int kind = HOST; kind < SUBJECT_KINDS; kind++)
        put_all(store, history->shape, (enum subject_kind)kind, 0);
    publish(store);
    return replacer;
}

void replacer_step(struct replacer *replacer)
{
    uint64_t step = ++replacer->step;
    uint64_t start = nanoseconds_now(), took;
    struct store *store;

    history_begin(replacer->history, step);
    store = open_store(replacer, STORE_WRITE);
    count_bases(replacer, store_meta(store));
    put_step(store, replacer->history->shape, step);
    publish(store);
    history_commit(replacer->history, step);
    took = nanoseconds_now() - start;
    if (took > replacer->slowest)
        replacer->slowest = took;
}

struct meta replacer_meta(const struct replacer *replacer)
{
    struct store *store = open_store(replacer, STORE_READ);
    struct meta meta = *store_meta(store);

    store_close(store);
    return meta;
}
