#include "answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schema/claim.h"
#include "schema/name.h"
#include "schema/suffix.h"
#include "text_list.h"
#include "value.h"

struct collecting {
    struct index *index;
    struct answers *answers;
    struct claim_time when;
    bool suffixed; /* some names are answered with a suffix */
};

/* What an answer is made from. */
struct origin {
    struct bytes key;      /* the name it is for */
    struct bytes value;    /* the claims */
    struct bytes networks; /* of these alone, as in schema/suffix.h; empty: of any */
    const char *suffix;    /* to stand behind the name; "": none */
};

static int add_address(struct answer *answer, const struct claim *claim)
{
    struct answer_address *more;

    /* Networks that share an address: their claims stand side by side. */
    if (answer->count > 0 && ip_compare(&answer->at[answer->count - 1].ip, &claim->ip) == 0)
        return 0;
    more = reallocarray(answer->at, answer->count + 1, sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    answer->at = more;
    more += answer->count++;
    *more = (struct answer_address){.ip = claim->ip};
    memcpy(more->network, claim->network.at, claim->network.len);
    return 0;
}

/* The name in a key. */
static struct bytes key_name(struct bytes key)
{
    return (struct bytes){key.at + 1, key.len - 1};
}

/* Notes the name as the first of its claims spells it. */
static int set_name(struct answer *answer, const struct claim *claim, const struct origin *origin)
{
    /* Claims of another record are for a part of the name. */
    struct bytes name = claim->label.len > 0 && name_equal_bytes(claim->label, key_name(origin->key))
                            ? claim->label
                            : key_name(origin->key);

    if (answer->name == NULL && asprintf(&answer->name, "%.*s%s%s", (int)name.len, (const char *)name.at,
                                         origin->suffix[0] != '\0' ? "." : "", origin->suffix) < 0)
        answer->name = NULL;
    return answer->name == NULL ? -ENOMEM : 0;
}

/* Notes when the claim stops being as good an answer as it is. */
static void note_end(const struct collecting *collecting, const struct claim *claim, enum claim_level level)
{
    struct answers *answers = collecting->answers;
    uint64_t end = claim->expiry + (level == LEVEL_GRACE ? collecting->when.grace : 0);

    if (claim->expiry != 0 && (answers->until == 0 || end < answers->until))
        answers->until = end;
}

static int add_claims(const struct collecting *collecting, struct answer *answer, const struct origin *origin)
{
    const struct claim_levels best = claim_levels_of(origin->value, origin->networks, &collecting->when);
    struct unpacker rest = unpacker_of(origin->value);
    struct claim claim;
    int rc = 0;

    while (rc == 0 && claim_next(&rest, &claim)) {
        enum claim_level level = claim_level(&claim, &collecting->when);

        if (!suffix_admits(origin->networks, claim.network))
            continue;
        if (level != LEVEL_NONE)
            note_end(collecting, &claim, level);
        if (!claim_answers(&best, &claim, level))
            continue;
        rc = claim.network.len > NETWORK_MAX ? -EBADMSG : set_name(answer, &claim, origin);
        if (rc == 0)
            rc = add_address(answer, &claim);
    }
    return rc == 0 && rest.bad ? -EBADMSG : rc;
}

/* 1 when there is an answer, 0 when there is none. */
static int collect_from(const struct collecting *collecting, const struct origin *origin)
{
    struct answers *answers = collecting->answers;
    struct answer *more = reallocarray(answers->at, answers->count + 1, sizeof(*more));
    int rc;

    if (more == NULL)
        return -ENOMEM;
    answers->at = more;
    more += answers->count++;
    *more = (struct answer){.guest = origin->key.at[0] == KEY_GUEST, .canonical = origin->suffix[0] != '\0'};
    rc = add_claims(collecting, more, origin);
    if (rc == 0 && more->count == 0)
        answers->count--;
    return rc < 0 ? rc : more->count > 0;
}

/* The name of a record, under each suffix that its networks' names are answered with. */
static int collect_suffixed(const struct collecting *collecting, struct bytes key, struct bytes value)
{
    CLEANUP_TEXTS struct text_list told = {NULL, 0};
    struct unpacker rest = unpacker_of(value);
    struct bytes last = {NULL, SIZE_MAX};
    struct claim claim;
    int rc = 0;

    while (rc >= 0 && claim_next(&rest, &claim)) {
        CLEANUP_VALUE struct value networks = {NULL, 0};
        char suffix[DOMAIN_MAX + 1];

        if (last.len != SIZE_MAX && bytes_equal(last, claim.network))
            continue;
        last = claim.network;
        rc = index_suffix(collecting->index, claim.network, key.len - 1, suffix);
        if (rc < 0 || suffix[0] == '\0' || text_list_contains(&told, suffix))
            continue;
        rc = text_list_add(&told, suffix, strlen(suffix));
        if (rc == 0)
            rc = index_suffix_networks(collecting->index, bytes_of(suffix), &networks);
        if (rc == 0)
            rc = collect_from(collecting, &(struct origin){key, value, value_bytes(&networks), suffix});
        if (rc == -ENOENT)
            rc = 0;
    }
    return rc < 0 ? rc : 0;
}

/* The name of a client with its own domain. What is behind the dot is looked for as a suffix first. */
static int collect_with_domain(const struct collecting *collecting, struct bytes key, size_t label_len)
{
    const struct bytes suffix = {key.at + 1 + label_len + 1, key.len - 1 - label_len - 1};
    const struct key label = key_named(KEY_HOST, (struct bytes){key.at + 1, label_len});
    CLEANUP_VALUE struct value networks = {NULL, 0}, value = {NULL, 0};
    int rc = index_suffix_networks(collecting->index, suffix, &networks);

    if (rc == 0)
        rc = store_get(collecting->index->store, &label, &value);
    if (rc == 0)
        rc = collect_from(collecting, &(struct origin){key, value_bytes(&value), value_bytes(&networks), ""});
    return rc == -ENOENT ? 0 : rc;
}

static int collect(void *context, struct bytes key, struct bytes value)
{
    const struct collecting *collecting = context;
    const uint8_t *dot = key.at[0] == KEY_HOST ? memchr(key.at + 1, '.', key.len - 1) : NULL;
    int rc = dot != NULL ? collect_with_domain(collecting, key, (size_t)(dot - key.at) - 1) : 0;

    if (rc == 0)
        rc = collect_from(collecting, &(struct origin){key, value, {NULL, 0}, ""});
    if (rc >= 0 && dot == NULL && collecting->suffixed)
        rc = collect_suffixed(collecting, key, value);
    return rc < 0 ? rc : 0;
}

static void answer_free(struct answer *answer)
{
    free(answer->name);
    free(answer->at);
}

/* By name; of what is told twice, first what is found first, or told as it is spelled. */
static int compare_names(const void *a, const void *b)
{
    const struct answer *left = a, *right = b;
    int order = strcasecmp(left->name, right->name);

    if (order == 0)
        order = right->guest - left->guest;
    if (order != 0)
        return order;
    return left->guest ? left->canonical - right->canonical : right->canonical - left->canonical;
}

/* Leaves each name of a kind in it once. */
static void keep_first(struct answers *answers)
{
    size_t kept = 0;

    for (size_t i = 1; i < answers->count; i++) {
        struct answer *last = &answers->at[kept], *next = &answers->at[i];

        if (strcasecmp(last->name, next->name) == 0) {
            last->canonical = next->canonical = last->canonical || next->canonical;
            if (last->guest == next->guest) {
                answer_free(next);
                continue;
            }
        }
        answers->at[++kept] = *next;
    }
    if (answers->count > 0)
        answers->count = kept + 1;
}

/* By the first label, then in the order in which addresses tell their names. */
static int compare(const void *a, const void *b)
{
    const struct answer *left = a, *right = b;
    size_t label_left = strcspn(left->name, "."), label_right = strcspn(right->name, ".");
    int order = strncasecmp(left->name, right->name, label_left < label_right ? label_left : label_right);

    if (order == 0)
        order = (label_left > label_right) - (label_left < label_right);
    if (order == 0)
        order = right->canonical - left->canonical;
    if (order == 0)
        order = (left->name[label_left] == '\0') - (right->name[label_right] == '\0');
    if (order == 0)
        order = strcasecmp(left->name, right->name);
    return order != 0 ? order : right->guest - left->guest;
}

int answers_collect(struct index *index, struct answers *answers)
{
    const struct key suffixes = key_single(KEY_SUFFIX);
    struct collecting collecting = {index, answers, index_time(index), store_has(index->store, &suffixes)};
    int rc = store_each(index->store, KEY_GUEST, collect, &collecting);

    if (rc == 0)
        rc = store_each(index->store, KEY_HOST, collect, &collecting);
    if (rc < 0 || answers->count == 0)
        return rc;
    qsort(answers->at, answers->count, sizeof(*answers->at), compare_names);
    keep_first(answers);
    qsort(answers->at, answers->count, sizeof(*answers->at), compare);
    return 0;
}

void answers_free(struct answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        answer_free(&answers->at[i]);
    free(answers->at);
}
