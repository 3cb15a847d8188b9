#include "explanation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "indexer/leases.h"
#include "schema/claim.h"
#include "schema/name.h"
#include "schema/suffix.h"

/* What is explained: a name, or an address. */
struct subject {
    const char *asked;
    const char *name; /* without a dot at its end */
    struct ip ip;     /* no address: it is a name */
    struct index *index;
};

/* A host name may stand in a record of its own kind alone, but one record of an address has both kinds. */
static const struct {
    enum key_kind key;
    const char *module;
} kinds[EXPLAINED_MODULES] = {
    {KEY_GUEST, "lvindex_guest"},
    {KEY_HOST, "lvindex"},
};

/* --- Candidates -------------------------------------------------------------------------------------------
 */

/* A presence's network is the bridge where the guest runs, or libvirt's directory that defines it. */
static bool is_definition(struct bytes network)
{
    return network.len > 0 && network.at[0] == '/';
}

/* Why a lease answers only where no better one does. */
static const char *last_resort_text(const struct claim *claim, bool answers)
{
    if ((claim->flags & CLAIM_STALE) != 0)
        return answers ? "answers as a last resort: the machine has a newer lease under another client-id"
                       : "last resort: the machine has a newer lease under another client-id";
    return answers ? "answers as a last resort: a running guest has the name in this network"
                   : "last resort: a running guest has the name in this network";
}

static const char *answers_text(const struct claim *claim, enum claim_level level)
{
    static const char *const texts[] = {
        [LEVEL_STATIC] = "answers: static",
        [LEVEL_LEASE] = "answers",
        [LEVEL_RESERVED] = "answers: reserved for it by libvirt",
        [LEVEL_ARP] = "answers: a neighbour that dnsmasq saw (arp)",
        [LEVEL_GRACE] = "answers: within its grace, as its guest runs",
    };

    return level == LEVEL_LAST_RESORT ? last_resort_text(claim, true) : texts[level];
}

/* `best` is the level of what answers instead. */
static const char *kept_back_text(const struct claim *claim, enum claim_level level, enum claim_level best)
{
    static const char *const texts[] = {
        [LEVEL_STATIC] = "kept back: a static entry answers instead",
        [LEVEL_LEASE] = "kept back: a lease answers instead",
        [LEVEL_RESERVED] = "kept back: a reserved address answers instead",
        [LEVEL_LAST_RESORT] = "kept back: a lease of last resort answers instead",
        [LEVEL_ARP] = "kept back: a neighbour answers instead",
    };

    return level == LEVEL_LAST_RESORT ? last_resort_text(claim, false) : texts[best];
}

static void judge(const struct claim *claim, const struct claim_time *when, struct claim_levels *best,
                  struct candidate *candidate)
{
    const enum claim_level level = claim_level(claim, when);

    if ((claim->flags & CLAIM_PRESENCE) != 0) {
        candidate->verdict = VERDICT_PRESENCE;
        candidate->reason = is_definition(claim->network)
                                ? "marks the guest as defined; an address comes from its leases"
                                : "marks the guest as running; an address comes from its leases";
    } else if ((claim->flags & CLAIM_WITHHELD) != 0) {
        candidate->verdict = VERDICT_REFUSED;
        candidate->reason = refusal_text(claim->reason);
    } else if (level == LEVEL_NONE) {
        candidate->verdict = VERDICT_EXPIRED;
        candidate->reason = "expired";
    } else if (claim_answers(best, claim, level)) {
        candidate->verdict = VERDICT_ANSWERS;
        candidate->reason = answers_text(claim, level);
    } else {
        candidate->verdict = VERDICT_LAST_RESORT;
        candidate->reason = kept_back_text(claim, level, *claim_best(best, claim));
    }
}

