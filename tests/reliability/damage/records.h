/*
 * All records of an index, to be compared.
 */
#ifndef LVINDEX_TESTS_RECORDS_H
#define LVINDEX_TESTS_RECORDS_H

#include "indexer/index.h"

struct kept_record {
    struct key key;
    struct value value;
};

struct records {
    struct kept_record *at; /* by key */
    size_t count;
};

/* Takes a copy of what the index of `directory` holds; it must be whole. False, and why on stdout, otherwise.
 */
bool records_load(const char *directory, struct records *records);
void records_free(struct records *records);

/* NULL when there is none. */
const struct kept_record *records_find(const struct records *records, struct bytes key);

#endif
