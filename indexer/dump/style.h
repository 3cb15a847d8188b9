/*
 * How texts stand out on a terminal: a few of ECMA-48's renditions, which every terminal knows.
 * Thread-safety: reads the environment.
 */
#ifndef LVINDEX_INDEXER_DUMP_STYLE_H
#define LVINDEX_INDEXER_DUMP_STYLE_H

#include <stdbool.h>
#include <stdio.h>

enum style {
    STYLE_PLAIN,
    STYLE_HEAD,     /* bold: the head of a table */
    STYLE_PAST,     /* faint: what has expired */
    STYLE_WITHHELD, /* yellow: what is not answered */
};

/* May styles be printed there? To a terminal alone, whose TERM is known and not "dumb", and not where
 * NO_COLOR is set to anything (https://no-color.org). */
bool style_wanted(FILE *to);

/* Prints a text, which is printable, in a style. */
void style_print(FILE *to, enum style style, const char *text);

#endif
