/*
 * damage-reader DIRECTORY index|base STEP FIRST: one bit after the other of an index (every STEP-th, from the
 * FIRST on) is wrong, and all that can be asked is asked at all entry points of both modules, from memory
 * that has nothing readable beside it. Then the same for each length that a file may be cut to.
 *
 * damage-reader DIRECTORY random SECONDS SERIES: up to 16 changes at once; any answer, but in the form that
 * glibc takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "legal.h"
#include "schema/paths.h"
#include "trouble.h"

/* Of a large index, not all is asked each time: so many, and what the wrong bit has to do with. */
#define ALWAYS_ASKED 150
#define FAILURES     20
#define CHANGES      16

static const char *const names[] = {INDEX_FILE, "base-1.tdb"};

static struct whole whole;
static struct known *questions;
static size_t question_count;

static struct {
    uint64_t cases, asked, right, unavailable, absent, base, other, failures;
} told;

static void add_question(struct bytes key, int way, bool guests)
{
    struct known *more = reallocarray(questions, question_count + 1, sizeof(*questions));

    if (more == NULL)
        trouble("no memory");
    questions = more;
    questions[question_count] = (struct known){.asking = {.way = way, .guests = guests}};
    if (!key_copy(key, &questions[question_count].asking.key))
        trouble("a key is too long");
    question_count++;
}

static void add_questions(struct bytes key)
{
    for (int way = 0; way < ways_of(key); way++) {
        if (key.at[0] != KEY_GUEST)
            add_question(key, way, false);
        if (key.at[0] != KEY_HOST)
            add_question(key, way, true);
    }
}

static char *answer_to(const struct known *known)
{
    char answer[ANSWER_SIZE];

    ask(&known->asking, answer);
    return strdup(answer);
}

/* What is to be asked, and the right answers; the questions of index.tdb first. */
static void prepare_questions(void)
{
    static const char *const unknown[] = {"hnobody", "gnobody", "a\x7f\x01\x02\x03"};
    const struct anatomy *index = &whole.files[FILE_INDEX], *base = &whole.files[FILE_BASE];

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        add_questions(bytes_of(unknown[i]));
    for (size_t i = 0; i < index->count; i++)
        add_questions(index->records[i].key);
    for (size_t i = 0; whole.two && i < base->count; i++) {
        if (anatomy_find(index, base->records[i].key) == NULL)
            add_questions(base->records[i].key);
    }
    for (size_t i = 0; i < question_count; i++) {
        for (int file = FILE_INDEX; file < FILES - !whole.two; file++)
            questions[i].chains[file] =
                anatomy_chain(&whole.files[file], key_bytes(&questions[i].asking.key));
        questions[i].right = answer_to(&questions[i]);
        questions[i].base_alone = strdup("NOTFOUND");
        if (strncmp(questions[i].right, "broken", 6) == 0 || strcmp(questions[i].right, "UNAVAIL") == 0)
            trouble("the whole index does not answer");
    }
}

/* What the base says where index.tdb says nothing: it stands for itself, too. */
static void prepare_base_answers(struct bytes index, struct bytes base)
{
    memory_put(FILE_INDEX, base);
    for (size_t i = 0; i < question_count; i++) {
        free(questions[i].base_alone);
        questions[i].base_alone = answer_to(&questions[i]);
    }
    memory_put(FILE_INDEX, index);
}

static void count(const struct known *known, const char *answer)
{
    told.asked++;
    if (strcmp(answer, known->right) == 0)
        told.right++;
    else if (strcmp(answer, "UNAVAIL") == 0)
        told.unavailable++;
    else if (strcmp(answer, "NOTFOUND") == 0)
        told.absent++;
    else if (strcmp(answer, known->base_alone) == 0)
        told.base++;
    else
        told.other++;
}

static void fail(const char *what, const struct known *known, const char *answer)
{
    printf("FAILED reader: %s: %s: \"%s\", right is \"%s\"\n", what, asking_tell(&known->asking), answer,
           known->right);
    if (++told.failures == FAILURES)
        exit(1);
}