/* The claim's name as it is spelled, or that of its key. NULL without memory. */
static char *copy_name(const struct claim *claim, struct bytes key)
{
    struct bytes label = claim->label.len > 0 ? claim->label : (struct bytes){key.at + 1, key.len - 1};
    char *text;
    int len =
        asprintf(&text, "%.*s%s%.*s", (int)label.len, (const char *)label.at,
                 claim->domain.len > 0 ? "." : "", (int)claim->domain.len, (const char *)claim->domain.at);

    return len < 0 ? NULL : text;
}

/* Does the claim, which is of that name, follow from the static entry of its address? */
static bool follows_from(const struct claim *claim, const char *name, const struct lease *entry)
{
    char qualified[DOMAIN_MAX + 1];

    if ((claim->flags & CLAIM_GUEST) != 0)
        return entry->hwaddr.known;
    return name_equal(entry->host, name) || name_equal(lease_qualified(entry, qualified), name);
}

/* Finds the lease or entry that the claim of that name follows from. 0, -ENOENT or -errno. */
static int claim_source(struct index *index, const struct claim *claim, const char *name, struct lease *lease)
{
    static const struct {
        enum claim_rank rank;
        enum lease_kind kind;
    } sources[] = {{RANK_LEASE, KIND_LEASE},       {RANK_LEASE, KIND_KEPT},  {RANK_STATIC, KIND_STATIC},
                   {RANK_RESERVED, KIND_RESERVED}, {RANK_STATIC, KIND_HOST}, {RANK_ARP, KIND_ARP}};
    int rc = -ENOENT;

    for (size_t i = 0; rc == -ENOENT && i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (sources[i].rank != claim->rank)
            continue;
        *lease = (struct lease){.kind = sources[i].kind, .ip = claim->ip};
        memcpy(lease->network, claim->network.at, claim->network.len);
        rc = entries_get(index, lease);
        /* Aliases are numbered without a gap. */
        while (rc == 0 && rank_owns_names(claim->rank) && !follows_from(claim, name, lease))
            rc = lease->alias++ < UINT8_MAX ? entries_get(index, lease) : -ENOENT;
    }
    return rc;
}

/* Who brought the lease that the claim follows from; "" for a presence, which follows from none. */
static int find_feeder(struct index *index, const struct claim *claim, const char *name, char **text)
{
    struct lease lease;
    int rc = -ENOENT;

    if ((claim->flags & CLAIM_PRESENCE) == 0 && claim->network.len <= NETWORK_MAX)
        rc = claim_source(index, claim, name, &lease);
    if (rc != -ENOENT)
        return rc < 0 ? rc : dump_feeder(index, &lease, text);
    *text = strdup("");
    return *text == NULL ? -ENOMEM : 0;
}

static int add_candidate(struct index *index, const struct claim *claim, struct claim_levels *best,
                         struct bytes key, struct explained_record *record)
{
    const struct claim_time when = index_time(index);
    struct candidate *more = reallocarray(record->candidates, record->count + 1, sizeof(*more));
    struct candidate *candidate;

    if (more == NULL)
        return -ENOMEM;
    record->candidates = more;
    candidate = &more[record->count++];
    *candidate = (struct candidate){
        .name = copy_name(claim, key),
        .network = strndup((const char *)claim->network.at, claim->network.len),
        .ip = claim->ip,
        .running = (claim->flags & CLAIM_RUNNING) != 0,
        .heard = (claim->flags & CLAIM_HEARD) != 0 ? claim->order / 1000 : 0,
        .expiry = claim->expiry,
    };
    judge(claim, &when, best, candidate);
    if (candidate->name == NULL || candidate->network == NULL)
        return -ENOMEM;
    return find_feeder(index, claim, candidate->name, &candidate->feeder);
}

/* A guest whose definition alone is known does not run: its name is only reserved. */
static void judge_definition(struct explained_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct candidate *candidate = &record->candidates[i];

        if (candidate->verdict != VERDICT_PRESENCE || !is_definition(bytes_of(candidate->network)))
            return;
    }
    for (size_t i = 0; i < record->count; i++) {
        record->candidates[i].verdict = VERDICT_STOPPED;
        record->candidates[i].reason = "the guest runs in no network of libvirt's: its name is only reserved";
    }
}

