#include "tests/reliability/readers/setting.h"

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/paths.h"
#include "tests/reliability/readers/asker.h"

struct setting setting_read(int argc, char **argv)
{
    struct setting setting;

    if (argc < 6 || argc > 7)
        errx(2, "usage: MODULES DIRECTORY SHAPE SECONDS SEED [COUNT]");
    setting = (struct setting){
        .modules = argv[1],
        .directory = argv[2],
        .shape = shape_named(argv[3]),
        .seconds = strtod(argv[4], NULL),
        .seed = strtoumax(argv[5], NULL, 10) | 1,
        .count = argc > 6 ? strtol(argv[6], NULL, 10) : 0,
    };
    if (setting.shape == NULL)
        errx(2, "%s: no such shape", argv[3]);
    if (setenv(ENV_STATE_DIR, setting.directory, 1) < 0)
        err(1, "setenv");
    asker_load(setting.modules);
    return setting;
}

uint64_t setting_deadline(double seconds)
{
    return nanoseconds_now() + (uint64_t)(seconds * 1e9);
}

void setting_figure(const char *what, const char *format, ...)
{
    va_list arguments;

    printf("%s: ", what);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}