/* Has the place to do with the question? */
static bool concerns(int file, const struct place *place, const struct known *known)
{
    return (place->part == PART_CHAIN || place->record != NULL) && place->chain == known->chains[file];
}

static void try_bit(int file, size_t bit)
{
    const struct anatomy *anatomy = &whole.files[file];
    const struct place place = anatomy_place(anatomy, bit / 8);
    uint8_t *byte = memory_at(file) + bit / 8;
    char what[1000], answer[ANSWER_SIZE];

    watch_case(names[file], bit, 0);
    *byte ^= (uint8_t)(1U << bit % 8);
    memory_renew();
    told.cases++;
    for (size_t i = 0; i < question_count; i++) {
        if (i >= ALWAYS_ASKED && !concerns(file, &place, &questions[i]))
            continue;
        ask(&questions[i].asking, answer);
        count(&questions[i], answer);
        if (answer_is_legal(&whole, file, &place, &questions[i], answer))
            continue;
        snprintf(what, sizeof(what), "%s bit %zu (%s)", names[file], bit, anatomy_tell(&place));
        fail(what, &questions[i], answer);
    }
    *byte ^= (uint8_t)(1U << bit % 8);
}

/* A writer's last record is the meta record, and ends where the file does: no file that is cut is an index.
 */
static void try_length(int file, size_t length)
{
    char what[100], answer[ANSWER_SIZE];

    watch_case(names[file], 8 * length, 0);
    memory_cut(file, whole.files[file].file, length);
    memory_renew();
    told.cases++;
    for (size_t i = 0; i < question_count && i < ALWAYS_ASKED; i++) {
        ask(&questions[i].asking, answer);
        count(&questions[i], answer);
        if (strcmp(answer, "UNAVAIL") == 0)
            continue;
        snprintf(what, sizeof(what), "%s cut to %zu bytes", names[file], length);
        fail(what, &questions[i], answer);
    }
}

static void try_file(int file, size_t step, size_t first)
{
    const struct bytes content = whole.files[file].file;

    for (size_t bit = first; bit < 8 * content.len; bit += step)
        try_bit(file, bit);
    /* Eight bits a byte: as dense as those. */
    for (size_t length = first % content.len; length < content.len; length += step)
        try_length(file, length);
    memory_cut(file, content, content.len);
}

static void try_changes(uint64_t series)
{
    uint64_t now = series, changes = 1 + number_below(&now, CHANGES);
    char answer[ANSWER_SIZE];

    watch_case("both files", 0, series);
    for (int file = FILE_INDEX; file < FILES - !whole.two; file++) {
        size_t length = whole.files[file].file.len;

        memory_cut(file, whole.files[file].file,
                   number_below(&now, 8) == 0 ? 1 + (size_t)number_below(&now, length) : length);
    }
    for (uint64_t i = 0; i < changes; i++) {
        int file = whole.two ? (int)number_below(&now, FILES) : FILE_INDEX;

        mutate((struct bytes){memory_at(file), memory_length(file)}, &now);
    }
    memory_renew();
    told.cases++;
    for (size_t i = 0; i < question_count && i < ALWAYS_ASKED; i++) {
        ask(&questions[i].asking, answer);
        count(&questions[i], answer);
        if (strncmp(answer, "broken", 6) == 0)
            fail("changes at random", &questions[i], answer);
    }
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
    struct bytes index = load_file(directory, names[FILE_INDEX]),
                 base = load_file(directory, names[FILE_BASE]);

    anatomy_of(index, &whole.files[FILE_INDEX]);
    memory_put(FILE_INDEX, index);
    whole.two = base.len > 0;
    if (whole.two) {
        anatomy_of(base, &whole.files[FILE_BASE]);
        memory_put(FILE_BASE, base);
    }
    prepare_questions();
    if (whole.two)
        prepare_base_answers(index, base);
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
