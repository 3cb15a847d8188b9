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
    /* What has no record of its own: nobody's names, and names under suffixes that `run` gives networks. */
    static const char *const asked[] = {
        "hnobody",     "gnobody",          "a\x7f\x01\x02\x03",   "hhost-1.lab.example",
        "hhost-2.lab", "hweb.lab.example", "hnobody.lab.example", "hweb.virbr9",
        "gvm1.virbr9", "gvm1.lab.example"};

    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        add_ways(questions, bytes_of(asked[i]));
    for (int file = FILE_INDEX; file < FILES; file++) {
        for (size_t i = 0; i < files[file].count; i++) {
            struct bytes key = files[file].records[i].key;

            if (file == FILE_INDEX || anatomy_find(&files[FILE_INDEX], key) == NULL)
                add_ways(questions, key);
        }
    }
}

static void note_other(struct known *known, const struct model *model, const struct key *key)
{
    struct other *other = &known->others[known->other_count++];

    if (known->other_count > OTHERS_MAX)
        trouble("too many records for one answer");
    other->key = *key;
    other->found = model_find(model, key_bytes(key), &other->value);
}

/* What is before a dot, of the networks under what is behind it. */
static void note_suffix(struct known *known, const struct model *model, size_t dot)
{
    const struct key *name = &known->asking.key;
    struct key key = key_named(KEY_SUFFIX, (struct bytes){name->at + dot + 1, name->len - dot - 1});

    note_other(known, model, &key);
    known->suffixed |= known->others[known->other_count - 1].found == MODEL_VALUE;
    key_copy((struct bytes){name->at, dot}, &key);
    note_other(known, model, &key);
}

/* Names are told with their networks' suffixes. */
static void note_networks(struct known *known, const struct model *model, const struct anatomy files[FILES])
{
    const struct key suffixes = key_single(KEY_SUFFIX);
    struct key key;

    note_other(known, model, &suffixes);
    for (int file = FILE_INDEX; file < FILES; file++) {
        for (size_t i = 0; i < files[file].count; i++) {
            struct bytes found = files[file].records[i].key;

            if (found.at[0] == KEY_NETWORK &&
                (file == FILE_INDEX || anatomy_find(&files[FILE_INDEX], found) == NULL) &&
                key_copy(found, &key))
                note_other(known, model, &key);
        }
    }
}

static void note_others(struct known *known, const struct model *model, const struct anatomy files[FILES])
{
    const struct key *name = &known->asking.key;

    note_networks(known, model, files);
    for (size_t i = 1; name->at[0] != KEY_ADDRESS && i < name->len; i++) {
        if (name->at[i] != '.')
            continue;
        note_suffix(known, model, i);
        /* Names of hosts have one label. */
        if (name->at[0] == KEY_HOST)
            break;
    }
}

/* The values in which the answers are, and the answers. */
static void note_right(struct known *known, const struct model *model)
{
    char answer[ANSWER_SIZE];

    known->found = model_find(model, key_bytes(&known->asking.key), &known->value);
    if (known->found == MODEL_DAMAGE)
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

/* What is answered without the options: their key is another's for a moment. */
static void note_ungraced(struct questions *questions, const struct anatomy files[FILES])
{
    const struct key options = key_single(KEY_OPTIONS);
    char answer[ANSWER_SIZE];

    for (int file = FILE_INDEX; file < FILES; file++) {
        const struct record *record = anatomy_find(&files[file], key_bytes(&options));

        if (record != NULL)
            *(uint8_t *)(uintptr_t)record->key.at ^= 1;
        memory_put(file, files[file].file);
    }
    for (size_t i = 0; i < questions->count; i++) {
        ask(&questions->at[i].asking, answer);
        questions->at[i].ungraced = strdup(answer);
    }
    for (int file = FILE_INDEX; file < FILES; file++) {
        const struct key hidden = {1, {KEY_OPTIONS ^ 1}};
        const struct record *record = anatomy_find(&files[file], key_bytes(&hidden));

        if (record != NULL)
            *(uint8_t *)(uintptr_t)record->key.at ^= 1;
        memory_put(file, files[file].file);
    }
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
        note_others(known, &model, files);
        known->options.key = key_single(KEY_OPTIONS);
        known->options.found = model_find(&model, key_bytes(&known->options.key), &known->options.value);
    }
    note_ungraced(questions, files);
    if (files[FILE_BASE].count > 0)
        note_base(questions, files);
}

