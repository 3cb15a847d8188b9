/*
 * The administrator's own files, walked line by line and word by word.
 *
 * Words stand between spaces and tabs. A word that begins with "#" ends its line: it, and what follows, is a
 * comment. Lines end with a newline, or with CR and newline; those without a word are passed over. A bad line
 * costs no other line: what is wrong is reported with its place, as FILE:LINE:COLUMN (in bytes, from 1), and
 * the walk goes on with the next line.
 *
 * Nothing is copied: words point into the text, and are as long as the file has them. They are checked by who
 * knows what they mean.
 */
#ifndef LVINDEX_INDEXER_CONFIG_LINES_H
#define LVINDEX_INDEXER_CONFIG_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "report.h"
#include "schema/wire.h"

struct config_lines {
    const char *where; /* the file, for reports */
    const struct report *report;
    struct unpacker rest; /* of the text, behind this line */
    struct unpacker line; /* its rest */
    const uint8_t *start; /* of the line */
    size_t number;        /* of the line, from 1 */
    size_t bad;           /* what was reported */
};

struct config_word {
    struct bytes text; /* one byte at the least */
    size_t column;
};

/* A walk over `text`, which must outlive it, as must all that is handed in. */
struct config_lines config_lines_of(const char *where, struct bytes text, const struct report *report);

/* Goes to the next line that has a word; false when there is none. */
bool config_next_line(struct config_lines *lines);

/* The next word of the line; false when there is none, and the column is then that behind the last one. */
bool config_next_word(struct config_lines *lines, struct config_word *word);

/* Copies a word to `to`, which has `max` + 1 bytes; false for one that is longer, or holds a NUL. */
bool config_word_copy(const struct config_word *word, char *to, size_t max);

/* Reports what is wrong with the line, at the word's place. Of very many, only the first are told one by one,
 * unless the report is thorough. */
void config_bad(struct config_lines *lines, const struct config_word *word, const char *why);

/* To be called at the end of the walk: reports how many more there were. */
void config_lines_finish(const struct config_lines *lines);

#endif
