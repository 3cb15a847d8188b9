#include "nss/lookup.h"

#include <errno.h>
#include <sys/socket.h>

#include "nss/suffix.h"
#include "schema/hash.h"
#include "schema/limits.h"
#include "schema/name.h"

/* May it answer for the name, of its kind and networks? A static name stands in a guest's record as well. */
static bool is_asked_for(const struct selection *selection, const struct claim *claim)
{
    return (selection_is_of_kind(selection, claim) ||
            (selection->kind == LOOKUP_GUESTS && claim->rank == RANK_STATIC)) &&
           suffix_admits(selection->networks, claim->network);
}

/* The name as a claim's label spells it. A label that is another name altogether is none. */
static struct bytes spelled(const struct name_answer *answer, struct bytes label)
{
    struct bytes name = answer->from.name;
    char folded[KEY_MAX];

    if (label.len != name.len)
        return name;
    name_fold(folded, (const char *)label.at, name.len);
    return memcmp(folded, name.at, name.len) == 0 ? label : name;
}

/* The name that a claim is for, as its owner spells it. */
static struct bytes claimed_name(const struct name_answer *answer, const struct claim *claim)
{
    return spelled(answer, claim->label);
}

/* Is there a guest of exactly this name, whether it answers or not? */
static bool has_label(const struct name_answer *answer, struct bytes label)
{
    struct unpacker rest = unpacker_of(answer->from.claims);
    struct claim claim;

    while (claim_next(&rest, &claim)) {
        if (claim_is_guests(&claim) && suffix_admits(answer->from.networks, claim.network) &&
            bytes_equal(claimed_name(answer, &claim), label))
            return true;
    }
    return false;
}

static bool family_fits(int family, const struct ip *ip)
{
    return family == AF_UNSPEC || family == (ip->len == IPV4_LEN ? AF_INET : AF_INET6);
}

/* How good an answer is it? Names that are no guest's have no case. */
static enum claim_level level_of(const struct name_answer *answer, const struct claim *claim)
{
    if (!is_asked_for(&answer->from, claim) || (answer->only.len > 0 && claim_is_guests(claim) &&
                                                !bytes_equal(claimed_name(answer, claim), answer->only)))
        return LEVEL_NONE;
    return claim_level(claim, &answer->from.when);
}

static void find_best(struct name_answer *answer)
{
    struct unpacker rest = unpacker_of(answer->from.claims);
    struct claim claim;

    answer->best = CLAIM_LEVELS_NONE;
    while (claim_next(&rest, &claim))
        claim_levels_note(&answer->best, &claim, level_of(answer, &claim));
}

static bool next_claim(const struct name_answer *answer, int family, struct address_walk *walk,
                       struct claim *claim)
{
    while (claim_next(&walk->rest, claim)) {
        if (!family_fits(family, &claim->ip) || !claim_answers(&answer->best, claim, level_of(answer, claim)))
            continue;
        /* Networks that share an address: their claims stand side by side. */
        if (ip_compare(&claim->ip, &walk->last) == 0)
            continue;
        walk->last = claim->ip;
        return true;
    }
    return false;
}

struct address_walk address_walk(const struct name_answer *answer)
{
    return (struct address_walk){.rest = unpacker_of(answer->from.claims)};
}

bool address_next(const struct name_answer *answer, struct address_walk *walk, struct ip *ip)
{
    struct claim claim;

    if (answer->plain) {
        if (walk->told == answer->kept_count)
            return false;
        *ip = answer->kept[walk->told++];
        return true;
    }
    if (!next_claim(answer, answer->family, walk, &claim))
        return false;
    *ip = claim.ip;
    return true;
}

static bool has_address(const struct name_answer *answer)
{
    struct address_walk walk = address_walk(answer);
    struct claim claim;

    return next_claim(answer, AF_UNSPEC, &walk, &claim);
}

/* What the claim of the first address says of the name. */
static void take_first(struct name_answer *answer, const struct claim *claim)
{
    answer->network = claim->network;
    answer->guests = claim_is_guests(claim);
}

/* Counts the addresses, and so reads the record to its end: what follows need not expect a malformed one. */
static int count_addresses(struct name_answer *answer)
{
    struct address_walk walk = address_walk(answer);
    struct claim claim;

    answer->count = 0;
    for (; next_claim(answer, answer->family, &walk, &claim); answer->count++) {
        if (answer->count == 0) {
            answer->name.label = claimed_name(answer, &claim);
            take_first(answer, &claim);
        }
    }
    if (walk.rest.bad)
        return -EBADMSG;
    if (answer->count > 0)
        return 0;
    return has_address(answer) ? -ENODATA : -ENOENT;
}

/* Keeps a claim's address behind those that are kept: false when there is no room. */
static bool keep(struct name_answer *answer, const struct claim *claim)
{
    if (answer->kept_count > 0 && ip_compare(&answer->kept[answer->kept_count - 1], &claim->ip) == 0)
        return true;
    if (answer->kept_count == ADDRESSES_KEPT)
        return false;
    if (answer->kept_count == 0)
        take_first(answer, claim);
    answer->kept[answer->kept_count++] = claim->ip;
    return true;
}

/* Reads the record once, as nearly all are: there is nothing to choose from, as all claims spell the name
 * alike and those that answer are as good as each other, and the addresses are few. False where that is not
 * so; else `*error` is what lookup_name() returns. */
