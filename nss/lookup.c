#include "nss/lookup.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "nss/hash.h"
#include "schema/limits.h"
#include "schema/name.h"

static int select_claims(const struct view *view, const struct question *question,
                         struct selection *selection)
{
    selection->question = question;
    /* no system call */
    selection->when = (struct claim_time){.now = (uint64_t)time(NULL), .grace = view->grace};
    return view_find(view, key_bytes(&question->key), question->hash, &selection->claims);
}

static bool of_kind(const struct selection *selection, const struct claim *claim)
{
    return ((claim->flags & CLAIM_GUEST) != 0) == (selection->question->kind == LOOKUP_GUESTS);
}

/* The (folded) name in the key. */
static struct bytes key_name(const struct key *key)
{
    return (struct bytes){key->at + 1, key->len - 1};
}

/* The name as a claim's label spells it. A label that is another name altogether is none. */
static struct bytes spelled(const struct name_answer *answer, struct bytes label)
{
    struct bytes name = key_name(&answer->from.question->key);
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
        if (of_kind(&answer->from, &claim) && bytes_equal(claimed_name(answer, &claim), label))
            return true;
    }
    return false;
}

static bool family_fits(int family, const struct ip *ip)
{
    return family == AF_UNSPEC || family == (ip->len == IPV4_LEN ? AF_INET : AF_INET6);
}

/* How good an answer is it? */
static enum claim_level level_of(const struct name_answer *answer, const struct claim *claim)
{
    if (!of_kind(&answer->from, claim) ||
        (answer->only.len > 0 && !bytes_equal(claimed_name(answer, claim), answer->only)))
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

/* Counts the addresses, and so reads the record to its end: what follows need not expect a malformed one. */
static int count_addresses(struct name_answer *answer)
{
    struct address_walk walk = address_walk(answer);
    struct claim claim;

    answer->count = 0;
    for (; next_claim(answer, answer->family, &walk, &claim); answer->count++) {
        if (answer->count == 0)
            answer->name = claimed_name(answer, &claim);
    }
    if (walk.rest.bad)
        return -EBADMSG;
    if (answer->count > 0)
        return 0;
    return has_address(answer) ? -ENODATA : -ENOENT;
}

/* Keeps an address behind those that are kept: false when there is no room. */
static bool keep(struct name_answer *answer, const struct ip *ip)
{
    if (answer->kept_count > 0 && ip_compare(&answer->kept[answer->kept_count - 1], ip) == 0)
        return true;
    if (answer->kept_count == ADDRESSES_KEPT)
        return false;
    answer->kept[answer->kept_count++] = *ip;
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

        if (!of_kind(&answer->from, &claim) || (!first && !bytes_equal(claim.label, label)))
            return false;
        label = claim.label;
        if (level == LEVEL_NONE)
            continue;
        if (common != LEVEL_NONE && level != common)
            return false;
        common = level;
        if (!family_fits(answer->family, &claim.ip))
            other_family = true;
        else if (!keep(answer, &claim.ip))
            return false;
    }
    answer->plain = true;
    answer->count = answer->kept_count;
    answer->name = spelled(answer, label);
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

int lookup_name(const struct view *view, const struct question *question, int family,
                struct name_answer *answer)
{
    int error;

    if (!is_name(question))
        return -ENOENT;
    answer->only = (struct bytes){NULL, 0};
    answer->family = family;
    answer->plain = false;
    error = select_claims(view, question, &answer->from);
    if (error < 0 || take_plain(answer, &error))
        return error;
    if (question->kind == LOOKUP_GUESTS && has_label(answer, question->asked))
        answer->only = question->asked;
    find_best(answer);
    return count_addresses(answer);
}

/* Those of C1, too: a byte alone, or behind 0xc2 in UTF-8, but not within another character. */
static bool is_control(struct bytes text, size_t at)
{
    uint8_t byte = text.at[at], before = at > 0 ? text.at[at - 1] : 0;

    return byte < ' ' || byte == 0x7f || (byte >= 0x80 && byte < 0xa0 && (before < 0x80 || before == 0xc2));
}

/* Control characters in a guest's name would reach terminals: such a guest has no name here. */
static bool guest_presentable(struct bytes label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (is_control(label, i))
            return false;
    }
    return label.len > 0;
}

static bool presentable(enum lookup_kind kind, const struct claim *claim)
{
    if (claim->domain.len > 0 && !name_domain_valid((const char *)claim->domain.at, claim->domain.len))
        return false;
    return kind == LOOKUP_GUESTS ? guest_presentable(claim->label)
                                 : name_label_valid((const char *)claim->label.at, claim->label.len);
}

struct name_walk name_walk(const struct address_answer *answer)
{
    return (struct name_walk){.rest = unpacker_of(answer->from.claims)};
}

bool name_next(const struct address_answer *answer, struct name_walk *walk, struct full_name *name)
{
    struct claim claim;

    while (!walk->domain_next) {
        struct full_name before = walk->last;
        bool same;

        if (!claim_next(&walk->rest, &claim))
            return false;
        if (!of_kind(&answer->from, &claim) ||
            !claim_answers(&answer->best, &claim, claim_level(&claim, &answer->from.when)) ||
            !presentable(answer->from.question->kind, &claim))
            continue;
        same = bytes_equal(before.label, claim.label);
        walk->last = (struct full_name){claim.label, claim.domain};
        walk->domain_next = claim.domain.len > 0 && !(same && bytes_equal(before.domain, claim.domain));
        if (!same) {
            *name = (struct full_name){.label = claim.label};
            return true;
        }
    }
    walk->domain_next = false;
    *name = walk->last;
    return true;
}

/* Whose names the best are does not depend on who asks: what some machine was seen to use must not be called
 * by that machine's name alone where the address is another's. */
static void find_best_of_address(struct address_answer *answer)
{
    struct unpacker rest = unpacker_of(answer->from.claims);
    struct claim claim;

    answer->best = CLAIM_LEVELS_NONE;
    while (claim_next(&rest, &claim))
        claim_levels_note(&answer->best, &claim, claim_level(&claim, &answer->from.when));
}

int lookup_address(const struct view *view, const struct question *question, const struct ip *ip,
                   struct address_answer *answer)
{
    struct name_walk walk;
    struct full_name name;
    int error = select_claims(view, question, &answer->from);

    if (error < 0)
        return error;
    find_best_of_address(answer);
    answer->ip = *ip;
    answer->count = 0;
    answer->text_size = 0;
    for (walk = name_walk(answer); name_next(answer, &walk, &name); answer->count++)
        answer->text_size += full_name_length(&name) + 1;
    if (walk.rest.bad)
        return -EBADMSG;
    return answer->count > 0 ? 0 : -ENOENT;
}
