#include "answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schema/claim.h"

struct collecting {
    struct answers *answers;
    struct claim_time when;
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

/* Notes the name as the first of its claims spells it. */
static int set_name(struct answer *answer, const struct claim *claim, struct bytes key)
{
    struct bytes name = claim->label.len > 0 ? claim->label : (struct bytes){key.at + 1, key.len - 1};

    if (answer->name == NULL)
        answer->name = strndup((const char *)name.at, name.len);
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

static int add_claims(const struct collecting *collecting, struct answer *answer, struct bytes key,
                      struct bytes value)
{
    const struct claim_levels best = claim_levels_of(value, &collecting->when);
    struct unpacker rest = unpacker_of(value);
    struct claim claim;
    int rc = 0;

    while (rc == 0 && claim_next(&rest, &claim)) {
        enum claim_level level = claim_level(&claim, &collecting->when);

        if (level != LEVEL_NONE)
            note_end(collecting, &claim, level);
        if (!claim_answers(&best, &claim, level))
            continue;
        rc = claim.network.len > NETWORK_MAX ? -EBADMSG : set_name(answer, &claim, key);
        if (rc == 0)
            rc = add_address(answer, &claim);
    }
    return rc == 0 && rest.bad ? -EBADMSG : rc;
}

static int collect(void *context, struct bytes key, struct bytes value)
{
    const struct collecting *collecting = context;
    struct answers *answers = collecting->answers;
    struct answer *more = reallocarray(answers->at, answers->count + 1, sizeof(*more));
    int rc;

    if (more == NULL)
        return -ENOMEM;
    answers->at = more;
    more += answers->count++;
    *more = (struct answer){.guest = key.at[0] == KEY_GUEST};
    rc = add_claims(collecting, more, key, value);
    if (rc == 0 && more->count == 0)
        answers->count--;
    return rc;
}

static int compare_names(const char *a, const char *b)
{
    size_t label_a = strcspn(a, "."), label_b = strcspn(b, ".");
    int order = strncasecmp(a, b, label_a > label_b ? label_a : label_b);

    if (order != 0 || a[label_a] == b[label_b])
        return order != 0 ? order : strcasecmp(a, b);
    return a[label_a] == '.' ? -1 : 1;
}

static int compare(const void *a, const void *b)
{
    const struct answer *left = a, *right = b;
    int order = compare_names(left->name, right->name);

    return order != 0 ? order : right->guest - left->guest;
}

int answers_collect(struct index *index, struct answers *answers)
{
    struct collecting collecting = {answers, index_time(index)};
    int rc = store_each(index->store, KEY_GUEST, collect, &collecting);

    if (rc == 0)
        rc = store_each(index->store, KEY_HOST, collect, &collecting);
    if (rc == 0 && answers->count > 0)
        qsort(answers->at, answers->count, sizeof(*answers->at), compare);
    return rc;
}

void answers_free(struct answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        free(answers->at[i].name);
        free(answers->at[i].at);
    }
    free(answers->at);
}