static bool take_plain(struct name_answer *answer, int *error)
{
    struct unpacker rest = unpacker_of(answer->from.claims);
    struct bytes label = {NULL, 0};
    enum claim_level common = LEVEL_NONE;
    bool first = true, other_family = false;
    struct claim claim;

    answer->kept_count = 0;
    for (; claim_next(&rest, &claim); first = false) {
        enum claim_level level = claim_level(&claim, &answer->from.when);

        if (!is_asked_for(&answer->from, &claim) || (!first && !bytes_equal(claim.label, label)))
            return false;
        label = claim.label;
        if (level == LEVEL_NONE)
            continue;
        if (common != LEVEL_NONE && level != common)
            return false;
        common = level;
        if (!family_fits(answer->family, &claim.ip))
            other_family = true;
        else if (!keep(answer, &claim))
            return false;
    }
    answer->plain = true;
    answer->count = answer->kept_count;
    answer->name.label = spelled(answer, label);
    *error = rest.bad ? -EBADMSG : answer->count > 0 ? 0 : other_family ? -ENODATA : -ENOENT;
    return true;
}

/* The name without its trailing dot; empty when it is too long. */
static struct bytes asked_name(enum lookup_kind kind, const char *name)
{
    size_t longest = kind == LOOKUP_GUESTS ? GUEST_MAX : DOMAIN_MAX;
    size_t len = strnlen(name, longest + 2);

    if (len > 0 && name[len - 1] == '.')
        len--;
    return (struct bytes){(const uint8_t *)name, len > longest ? 0 : len};
}

/* Can it be a name at all? Seen to only when the search has been begun, as that takes time of its own. */
static bool is_name(const struct question *question)
{
    struct bytes asked = question->asked;

    return asked.len > 0 &&
           (question->kind == LOOKUP_GUESTS || name_domain_valid((const char *)asked.at, asked.len));
}

void question_name(struct question *question, enum lookup_kind kind, const char *name)
{
    struct bytes asked = asked_name(kind, name);

    question->kind = kind;
    question->asked = asked;
    key_set_named(&question->key, kind == LOOKUP_GUESTS ? KEY_GUEST : KEY_HOST, asked);
    question->hash = hash_bytes(key_bytes(&question->key));
}

void question_address(struct question *question, enum lookup_kind kind, const struct ip *ip)
{
    question->kind = kind;
    question->asked = (struct bytes){NULL, 0};
    key_set_address(&question->key, ip);
    question->hash = hash_bytes(key_bytes(&question->key));
}

/* Answers from the record of one key; `asked` is the name in it as it was asked for. */
static int answer_from(struct name_answer *answer, struct bytes key, uint32_t hash, struct bytes asked)
{
    int error = selection_read(&answer->from, key, hash);

    answer->only = (struct bytes){NULL, 0};
    answer->plain = false;
    if (error < 0 || take_plain(answer, &error))
        return error;
    if (answer->from.kind == LOOKUP_GUESTS && has_label(answer, asked))
        answer->only = asked;
    find_best(answer);
    return count_addresses(answer);
}

static int answer_whole(struct name_answer *answer, const struct question *question)
{
    answer->from.networks = (struct bytes){NULL, 0};
    return answer_from(answer, key_bytes(&question->key), question->hash, question->asked);
}

/* What is behind a dot as a suffix, what is before it as a name: `len` bytes. */
static int answer_before(struct name_answer *answer, const struct question *question, size_t len)
{
    struct bytes key = {question->key.at, 1 + len};
    struct bytes suffix = {key.at + key.len + 1, question->asked.len - len - 1};
    int error = len == 0 ? -ENOENT : suffix_networks(answer->from.view, suffix, &answer->from.networks);

    if (error < 0)
        return error;
    return answer_from(answer, key, hash_bytes(key), (struct bytes){question->asked.at, len});
}

/* The name without one of its suffixes. */
static int answer_unsuffixed(struct name_answer *answer, const struct question *question)
{
    struct bytes asked = question->asked;
    const uint8_t *dot = asked.at;
    int error = -ENOENT;

    while (error == -ENOENT && (dot = memchr(dot, '.', asked.len - (size_t)(dot - asked.at))) != NULL) {
        error = answer_before(answer, question, (size_t)(dot - asked.at));
        if (question->kind == LOOKUP_HOSTS)
            break;
        dot++;
    }
    return error;
}

/* A host name has no dots: what is behind one is a domain. */
static struct bytes host_label(struct bytes name)
{
    const uint8_t *dot = memchr(name.at, '.', name.len);

    return dot == NULL ? name : (struct bytes){name.at, (size_t)(dot - name.at)};
}

/* Puts the suffix of its network behind the name, in place of any domain that it was asked for with. */
static void qualify(struct name_answer *answer)
{
    struct bytes label = answer->name.label;

    answer->name.domain = (struct bytes){NULL, 0};
    if (!answer->from.view->suffixed)
        return;
    if (!answer->guests)
        label = host_label(label);
    answer->name.domain = suffix_of(answer->from.view, answer->network, label.len);
    if (answer->name.domain.len > 0)
        answer->name.label = label;
}

int lookup_name(const struct view *view, const struct question *question, int family,
                struct name_answer *answer)
{
    /* Most names are, and have no suffix. */
    bool label = question->kind == LOOKUP_HOSTS &&
                 name_label_valid((const char *)question->asked.at, question->asked.len);
    int error = -ENOENT, without = -ENOENT;

    if (!label && !is_name(question))
        return error;
    answer->from.view = view;
    answer->from.kind = question->kind;
    answer->family = family;
    if (question->kind == LOOKUP_GUESTS)
        error = answer_whole(answer, question);
    if (error == -ENOENT && !label)
        error = without = answer_unsuffixed(answer, question);
    /* Damage on the way to a suffix costs no name that is whole; it may have been what is not found. */
    if (question->kind == LOOKUP_HOSTS && (error == -ENOENT || error == -EBADMSG))
        error = answer_whole(answer, question);
    if (error == -ENOENT)
        error = without;
    if (error == 0)
        qualify(answer);
    return error;
}
