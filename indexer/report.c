#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for two paths and some words; longer texts are cut. */
#define REPORT_TEXT 1024

int report_errno(const struct report *report, int rc, const char *format, ...)
{
    char what[REPORT_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    report->problem(report->context, what, strerror(-rc));
    return rc;
}

void report_problem(const struct report *report, const char *why, const char *format, ...)
{
    char what[REPORT_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    report->problem(report->context, what, why);
}

void report_change(const struct report *report, const char *format, ...)
{
    char text[REPORT_TEXT];
    va_list args;

    if (report->change == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    report->change(report->context, text);
}
