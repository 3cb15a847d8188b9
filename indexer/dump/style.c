#include "style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const renditions[] = {
    [STYLE_PLAIN] = "", [STYLE_HEAD] = "\033[1m", [STYLE_PAST] = "\033[2m", [STYLE_WITHHELD] = "\033[33m"};

bool style_wanted(FILE *to)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return (none == NULL || none[0] == '\0') && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           isatty(fileno(to)) == 1;
}

void style_print(FILE *to, enum style style, const char *text)
{
    fprintf(to, "%s%s%s", renditions[style], text, style != STYLE_PLAIN ? "\033[0m" : "");
}
