/*
 * Questions to an index, and walks through their answers.
 *
 * A name may have a suffix: what stands before it is then asked for, among the networks that stand under that
 * suffix (see schema/suffix.h). Host names are one label, and what is behind their first dot is looked for as
 * a suffix before the whole as a name. Names of guests may have dots: the whole is a name first, then what
 * is behind each of its dots a suffix, from the longest one on. The first of these that is known answers.
 *
 * Names are answered with the suffix that is their network's first, if it has one: the network of the first
 * of the addresses.
 *
 * An answer points into the index and is read there, claim by claim: nothing is copied, nothing allocated. It
 * is valid as long as the index is mapped. Names and addresses are walked as often as needed, always the
 * same.
 *
 * Thread-safety: no state; an answer and a walk belong to their caller.
 */
#ifndef LVINDEX_NSS_LOOKUP_H
#define LVINDEX_NSS_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nss/selection.h"
#include "schema/key.h"

/* What is asked: the key of the record that has exactly this name. */
struct question {
    enum lookup_kind kind;
    struct key key;
    uint32_t hash;      /* hash_bytes() of the key */
    struct bytes asked; /* the name, as it was asked for */
};

/* The question for a name's addresses; `name` must outlive it. One trailing dot is accepted, and case is
 * folded. */
void question_name(struct question *question, enum lookup_kind kind, const char *name);
/* The question for an address's names. */
void question_address(struct question *question, enum lookup_kind kind, const struct ip *ip);

/* A name: a label, and what is behind it or nothing. The label of a guest may have dots. */
struct full_name {
    struct bytes label;
    struct bytes domain;
};

/* As many as a machine has, most often. */
#define ADDRESSES_KEPT 4

/* The addresses of a name. */
struct name_answer {
    struct selection from;
    struct bytes only;        /* claims of exactly this label alone; empty: of any */
    int family;               /* AF_INET, AF_INET6, or AF_UNSPEC for both */
    struct claim_levels best; /* others are kept back */
    struct full_name name;    /* as its owner spells it, with the suffix of its network */
    struct bytes network;     /* of the first address */
    bool guests;              /* and whether that is a guest's; else its label is that of a host name */
    size_t count;             /* addresses, at least one */
    bool plain;               /* `kept` holds them all; else they are to be looked for in the record again */
    size_t kept_count;
    struct ip kept[ADDRESSES_KEPT];
};

/* As many as a guest with a domain has: three forms of two names. */
#define NAMES_KEPT 6

/* The names of an address. */
struct address_answer {
    struct selection from;
    struct claim_levels best; /* of host names and guests alike */
    struct ip ip;
    size_t count;     /* names, at least one; the first is the canonical one */
    size_t text_size; /* of all names, with their terminators */
    bool plain;       /* `kept` holds them all; else they are to be looked for in the record again */
    struct full_name kept[NAMES_KEPT];
};

/* The addresses of a name; the question must outlive the answer. Of guests whose names differ in case alone,
 * the one spelled exactly as asked answers alone, but for static entries of that name. -ENOENT: not known, or
 * no name at all. -ENODATA: known, with addresses of the other family only. -EBADMSG: the index is damaged.
 */
int lookup_name(const struct view *view, const struct question *question, int family,
                struct name_answer *answer);

struct address_walk {
    struct unpacker rest;
    struct ip last;
    size_t told;
};

struct address_walk address_walk(const struct name_answer *answer);
/* The next address, in the order of the index. False at the end, and where the rest is malformed
 * (`walk->rest.bad`). */
bool address_next(const struct name_answer *answer, struct address_walk *walk, struct ip *ip);

/* The names of `ip`, which is what was asked for. -ENOENT: none. -EBADMSG: the index is damaged. */
int lookup_address(const struct view *view, const struct question *question, const struct ip *ip,
                   struct address_answer *answer);

/* The forms of a claim's name, in their order: with the suffix of its network, with its own domain, alone. */
#define NAME_FORMS 3

struct name_walk {
    struct unpacker rest;
    struct bytes network;               /* of the last claim */
    struct full_name forms[NAME_FORMS]; /* of the last claim */
    bool told[NAME_FORMS];              /* or there is none such */
    size_t told_kept;                   /* of those kept */
};

struct name_walk name_walk(const struct address_answer *answer);
/* The next name: of each claim its forms. What the claim before had is not told again. False as
 * address_next(). */
bool name_next(const struct address_answer *answer, struct name_walk *walk, struct full_name *name);

/* Length of "label.domain" or "label". */
static inline size_t full_name_length(const struct full_name *name)
{
    return name->label.len + (name->domain.len > 0 ? 1 + name->domain.len : 0);
}

#endif
