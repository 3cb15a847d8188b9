#include "script_output.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/escape.h"

#define DIGITS(number)      DIGITS_TEXT(number)
#define DIGITS_TEXT(number) #number

static void tell_line(struct script_output *output)
{
    size_t len = output->len;
    char *text;

    if (output->cut)
        len = (size_t)(stpcpy(output->line + len, "...") - output->line);
    text = escape_text((struct bytes){(const uint8_t *)output->line, len});
    report_problem(output->report, text != NULL ? text : "a line that there is no memory for", "%s",
                   output->name);
    free(text);
}

static void end_line(struct script_output *output)
{
    if (output->len > 0) {
        if (output->lines < OUTPUT_LINES)
            tell_line(output);
        else if (output->lines == OUTPUT_LINES)
            report_problem(output->report,
                           "more than " DIGITS(OUTPUT_LINES) " lines; the others are left out", "%s",
                           output->name);
        output->lines++;
    }
    output->len = 0;
    output->cut = false;
}

void script_output_take(struct script_output *output, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n')
            end_line(output);
        else if (output->len < OUTPUT_LINE)
            output->line[output->len++] = bytes[i];
        else
            output->cut = true;
    }
}

void script_output_end(struct script_output *output)
{
    end_line(output);
}
