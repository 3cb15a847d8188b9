/*
 * Making bytes from outside safe to print.
 *
 * Names, client data and paths may hold anything: control characters that a terminal obeys, newlines that
 * forge log lines, invalid UTF-8. What is printable stays readable; the rest is written as \xNN, a backslash
 * as \\. Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_ESCAPE_H
#define LVINDEX_INDEXER_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

#include "schema/wire.h"

/* The escaped text on the heap, NUL-terminated; NULL without memory. Valid UTF-8 stays, but for control,
 * format and bidirectional characters. The caller frees. */
char *escape_text(struct bytes raw);

/* The same, where everything but printable ASCII is escaped: for keys and values that are no text. */
char *escape_binary(struct bytes raw);

/* Writes `raw` escaped to a stream; needs no memory. */
void escape_print(FILE *stream, struct bytes raw);

#endif