/* --- Records ----------------------------------------------------------------------------------------------
 */

/* Takes the claims of `networks` that stand under a key. */
static int take_record(struct index *index, const struct key *key, struct bytes networks,
                       struct explained_record *record)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    const struct claim_time when = index_time(index);
    struct claim_levels best;
    struct unpacker rest;
    struct claim claim;
    int rc = store_get(index->store, key, &value);

    record->key = escape_binary(key_bytes(key));
    if (record->key == NULL)
        return -ENOMEM;
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    best = claim_levels_of(value_bytes(&value), networks, &when);
    rest = unpacker_of(value_bytes(&value));
    while (rc == 0 && claim_next(&rest, &claim)) {
        if (suffix_admits(networks, claim.network))
            rc = add_candidate(index, &claim, &best, key_bytes(key), record);
    }
    judge_definition(record);
    return rc == 0 && rest.bad ? -EBADMSG : rc;
}

/* "lab, prod" */
static int name_networks(struct bytes networks, char **text)
{
    struct unpacker u = unpacker_of(networks);

    *text = strdup("");
    while (*text != NULL && unpack_left(&u) > 0) {
        struct bytes network = u.bad ? (struct bytes){NULL, 0} : unpack_short(&u);
        char *before = *text;

        if (u.bad)
            break;
        if (network.len == 0)
            network = bytes_of("(unnamed)");
        if (asprintf(text, "%s%s%.*s", before, before[0] != '\0' ? ", " : "", (int)network.len,
                     (const char *)network.at) < 0)
            *text = NULL;
        free(before);
    }
    return *text == NULL ? -ENOMEM : 0;
}

/* Takes the record of what is before a dot, if networks stand under what is behind it. */
static int take_before(const struct subject *subject, enum key_kind kind, size_t dot,
                       struct explanation *explanation)
{
    struct explained_record *record = &explanation->records[explanation->record_count];
    const struct key key = key_named(kind, (struct bytes){(const uint8_t *)subject->name, dot});
    const char *suffix = subject->name + dot + 1;
    CLEANUP_VALUE struct value networks = {NULL, 0};
    int rc = index_suffix_networks(subject->index, bytes_of(suffix), &networks);

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    explanation->record_count++;
    record->kind = kind;
    record->suffix = strdup(suffix);
    rc = record->suffix == NULL ? -ENOMEM : name_networks(value_bytes(&networks), &record->networks);
    return rc < 0 ? rc : take_record(subject->index, &key, value_bytes(&networks), record);
}

/* Takes those of the name without a suffix: of a host's name what is behind its first dot, as that is one
 * label; of a guest's what is behind any. */
static int take_unsuffixed(const struct subject *subject, enum key_kind kind, struct explanation *explanation)
{
    int rc = 0;

    for (size_t i = 1; rc == 0 && subject->name[i] != '\0'; i++) {
        if (subject->name[i] != '.' || explanation->record_count == EXPLAINED_RECORDS)
            continue;
        rc = take_before(subject, kind, i, explanation);
        if (kind == KEY_HOST)
            break;
    }
    return rc;
}

static int take_records(const struct subject *subject, struct explanation *explanation)
{
    static const struct bytes any = {NULL, 0};
    struct bytes name = bytes_of(subject->name);
    bool fits = name.len > 0 && name.len <= DOMAIN_MAX;
    int rc = 0;

    if (subject->ip.len > 0) {
        struct key key = key_address(&subject->ip);

        explanation->record_count = 1;
        explanation->records[0].kind = KEY_ADDRESS;
        return take_record(subject->index, &key, any, &explanation->records[0]);
    }
    explanation->record_count = EXPLAINED_MODULES;
    for (size_t i = 0; rc == 0 && i < EXPLAINED_MODULES; i++) {
        explanation->records[i].kind = kinds[i].key;
        if (fits) {
            struct key key = key_named(kinds[i].key, name);

            rc = take_record(subject->index, &key, any, &explanation->records[i]);
        }
    }
    if (rc == 0 && fits)
        rc = take_unsuffixed(subject, KEY_HOST, explanation);
    return rc == 0 && fits ? take_unsuffixed(subject, KEY_GUEST, explanation) : rc;
}

