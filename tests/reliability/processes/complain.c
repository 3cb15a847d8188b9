#include "complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    putc('\n', stderr);
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
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}
