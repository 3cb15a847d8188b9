#include "reports.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static void append(char *text, size_t size, const char *first, const char *between, const char *second)
{
    size_t len = strlen(text);

    snprintf(text + len, size - len, "%s%s%s\n", first, between, second);
}

static void note_problem(void *context, const char *what, const char *why)
{
    struct reports *reports = context;

    reports->problems++;
    append(reports->text, sizeof(reports->text), what, ": ", why);
}

static void note_change(void *context, const char *text)
{
    struct reports *reports = context;

    reports->changes++;
    append(reports->told, sizeof(reports->told), text, "", "");
}

void reports_start(struct reports *reports)
{
    *reports = (struct reports){.problems = 0};
    reports->sink = (struct report){.problem = note_problem, .change = note_change, .context = reports};
}

void reports_expect_one(struct reports *reports, const char *part)
{
    ck_assert_msg(reports->problems == 1, "%zu problems instead of one about \"%s\":\n%s", reports->problems,
                  part, reports->text);
    ck_assert_msg(strstr(reports->text, part) != NULL, "\"%s\" is not in: %s", part, reports->text);
    reports_start(reports);
}

void reports_expect_none(const struct reports *reports)
{
    ck_assert_msg(reports->problems == 0, "problems:\n%s", reports->text);
}
