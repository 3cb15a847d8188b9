#include "nss/lookup.h"

#include <errno.h>

#include "nss/suffix.h"
#include "schema/name.h"

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
    return (struct name_walk){.rest = unpacker_of(answer->from.claims), .told = {true, true, true}};
}

/* All that is new of a claim's name is to be told. */
static void set_forms(const struct selection *from, const struct claim *claim, struct name_walk *walk)
{
    struct full_name before[NAME_FORMS];
    struct bytes suffix = walk->forms[0].domain;

    memcpy(before, walk->forms, sizeof(before));
    if (from->view->suffixed &&
        (!bytes_equal(walk->network, claim->network) || !bytes_equal(before[0].label, claim->label)))
        suffix = suffix_of(from->view, claim->network, claim->label.len);
    walk->network = claim->network;
    walk->forms[0] = (struct full_name){claim->label, suffix};
    walk->forms[1] = (struct full_name){claim->label, claim->domain};
    walk->forms[2] = (struct full_name){claim->label, {NULL, 0}};
    for (size_t i = 0; i < NAME_FORMS; i++)
        walk->told[i] = (i < NAME_FORMS - 1 && walk->forms[i].domain.len == 0) ||
                        (bytes_equal(before[i].label, claim->label) &&
                         bytes_equal(before[i].domain, walk->forms[i].domain));
    if (name_equal_bytes(suffix, claim->domain))
        walk->told[1] = true;
}

/* Goes to the next claim that answers; false as name_next(). */
static bool next_owner(const struct address_answer *answer, struct name_walk *walk)
{
    const struct selection *from = &answer->from;
    struct claim claim;

    while (claim_next(&walk->rest, &claim)) {
        if (!selection_is_of_kind(from, &claim) ||
            !claim_answers(&answer->best, &claim, claim_level(&claim, &from->when)) ||
            !presentable(from->kind, &claim))
            continue;
        set_forms(from, &claim, walk);
        return true;
    }
    return false;
}

bool name_next(const struct address_answer *answer, struct name_walk *walk, struct full_name *name)
{
    if (answer->plain) {
        if (walk->told_kept == answer->count)
            return false;
        *name = answer->kept[walk->told_kept++];
        return true;
    }
    do {
        for (size_t i = 0; i < NAME_FORMS; i++) {
            if (walk->told[i])
                continue;
            walk->told[i] = true;
            *name = walk->forms[i];
            return true;
        }
    } while (next_owner(answer, walk));
    return false;
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
    int error;

    answer->from = (struct selection){.view = view, .kind = question->kind};
    error = selection_read(&answer->from, key_bytes(&question->key), question->hash);
    if (error < 0)
        return error;
    find_best_of_address(answer);
    answer->ip = *ip;
    answer->count = 0;
    answer->text_size = 0;
    answer->plain = false;
    for (walk = name_walk(answer); name_next(answer, &walk, &name); answer->count++) {
        if (answer->count < NAMES_KEPT)
            answer->kept[answer->count] = name;
        answer->text_size += full_name_length(&name) + 1;
    }
    if (walk.rest.bad)
        return -EBADMSG;
    answer->plain = answer->count <= NAMES_KEPT;
    return answer->count > 0 ? 0 : -ENOENT;
}
