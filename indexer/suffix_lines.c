#include "suffix_lines.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_lines.h"
#include "schema/name.h"

/* A network, and what it was given so far. */
struct given {
    char network[NETWORK_MAX + 1];
    char suffixes[SUFFIXES_MAX][DOMAIN_MAX + 1];
    size_t count;
};

struct reading {
    struct index *index;
    struct config_lines lines;
    struct text_list *pairs;
    void *given; /* a tree of struct given, see tsearch(3) */
};

static int compare_given(const void *a, const void *b)
{
    const struct given *left = a, *right = b;

    return strcmp(left->network, right->network);
}

/* Libvirt calls networks otherwise than by their bridges: `name` becomes that which the index has. */
static int find_own_name(struct index *index, char name[static NETWORK_MAX + 1])
{
    const struct key own = key_named(KEY_NETWORK, bytes_of(name));
    CLEANUP_VALUE struct value networks = {NULL, 0};
    char other[NETWORK_MAX + 1];
    struct network network;
    struct unpacker u;
    int rc =
        store_has(index->store, &own) ? -ENOENT : index_suffix_networks(index, bytes_of(name), &networks);

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    for (u = unpacker_of(value_bytes(&networks)); unpack_left(&u) > 0;) {
        if (!unpack_text(&u, other, NETWORK_MAX))
            continue;
        rc = index_network(index, other, &network);
        if (rc < 0)
            return rc;
        if (strcmp(network.name, name) == 0) {
            strcpy(name, other);
            return 0;
        }
    }
    return 0;
}

/* What the network was given so far, whichever of its names it is called by; NULL with `rc` set. */
static struct given *find_given(struct reading *reading, const char *called, int *rc)
{
    struct given *given = calloc(1, sizeof(*given));
    void *found;

    if (given == NULL) {
        *rc = -ENOMEM;
        return NULL;
    }
    strcpy(given->network, called);
    *rc = find_own_name(reading->index, given->network);
    found = *rc < 0 ? NULL : tsearch(given, &reading->given, compare_given);
    if (*rc == 0 && found == NULL)
        *rc = -ENOMEM;
    if (found == NULL || *(struct given **)found != given)
        free(given);
    return found == NULL ? NULL : *(struct given **)found;
}

/* False when it is one too many. */
static bool give(struct given *given, const char *suffix)
{
    for (size_t i = 0; i < given->count; i++) {
        if (name_equal(given->suffixes[i], suffix))
            return true;
    }
    if (given->count == SUFFIXES_MAX)
        return false;
    strcpy(given->suffixes[given->count++], suffix);
    return true;
}

/* One suffix of a line. NULL, or why it is left out. */
static const char *take_suffix(struct reading *reading, struct given *given, const char *network,
                               const struct config_word *word, int *rc)
{
    const struct config_word bare = {name_without_root(word->text), word->column};
    char text[NETWORK_MAX + 1 + DOMAIN_MAX + 1], suffix[DOMAIN_MAX + 1];
    size_t len;

    if (!config_word_copy(&bare, suffix, DOMAIN_MAX) || !name_domain_valid(suffix, strlen(suffix)))
        return "not a domain: labels of letters, digits, hyphens and underscores, with dots between";
    len = (size_t)snprintf(text, sizeof(text), "%s %s", network, suffix);
    if (len > GUEST_MAX)
        return "too long beside the name of its network";
    if (!give(given, suffix))
        return SUFFIXES_TOO_MANY;
    *rc = text_list_add(reading->pairs, text, len);
    return NULL;
}

/* What the line says, but for suffixes that are none. */
static int read_line(struct reading *reading)
{
    char network[NETWORK_MAX + 1];
    struct config_word word;
    struct given *given;
    bool any = false;
    int rc;

    config_next_word(&reading->lines, &word);
    if (!config_word_copy(&word, network, NETWORK_MAX) ||
        (strcmp(network, SUFFIX_UNNAMED) != 0 && !network_valid(network))) {
        config_bad(&reading->lines, &word, "not a network's name");
        return 0;
    }
    given = find_given(reading, network, &rc);
    while (rc == 0 && config_next_word(&reading->lines, &word)) {
        const char *why = take_suffix(reading, given, network, &word, &rc);

        any = true;
        if (why != NULL)
            config_bad(&reading->lines, &word, why);
    }
    if (rc == 0 && !any)
        config_bad(&reading->lines, &word, "no suffix given");
    return rc;
}

int suffix_lines_parse(struct index *index, struct bytes text, const char *where, struct text_list *pairs)
{
    struct reading reading = {index, config_lines_of(where, text, index->report), pairs, NULL};
    int rc = 0;

    while (rc == 0 && config_next_line(&reading.lines))
        rc = read_line(&reading);
    tdestroy(reading.given, free);
    config_lines_finish(&reading.lines);
    return rc < 0 ? rc : reading.lines.bad > 0;
}
