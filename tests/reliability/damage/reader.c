/*
 * damage-reader DIRECTORY index|base STEP FIRST: one bit after the other of a file (every STEP-th, from the
 * FIRST on) is wrong, and all that can be asked is asked at all entry points of both modules, from memory
 * that has nothing readable beside it. Then the same for each length that the file may be cut to, and for
 * each link of a chain to each record.
 *
 * damage-reader DIRECTORY random SECONDS SERIES: up to 16 changes at once.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "questions.h"
#include "schema/paths.h"
#include "schema/tdb_layout.h"
#include "trouble.h"

/* Of a large index, not all is asked each time: so many, and what the wrong place has to do with. */
#define ALWAYS_ASKED 150
#define FAILURES     20
#define CHANGES      16

static const char *const names[] = {INDEX_FILE, "base-1.tdb"};

static struct anatomy files[FILES];
static struct questions questions;

static struct {
    uint64_t cases, asked, right, unavailable, absent, base, other, failures;
} told;

/* What is damaged now, for people; and the chain that it belongs to. */
struct damage {
    char what[1000];
    int file;
    bool chained;
    uint32_t chain;
};

static void count(const struct known *known, const char *answer)
{
    told.asked++;
    if (strcmp(answer, known->right) == 0)
        told.right++;
    else if (strcmp(answer, "UNAVAIL") == 0)
        told.unavailable++;
    else if (strcmp(answer, "NOTFOUND") == 0)
        told.absent++;
    else if (strcmp(answer, known->base_right) == 0)
        told.base++;
    else
        told.other++;
}

static void fail(const struct damage *damage, const struct known *known, const char *answer)
{
    printf("FAILED reader: %s: %s: \"%s\", right is \"%s\"\n", damage->what, asking_tell(&known->asking),
           answer, known->right);
    if (++told.failures == FAILURES)
        exit(1);
}

static bool concerns(const struct damage *damage, const struct known *known)
{
    return damage->chained && damage->chain == known->chains[damage->file];
}

static struct bytes file_now(int file)
{
    return memory_length(file) > 0 ? (struct bytes){memory_at(file), memory_length(file)}
                                   : (struct bytes){NULL, 0};
}

/* Asks the files as they are in memory now. */
static void try_all(const struct damage *damage)
{
    char answer[ANSWER_SIZE];
    struct model model;

    memory_renew();
    model_open(file_now(FILE_INDEX), file_now(FILE_BASE), &model);
    told.cases++;
    for (size_t i = 0; i < questions.count; i++) {
        const struct known *known = &questions.at[i];

        if (i >= ALWAYS_ASKED && !concerns(damage, known))
            continue;
        if (!question_try(&model, known, answer))
            fail(damage, known, answer);
        count(known, answer);
    }
}

static void try_bit(int file, size_t bit)
{
    const struct place place = anatomy_place(&files[file], bit / 8);
    struct damage damage = {
        .file = file, .chained = place.part == PART_CHAIN || place.record != NULL, .chain = place.chain};
    uint8_t *byte = memory_at(file) + bit / 8;

    watch_case(names[file], bit, 0);
    snprintf(damage.what, sizeof(damage.what), "%s bit %zu (%s)", names[file], bit, anatomy_tell(&place));
    *byte ^= (uint8_t)(1U << bit % 8);
    try_all(&damage);
    *byte ^= (uint8_t)(1U << bit % 8);
}

static void try_length(int file, size_t length)
{
    struct damage damage = {.file = file};

    watch_case(names[file], 8 * length, 0);
    snprintf(damage.what, sizeof(damage.what), "%s cut to %zu bytes", names[file], length);
    memory_cut(file, files[file].file, length);
    try_all(&damage);
}

/* A link leads to another record: circles among them. */
static void try_link(int file, size_t link, uint32_t chain, uint32_t to)
{
    struct damage damage = {.file = file, .chained = true, .chain = chain};
    uint8_t *at = memory_at(file) + link;
    uint32_t before = tdb_layout_word(at);

    watch_case(names[file], 8 * link, to);
    snprintf(damage.what, sizeof(damage.what), "%s link at %zu to %" PRIu32, names[file], link, to);
    memcpy(at, &to, sizeof(to));
    try_all(&damage);
    memcpy(at, &before, sizeof(before));
}

static void try_links(int file, size_t step, size_t first)
{
    const struct anatomy *anatomy = &files[file];

    for (size_t pair = first; pair < anatomy->count * anatomy->count; pair += step) {
        const struct record *from = &anatomy->records[pair / anatomy->count];
        uint32_t to = (uint32_t)anatomy->records[pair % anatomy->count].at;

        try_link(file, from->at + offsetof(struct tdb_layout_record, next), from->chain, to);
        try_link(file, (size_t)tdb_layout_chain(from->chain), from->chain, to);
    }
}

static void try_file(int file, size_t step, size_t first)
{
    const struct bytes content = files[file].file;

    for (size_t bit = first; bit < 8 * content.len; bit += step)
        try_bit(file, bit);
    for (size_t length = first % content.len; length < content.len; length += step)
        try_length(file, length);
    memory_cut(file, content, content.len);
    try_links(file, step, first);
}

static void try_changes(uint64_t series)
{
    const int present = files[FILE_BASE].count > 0 ? FILES : 1;
    struct damage damage = {.file = FILE_INDEX};
    uint64_t now = series, changes = 1 + number_below(&now, CHANGES);

    watch_case("both files", 0, series);
    snprintf(damage.what, sizeof(damage.what), "series %" PRIu64, series);
    for (int file = FILE_INDEX; file < present; file++) {
        size_t length = files[file].file.len;
        bool cut = number_below(&now, 8) == 0;

        memory_cut(file, files[file].file, cut ? 1 + (size_t)number_below(&now, length) : length);
    }
    while (changes-- > 0)
        mutate(file_now((int)number_below(&now, (uint64_t)present)), &now);
    try_all(&damage);
}

static void try_random(double seconds, uint64_t series)
{
    const time_t end = time(NULL) + (time_t)seconds;

    while (time(NULL) < end) {
        for (int i = 0; i < 200; i++)
            try_changes(series++);
    }
}

static void load(const char *directory)
{
    for (int file = FILE_INDEX; file < FILES; file++) {
        struct bytes content = load_file(directory, names[file]);

        if (content.len > 0) {
            anatomy_of(content, &files[file]);
            memory_put(file, content);
        }
    }
    questions_prepare(files, &questions);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        trouble("usage: damage-reader DIRECTORY index|base|random STEP|SECONDS FIRST|SERIES");
    load(argv[1]);
    watch_start();
    if (strcmp(argv[2], "random") == 0)
        try_random(atof(argv[3]), strtoull(argv[4], NULL, 10));
    else
        try_file(strcmp(argv[2], "base") == 0 ? FILE_BASE : FILE_INDEX, strtoul(argv[3], NULL, 10),
                 strtoul(argv[4], NULL, 10));
    printf("{\"cases\": %" PRIu64 ", \"questions\": %" PRIu64 ", \"right\": %" PRIu64
           ", \"UNAVAIL\": %" PRIu64 ", \"NOTFOUND\": %" PRIu64 ", \"the base's\": %" PRIu64
           ", \"other\": %" PRIu64 "}\n",
           told.cases, told.asked, told.right, told.unavailable, told.absent, told.base, told.other);
    return told.failures > 0;
}
