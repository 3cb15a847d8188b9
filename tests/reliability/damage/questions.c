#include "questions.h"

#include <stdlib.h>
#include <string.h>

#include "trouble.h"

static void add(struct questions *questions, struct bytes key, int way, bool guests)
{
    struct known *more = reallocarray(questions->at, questions->count + 1, sizeof(*more));

    if (more == NULL)
        trouble("no memory");
    questions->at = more;
    more += questions->count++;
    *more = (struct known){.asking = {.way = way, .guests = guests}};
    if (!key_copy(key, &more->asking.key))
        trouble("a key is too long");
}

static void add_ways(struct questions *questions, struct bytes key)
{
    for (int way = 0; way < ways_of(key); way++) {
        if (key.at[0] != KEY_GUEST)
            add(questions, key, way, false);
        if (key.at[0] != KEY_HOST)
            add(questions, key, way, true);
    }
}

static void add_all(struct questions *questions, const struct anatomy files[FILES])
{
    static const char *const unknown[] = {"hnobody", "gnobody", "a\x7f\x01\x02\x03"};

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        add_ways(questions, bytes_of(unknown[i]));
    for (int file = FILE_INDEX; file < FILES; file++) {
        for (size_t i = 0; i < files[file].count; i++) {
            struct bytes key = files[file].records[i].key;

            if (file == FILE_INDEX || anatomy_find(&files[FILE_INDEX], key) == NULL)
                add_ways(questions, key);
        }
    }
}

/* The values in which the answers are, and the answers. */
static void note_right(struct known *known, const struct model *model)
{
    char answer[ANSWER_SIZE];

    if (model_find(model, key_bytes(&known->asking.key), &known->value) == MODEL_DAMAGE)
        trouble("the model takes the whole index for damaged");
    ask(&known->asking, answer);
    if (strncmp(answer, "broken", 6) == 0 || strcmp(answer, "UNAVAIL") == 0)
        trouble("the whole index does not answer");
    known->right = strdup(answer);
    known->base_right = strdup("NOTFOUND");
}

/* Beside itself in the place of index.tdb, a base says what it says alone. */
static void note_base(struct questions *questions, const struct anatomy files[FILES])
{
    struct model model;

    model_open(files[FILE_BASE].file, files[FILE_BASE].file, &model);
    memory_put(FILE_INDEX, files[FILE_BASE].file);
    for (size_t i = 0; i < questions->count; i++) {
        struct known *known = &questions->at[i];
        char answer[ANSWER_SIZE];

        model_find(&model, key_bytes(&known->asking.key), &known->base_value);
        ask(&known->asking, answer);
        free(known->base_right);
        known->base_right = strdup(answer);
    }
    memory_put(FILE_INDEX, files[FILE_INDEX].file);
}

void questions_prepare(const struct anatomy files[FILES], struct questions *questions)
{
    struct model model;

    model_open(files[FILE_INDEX].file, files[FILE_BASE].file, &model);
    add_all(questions, files);
    for (size_t i = 0; i < questions->count; i++) {
        struct known *known = &questions->at[i];

        for (int file = FILE_INDEX; file < FILES && files[file].count > 0; file++)
            known->chains[file] = anatomy_chain(&files[file], key_bytes(&known->asking.key));
        note_right(known, &model);
    }
    if (files[FILE_BASE].count > 0)
        note_base(questions, files);
}

bool question_try(const struct model *model, const struct known *known, char answer[static ANSWER_SIZE])
{
    struct bytes value;

    ask(&known->asking, answer);
    switch (model_find(model, key_bytes(&known->asking.key), &value)) {
    case MODEL_DAMAGE:
        return strcmp(answer, "UNAVAIL") == 0;
    case MODEL_ABSENT:
        return strcmp(answer, "NOTFOUND") == 0;
    default:
        break;
    }
    if (bytes_equal(value, known->value))
        return strcmp(answer, known->right) == 0;
    if (bytes_equal(value, known->base_value))
        return strcmp(answer, known->base_right) == 0;
    /* The record that was asked for is another now: it says something else, or makes no sense. */
    return strncmp(answer, "broken", 6) != 0;
}
