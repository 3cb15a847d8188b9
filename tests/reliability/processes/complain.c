#include "complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

__attribute__((format(printf, 2, 0))) static void print_line(FILE *to, const char *format, va_list arguments)
{
    vfprintf(to, format, arguments);
    putc('\n', to);
    fflush(to);
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line(stderr, format, arguments);
    va_end(arguments);
    failures++;
}

int verdict(void)
{
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void tell(const char *what, const char *format, ...)
{
    va_list arguments;

    printf("%s: ", what);
    va_start(arguments, format);
    print_line(stdout, format, arguments);
    va_end(arguments);
}
