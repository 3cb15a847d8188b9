/*
 * Writing a whole TDB file at once, without room to spare: one record behind the other.
 *
 * libtdb itself grows a file by a quarter at a time and gives each record a quarter more than it needs, which
 * suits a file that goes on changing. It makes the header and the empty hash table, and changes the file
 * later. Thread-safety: a build belongs to one thread.
 */
#ifndef LVINDEX_INDEXER_BUILD_H
#define LVINDEX_INDEXER_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/wire.h"

struct build {
    int fd;
    uint8_t *file; /* all of it in memory, NULL: not yet, or no more */
    size_t room;   /* bytes that it has now */
    size_t end;    /* of what is written */
    size_t last;   /* where the last record begins, 0: there is none */
    uint32_t hash_size;
};

/* Bytes that a record takes in such a file. */
uint64_t build_record_size(size_t key_len, size_t value_len);

/* Creates the file `name` (0600) of `dir`, which must not exist, for about so many records of together at
 * most `size` bytes. -errno; the caller ends it with build_end() all the same. */
int build_start(struct build *build, const char *dir, const char *name, uint32_t records, uint64_t size);

/* Adds a record, whose key is not in the file. -EMSGSIZE: more than was asked for, or than a TDB can hold. */
int build_add(struct build *build, struct bytes key, struct bytes value);

/* Size of the file when, beside what it holds, one more record of `size` bytes (build_record_size()) will
 * have been added and it is finished. */
uint64_t build_final_size(const struct build *build, uint64_t size);

/* Ends the file with its last record, at a whole page; there must be one. -errno. */
int build_finish(struct build *build);

/* Closes it, finished or not. */
void build_end(struct build *build);

#define CLEANUP_BUILD __attribute__((cleanup(build_end)))

#endif
