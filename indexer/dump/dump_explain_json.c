#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "dump.h"
#include "explanation.h"
#include "indexer/json_text.h"

static const char *kind_word(enum key_kind kind)
{
    switch (kind) {
    case KEY_GUEST:
        return "guest";
    case KEY_HOST:
        return "host";
    default:
        return "address";
    }
}

static const char *verdict_word(enum verdict verdict)
{
    static const char *const words[] = {
        [VERDICT_ANSWERS] = "answers",     [VERDICT_LAST_RESORT] = "last-resort",
        [VERDICT_EXPIRED] = "expired",     [VERDICT_REFUSED] = "refused",
        [VERDICT_PRESENCE] = "no-address", [VERDICT_STOPPED] = "not-running",
    };

    return words[verdict];
}

static int add_word(struct json_object *object, const char *name, const char *word)
{
    return json_add(object, name, json_object_new_string(word));
}

/* Adds a text that may hold any bytes. */
static int add_text(struct json_object *object, const char *name, const char *text)
{
    return json_add(object, name, json_new_escaped(text));
}

static int add_address(struct json_object *object, const struct ip *ip)
{
    char text[IP_TEXT_SIZE];

    return add_word(object, "ip-address", ip_format(ip, text));
}

/* What a presence does not have: it follows from no lease. */
static int add_lease_members(struct json_object *object, const struct candidate *candidate)
{
    int rc = add_address(object, &candidate->ip);

    if (rc == 0)
        rc = add_text(object, "from", candidate->feeder);
    if (rc == 0)
        rc = json_add(object, "running", json_object_new_boolean(candidate->running));
    if (rc == 0 && candidate->heard != 0)
        rc = json_add_number(object, "last-heard", candidate->heard);
    return rc < 0 ? rc : json_add_number(object, "expiry-time", candidate->expiry);
}

static int add_candidate(struct json_object *object, const void *element)
{
    const struct candidate *candidate = element;
    int rc = add_text(object, "name", candidate->name);

    if (rc == 0)
        rc = add_text(object, "network", candidate->network);
    if (rc == 0 && candidate->ip.len > 0)
        rc = add_lease_members(object, candidate);
    if (rc == 0)
        rc = add_word(object, "verdict", verdict_word(candidate->verdict));
    return rc < 0 || candidate->verdict == VERDICT_ANSWERS ? rc
                                                           : add_word(object, "reason", candidate->reason);
}

/* Adds an array with an object for each of `count` elements of `size` bytes, which `fill` puts its members
 * into. */
static int add_array(struct json_object *object, const char *name, const void *elements, size_t count,
                     size_t size, int (*fill)(struct json_object *object, const void *element))
{
    struct json_object *array = json_object_new_array();
    int rc = json_add(object, name, array);

    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct json_object *member = json_object_new_object();

        if (member == NULL || json_object_array_add(array, member) != 0) {
            json_object_put(member);
            return -ENOMEM;
        }
        rc = fill(member, (const char *)elements + i * size);
    }
    return rc;
}

static int add_record(struct json_object *object, const void *element)
{
    const struct explained_record *record = element;
    int rc = add_word(object, "kind", kind_word(record->kind));

    if (rc == 0 && record->key != NULL)
        rc = add_word(object, "key", record->key);
    if (rc == 0 && record->suffix != NULL)
        rc = add_text(object, "suffix", record->suffix);
    if (rc == 0 && record->suffix != NULL)
        rc = add_text(object, "networks", record->networks);
    return rc < 0 ? rc
                  : add_array(object, "candidates", record->candidates, record->count,
                              sizeof(struct candidate), add_candidate);
}

/* Whose lease it is. */
static int add_lease(struct json_object *object, const void *element)
{
    const struct lease *lease = element;
    char mac[HWADDR_TEXT_SIZE];
    int rc = add_word(object, "network", lease->network);

    if (rc == 0)
        rc = add_address(object, &lease->ip);
    return rc < 0 || !lease->hwaddr.known
               ? rc
               : add_word(object, "mac-address", hwaddr_format(&lease->hwaddr, mac));
}

static int add_refused(struct json_object *object, const void *element)
{
    const struct lease *lease = element;
    int rc = add_text(object, "name-refused", lease->refused);

    if (rc == 0)
        rc = add_word(object, "name-refused-reason", refusal_text(lease->reason));
    return rc < 0 ? rc : add_lease(object, lease);
}

static int add_found(struct json_object *object, const char *name, const struct text_list *found)
{
    struct json_object *array = json_object_new_array();
    int rc = json_add(object, name, array);

    for (size_t i = 0; rc == 0 && i < found->count; i++) {
        struct json_object *text = json_new_escaped(found->at[i]);

        if (text == NULL || json_object_array_add(array, text) != 0) {
            json_object_put(text);
            return -ENOMEM;
        }
    }
    return rc;
}

static int add_answer(struct json_object *object, const void *element)
{
    const struct explained_answer *asked = element;
    const struct module_answer *answer = &asked->answer;
    int rc = add_word(object, "module", asked->module);

    if (rc == 0 && answer->trouble[0] != '\0')
        return add_text(object, "trouble", answer->trouble);
    if (rc == 0)
        rc = add_word(object, "status", answer->status);
    if (rc == 0 && module_answer_failed(answer))
        rc = add_word(object, "trouble", strerror(answer->error));
    return rc < 0 ? rc : add_found(object, "found", &answer->found);
}

int dump_explain_json(struct index *index, const struct dump_query *query, FILE *to)
{
    CLEANUP_EXPLANATION struct explanation explanation;
    CLEANUP_JSON struct json_object *object = json_object_new_object();
    int rc = explain(index, query->subject, &explanation);

    if (object == NULL)
        return -ENOMEM;
    if (rc == 0)
        rc = json_add_number(object, "version", store_meta(index->store)->version);
    if (rc == 0)
        rc = json_add_number(object, "generation", store_meta(index->store)->generation);
    if (rc == 0)
        rc = add_text(object, "subject", query->subject);
    if (rc == 0)
        rc = add_array(object, "records", explanation.records, explanation.record_count,
                       sizeof(struct explained_record), add_record);
    if (rc == 0)
        rc = add_array(object, "refused", explanation.refused.at, explanation.refused.count,
                       sizeof(struct lease), add_refused);
    if (rc == 0)
        rc = add_array(object, "nameless", explanation.nameless.at, explanation.nameless.count,
                       sizeof(struct lease), add_lease);
    if (rc == 0)
        rc = add_array(object, "modules", explanation.answers, EXPLAINED_MODULES,
                       sizeof(struct explained_answer), add_answer);
    return rc < 0 ? rc : json_print(object, to);
}
