/*
 * A record's value on the heap.
 */
#ifndef LVINDEX_INDEXER_VALUE_H
#define LVINDEX_INDEXER_VALUE_H

#include <stdlib.h>

#include "schema/wire.h"

/* `at` NULL: there is none. */
struct value {
    uint8_t *at;
    size_t len;
};

static inline struct bytes value_bytes(const struct value *value)
{
    return (struct bytes){value->at, value->len};
}

static inline void value_free(struct value *value)
{
    free(value->at);
}

#define CLEANUP_VALUE __attribute__((cleanup(value_free)))

#endif
