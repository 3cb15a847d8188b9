/*
 * What the fuzz targets share. Each is a function that libFuzzer calls with one input after another; replay.c
 * calls it with files.
 *
 * A target aborts where a promise is broken. It keeps nothing from one input to the next.
 */
#ifndef LVINDEX_TESTS_FUZZ_H
#define LVINDEX_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/index.h"
#include "indexer/report.h"
#include "schema/wire.h"

/* Returns 0: the input may be kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(rule)                                                                                         \
    do {                                                                                                     \
        if (!(rule)) {                                                                                       \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #rule);                               \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* A copy of exactly its size, so that a sanitizer sees every read behind it. The caller frees. */
uint8_t *exact_copy(struct bytes from);

/* Takes a run of at most `most` bytes behind its length in `width` bytes; what is not there is left out. */
struct bytes take_run(struct unpacker *input, size_t width, size_t most);

/* Texts for terminals and logs: no control bytes but the ends of lines. */
void expect_printable(struct bytes text);

/* A sink that takes every report as the tools print it: escaped, and then printable. */
extern const struct report fuzz_report;

/* Every record of the index unpacks, and keeps its rules. */
void expect_sound(struct index *index);

/* No lease or entry is left, nor anything that followed from one. */
void expect_nothing(struct index *index);

/* A directory of this process, of whole paths below 200 bytes: on $TMPDIR, or /tmp; removed at exit. */
const char *scratch_dir(void);
/* The path of a file, or a directory, in it. */
const char *scratch_path(const char *name);
/* Makes a directory in it that has no files. */
const char *scratch_empty(const char *name);
/* Creates or overwrites a file. Its times are old, so nobody waits for it to settle. */
void scratch_write(const char *name, struct bytes content);
/* The content of a file, which the caller frees; without bytes when it is not there. */
struct bytes scratch_read(const char *name);

#endif
