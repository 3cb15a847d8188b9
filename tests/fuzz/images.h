/*
 * An index made from a fuzzer's bytes: its files as they are, or whole files of any records, which are then
 * damaged word by word. The second gets the fuzzer past header, hash table and seal at once.
 */
#ifndef LVINDEX_TESTS_IMAGES_H
#define LVINDEX_TESTS_IMAGES_H

#include "schema/key.h"
#include "schema/wire.h"

enum images_flag {
    IMAGES_RAW = 0x01,      /* the bytes are the files */
    IMAGES_BASE = 0x02,     /* there is a second file */
    IMAGES_UNSEALED = 0x04, /* whole, but for the seal */
    IMAGES_SEALED = 0x08,   /* sealed again when damaged: as a writer of our own might leave it */
};

#define IMAGES_RECORDS 32

/* The generation of the base. */
#define IMAGES_BASE_GENERATION 1

struct images {
    uint8_t flags;
    bool damaged;         /* words were changed, or a file cut */
    struct bytes overlay; /* index.tdb; on the heap, of exactly its size */
    struct bytes base;    /* without bytes: there is none */
    /* What was put into the files, the later standing for the earlier one; none where they are raw. */
    struct {
        struct key key;
        struct bytes value;
        bool in_base;
    } records[IMAGES_RECORDS];
    size_t count;
};

/* `data` must outlive the images. */
void images_make(struct bytes data, struct images *images);
void images_free(struct images *images);

#endif
