#include "problems.h"

#include <stdio.h>
#include <stdlib.h>

static void note_problem(void *context, const char *what, const char *why)
{
    struct problems *problems = context;
    char *text;

    if (asprintf(&text, "%s: %s", what, why) < 0)
        return;
    if (!text_list_contains(&problems->before, text))
        problems->out.problem(problems->out.context, what, why);
    text_list_collect(&problems->now, text);
    free(text);
}

static void note_change(void *context, const char *text)
{
    const struct problems *problems = context;

    problems->out.change(problems->out.context, text);
}

struct report problems_report(struct problems *problems)
{
    return (struct report){.problem = note_problem, .change = note_change, .context = problems};
}

void problems_next(struct problems *problems)
{
    text_list_free(&problems->before);
    problems->before = problems->now;
    problems->now = (struct text_list){NULL, 0};
}

void problems_free(struct problems *problems)
{
    text_list_free(&problems->before);
    text_list_free(&problems->now);
}
