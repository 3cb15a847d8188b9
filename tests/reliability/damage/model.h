/*
 * What docs/index-format.md has a reader find in two files, whatever their bytes are: written from there, not
 * from nss/.
 *
 * A reader checks the structure, not the checksum. So what it does not read changes nothing, a place that
 * makes no sense on the way to a record makes the answer UNAVAIL, and a record that its chain does not lead
 * to any more is as one that was never there.
 */
#ifndef LVINDEX_TESTS_MODEL_H
#define LVINDEX_TESTS_MODEL_H

#include <stdbool.h>

#include "schema/wire.h"

/* An index.tdb, and base-1.tdb; without bytes: not there. */
struct model {
    struct bytes index;
    struct bytes base;
    bool usable;   /* else all answers are UNAVAIL */
    bool has_base; /* index.tdb names it, and it is the one */
};

void model_open(struct bytes index, struct bytes base, struct model *model);

enum model_found { MODEL_DAMAGE, MODEL_ABSENT, MODEL_VALUE };

/* What is under a key; `value` is set for MODEL_VALUE alone. */
enum model_found model_find(const struct model *model, struct bytes key, struct bytes *value);

#endif
