/*
 * What a script prints, told line by line as messages of the hook's own: "lvindex-hook: NAME: line".
 *
 * A line is cut at OUTPUT_LINE bytes; after OUTPUT_LINES lines, one more says that there were others. The
 * bytes may be anything, and are escaped. Needs no memory but for that.
 */
#ifndef LVINDEX_HOOK_SCRIPT_OUTPUT_H
#define LVINDEX_HOOK_SCRIPT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "indexer/report.h"

#define OUTPUT_LINE  500
#define OUTPUT_LINES 100

struct script_output {
    const struct report *report;
    const char *name; /* of the script */
    size_t lines;     /* that were told */
    size_t len;       /* of the line that has no end yet */
    bool cut;         /* it was longer */
    char line[OUTPUT_LINE + sizeof("...")];
};

/* Takes what the script printed, and tells the lines that end in it. Empty ones are left out. */
void script_output_take(struct script_output *output, const char *bytes, size_t len);

/* Tells the last line, if it has no end. */
void script_output_end(struct script_output *output);

#endif
