/*
 * Making a whole TDB file in memory, without room to spare: one record behind the other.
 *
 * libtdb would give each record a quarter more than it needs, and grow the file by a quarter of its size or
 * by a hundred times the record's, which suits a file that goes on changing. Ours never do. Thread-safety: a
 * build belongs to one thread.
 */
#ifndef LVINDEX_INDEXER_BUILD_H
#define LVINDEX_INDEXER_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "schema/wire.h"

struct build {
    uint8_t *file; /* on the heap */
    size_t room;   /* bytes that it has */
    size_t end;    /* of what is written */
    size_t last;   /* where the last record begins, 0: there is none */
    uint32_t hash_size;
};

/* Bytes that a record takes in such a file. */
uint64_t build_record_size(size_t key_len, size_t value_len);

/* Starts a file for about so many records of together at most `size` bytes. -ENOMEM; -EMSGSIZE: more than a
 * TDB can hold. The caller ends it with build_free() all the same. */
int build_start(struct build *build, uint32_t records, uint64_t size);

/* Adds a record, whose key is not in the file. -EMSGSIZE: more than was asked for. */
int build_add(struct build *build, struct bytes key, struct bytes value);

/* Size of the finished file if, beside what it holds, records of together `size` bytes are added. */
uint64_t build_final_size(const struct build *build, uint64_t size);

/* Ends the file with its last record (there must be one) at a whole page, and seals it. The bytes last until
 * build_free(). */
struct bytes build_finish(struct build *build, uint64_t generation);

void build_free(struct build *build);

#define CLEANUP_BUILD __attribute__((cleanup(build_free)))

#endif
