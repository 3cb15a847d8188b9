/*
 * The text of a `.status` file in the one form in which the hook writes it, changed without a parser.
 *
 * The form is json-c's (JSON_C_TO_STRING_PRETTY) of a list of objects: each entry stands from a line "  {" to
 * a line "  }", its members on lines that begin with four spaces, what is nested in them deeper; no string
 * holds a line's end as it is. Every entry has one "ip-address", spelled as ip_format() does, and an empty
 * list is
 * "[\n\n]\n". So the beginning of a line tells what it is, whatever a client put into its name. Texts of
 * anybody else must be parsed.
 */
#ifndef LVINDEX_INDEXER_STATUS_TEXT_H
#define LVINDEX_INDEXER_STATUS_TEXT_H

#include <stddef.h>

#include "schema/address.h"

/* A whole text on the heap, with a NUL behind it. */
struct status_text {
    char *at;
    size_t len;
};

/* Takes out all entries of an address. -EBADMSG where the text is not in that form: some of those entries may
 * be gone then, nothing else is. */
int status_text_cut(struct status_text *text, const struct ip *ip);

/* Puts the entry of `one`, a list of a single one, behind all others. The text must be one that
 * status_text_cut() found in form. -ENOMEM, and it is as it was. */
int status_text_append(struct status_text *text, const struct status_text *one);

#endif
