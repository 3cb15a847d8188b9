/*
 * What the programs of this part are told, and the index that they begin with.
 */
#ifndef LVINDEX_TESTS_READERS_SETTING_H
#define LVINDEX_TESTS_READERS_SETTING_H

#include "tests/reliability/readers/replacer.h"

struct setting {
    const char *modules;   /* directory of the build */
    const char *directory; /* of the index; exists */
    const struct shape *shape;
    double seconds;
    uint64_t seed; /* not 0 */
    long count;    /* of what the program says; 0: as many as the time allows */
};

/* From `MODULES DIRECTORY SHAPE SECONDS SEED [COUNT]`. Loads the modules, which answer from the directory. */
struct setting setting_read(int argc, char **argv);

/* Nanoseconds from now. */
uint64_t setting_deadline(double seconds);

/* One line for the runner. */
void setting_figure(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