static bool same_other(const struct model *model, const struct other *other)
{
    struct bytes value;
    enum model_found found = model_find(model, key_bytes(&other->key), &value);

    return found == other->found && (found != MODEL_VALUE || bytes_equal(value, other->value));
}

/* Are all other records that the answer depends on as they were? */
static bool same_others(const struct model *model, const struct known *known)
{
    for (size_t i = 0; i < known->other_count; i++) {
        if (!same_other(model, &known->others[i]))
            return false;
    }
    return true;
}

static bool is_dotted(const struct known *known)
{
    const struct key *key = &known->asking.key;

    return key->at[0] != KEY_ADDRESS && memchr(key->at, '.', key->len) != NULL;
}

static bool is_address(const char *word, size_t len)
{
    char text[64];
    struct ip ip;

    return len < sizeof(text) && ip_parse(strncpy(memset(text, 0, sizeof(text)), word, len), &ip) == 0;
}

/* Leaves the addresses of an answer, as names may be told with a suffix or without; or all of another
 * outcome. */
static const char *addresses(const char *answer, char text[static ANSWER_SIZE])
{
    const char *word = answer;
    size_t end = 0;

    for (size_t len; (len = strcspn(word, " ")) > 0; word += len + (word[len] != '\0')) {
        if (is_address(word, len)) {
            memcpy(text + end, word, len);
            end += len;
            text[end++] = ' ';
        }
    }
    text[end] = '\0';
    return end > 0 ? text : answer;
}

static bool same_addresses(const char *answer, const char *right)
{
    char texts[2][ANSWER_SIZE];

    return strcmp(addresses(answer, texts[0]), addresses(right, texts[1])) == 0;
}

/* The answer while all other records are as they were. */
static bool is_right(const struct known *known, enum model_found found, struct bytes value,
                     const char *answer)
{
    /* Where it comes from another record. */
    if (known->suffixed && known->found == MODEL_ABSENT)
        return strcmp(answer, found == MODEL_DAMAGE && known->asking.guests ? "UNAVAIL" : known->right) ==
                   0 ||
               (found != MODEL_ABSENT && strncmp(answer, "broken", 6) != 0);
    switch (found) {
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

/* The answer while some of them are not: a whole record of the name itself, or of the address, answers. What
 * is not there may be what is damaged. */
static bool is_bearable(const struct known *known, enum model_found found, struct bytes value,
                        const char *answer)
{
    if (strncmp(answer, "broken", 6) == 0)
        return false;
    if (known->suffixed)
        return true;
    switch (found) {
    case MODEL_DAMAGE:
        return strcmp(answer, "UNAVAIL") == 0;
    case MODEL_ABSENT:
        return strcmp(answer, "NOTFOUND") == 0 || (is_dotted(known) && strcmp(answer, "UNAVAIL") == 0);
    default:
        break;
    }
    if (bytes_equal(value, known->value))
        return same_addresses(answer, known->right);
    return !bytes_equal(value, known->base_value) || same_addresses(answer, known->base_right);
}

/* Of a host's name: was its suffix, or what is before it, not to be found out? */
static bool lost_way(const struct model *model, const struct known *known)
{
    const struct other *suffix = &known->others[known->other_count - 2], *label = suffix + 1;
    enum model_found found;
    struct bytes value;

    if (known->asking.guests || !is_dotted(known))
        return false;
    found = model_find(model, key_bytes(&suffix->key), &value);
    return found == MODEL_DAMAGE ||
           (found == MODEL_VALUE && model_find(model, key_bytes(&label->key), &value) == MODEL_DAMAGE);
}

static bool is_fitting(const struct model *model, const struct known *known, enum model_found found,
                       struct bytes value, const char *answer)
{
    return same_others(model, known) ? is_right(known, found, value, answer)
                                     : is_bearable(known, found, value, answer);
}

bool question_try(const struct model *model, const struct known *known, char answer[static ANSWER_SIZE])
{
    struct known ungraced = *known;
    struct bytes value;
    enum model_found found = model_find(model, key_bytes(&known->asking.key), &value);

    ask(&known->asking, answer);
    if (found == MODEL_ABSENT && lost_way(model, known))
        return strcmp(answer, "UNAVAIL") == 0;
    if (same_other(model, &known->options))
        return is_fitting(model, known, found, value, answer);
    /* Expired leases answer or not. */
    ungraced.right = known->ungraced;
    return is_fitting(model, known, found, value, answer) ||
           is_fitting(model, &ungraced, found, value, answer);
}
