/*
 * What each byte of a whole index file is for, as docs/index-format.md tells it.
 */
#ifndef LVINDEX_TESTS_ANATOMY_H
#define LVINDEX_TESTS_ANATOMY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/wire.h"

enum part {
    PART_HEADER,
    PART_SEQUENCE, /* of the header: changes, and has no part in the checksum */
    PART_CHAIN,    /* the head of a chain */
    PART_RECORD,   /* a record's own header */
    PART_KEY,
    PART_VALUE,
    PART_PADDING, /* behind the value, and the record's size at its end */
};

struct record {
    size_t at;
    size_t end; /* of it, with padding and size */
    struct bytes key;
    struct bytes value;
    uint32_t chain;
};

struct anatomy {
    struct bytes file;
    uint32_t hash_size;
    struct record *records; /* on the heap */
    size_t count;
};

struct place {
    enum part part;
    uint32_t chain;              /* of PART_CHAIN and of a record's parts */
    const struct record *record; /* of a record's parts */
};

/* Takes a whole file apart, whose bytes must last as long. Exits where it is not what a writer makes. */
void anatomy_of(struct bytes file, struct anatomy *anatomy);

struct place anatomy_place(const struct anatomy *anatomy, size_t byte);

/* NULL when there is no record of this key. */
const struct record *anatomy_find(const struct anatomy *anatomy, struct bytes key);

/* The hash of a key by libtdb, not by what is tested. */
uint32_t anatomy_hash(struct bytes key);
/* The chain that a key is in. */
uint32_t anatomy_chain(const struct anatomy *anatomy, struct bytes key);

/* For people: "value of the record h\x77…"; lives until the next call. */
const char *anatomy_tell(const struct place *place);

#endif