const struct explained_record *explanation_definite(const struct explanation *explanation)
{
    const struct explained_record *suffixed = NULL;

    for (size_t i = 0; i < explanation->record_count; i++) {
        const struct explained_record *record = &explanation->records[i];

        if (suffixed == NULL && record->suffix != NULL)
            suffixed = record;
        for (size_t j = 0; j < record->count; j++) {
            if (record->candidates[j].verdict <= VERDICT_LAST_RESORT)
                return NULL;
        }
    }
    return suffixed;
}

/* --- Names that never became candidates -------------------------------------------------------------------
 */

struct refused_search {
    const struct subject *subject;
    struct lease_list *found;
};

/* Lists a lease whose client wanted the name, or whose address is asked for, and did not get it. */
static int list_refused(void *context, const struct lease *lease)
{
    const struct refused_search *search = context;
    const struct subject *subject = search->subject;
    bool wanted = subject->ip.len > 0 ? ip_compare(&lease->ip, &subject->ip) == 0
                                      : name_equal(lease->refused, subject->name);

    return lease->refused[0] != '\0' && wanted ? lease_list_add(search->found, lease) : 0;
}

/* Lists a live lease of the address whose client told no name at all. */
static int list_nameless(void *context, const struct lease *lease)
{
    const struct refused_search *search = context;
    const struct subject *subject = search->subject;

    return ip_compare(&lease->ip, &subject->ip) == 0 && lease->host[0] == '\0' && lease->refused[0] == '\0' &&
                   !expiry_passed(lease->expiry, subject->index->now)
               ? lease_list_add(search->found, lease)
               : 0;
}

/* --- The modules' own answers -----------------------------------------------------------------------------
 */

static int ask(const struct subject *subject, struct explanation *explanation)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < EXPLAINED_MODULES; i++) {
        struct explained_answer *asked = &explanation->answers[i];

        asked->module = kinds[i].module;
        rc = subject->ip.len > 0 ? ask_module_address(asked->module, &subject->ip, &asked->answer)
                                 : ask_module_name(asked->module, subject->asked, &asked->answer);
    }
    return rc;
}

/* --- All of it --------------------------------------------------------------------------------------------
 */

int explain(struct index *index, const char *asked, struct explanation *explanation)
{
    size_t len = strlen(asked);
    CLEANUP_FREE char *name = strndup(asked, len > 0 && asked[len - 1] == '.' ? len - 1 : len);
    struct subject subject = {.asked = asked, .name = name, .index = index};
    int rc;

    *explanation = (struct explanation){.record_count = 0};
    if (name == NULL)
        return -ENOMEM;
    if (ip_parse(asked, &subject.ip) < 0)
        subject.ip.len = 0;
    rc = take_records(&subject, explanation);
    if (rc == 0)
        rc =
            leases_each(index, NULL, list_refused, &(struct refused_search){&subject, &explanation->refused});
    if (rc == 0 && subject.ip.len > 0 && explanation->records[0].count == 0)
        rc = leases_each(index, NULL, list_nameless,
                         &(struct refused_search){&subject, &explanation->nameless});
    return rc < 0 ? rc : ask(&subject, explanation);
}

static void free_candidates(struct explained_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        free(record->candidates[i].name);
        free(record->candidates[i].network);
        free(record->candidates[i].feeder);
    }
    free(record->candidates);
    free(record->key);
    free(record->suffix);
    free(record->networks);
}

void explanation_free(struct explanation *explanation)
{
    for (size_t i = 0; i < EXPLAINED_RECORDS; i++)
        free_candidates(&explanation->records[i]);
    for (size_t i = 0; i < EXPLAINED_MODULES; i++)
        module_answer_free(&explanation->answers[i].answer);
    lease_list_free(&explanation->refused);
    lease_list_free(&explanation->nameless);
}
