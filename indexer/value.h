/*
 * A record's value on the heap.
 */
#ifndef LVINDEX_INDEXER_VALUE_H
#define LVINDEX_INDEXER_VALUE_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* 0 or -ENOMEM; the caller frees it. */
static inline int value_copy(struct value *value, struct bytes content)
{
    value->at = malloc(content.len);
    if (value->at == NULL)
        return -ENOMEM;
    memcpy(value->at, content.at, content.len);
    value->len = content.len;
    return 0;
}

static inline void value_free(struct value *value)
{
    free(value->at);
}

#define CLEANUP_VALUE __attribute__((cleanup(value_free)))

#endif
