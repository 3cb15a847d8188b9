/*
 * One TDB in memory, read only, with every offset checked.
 *
 * Nothing in the bytes is trusted: whatever they hold, a look-up ends, and touches nothing outside them.
 * Thread-safety: a table is never changed after tdb_table_open(); any number of threads may search it.
 */
#ifndef LVINDEX_SCHEMA_TDB_TABLE_H
#define LVINDEX_SCHEMA_TDB_TABLE_H

#include <stdint.h>

#include "schema/meta.h"
#include "schema/tdb_layout.h"
#include "schema/wire.h"

/* The bytes belong to whoever opened the table, and must outlive it. */
struct tdb_table {
    struct bytes file;
    uint32_t hash_size;
    uint32_t records_most; /* that fit into the file */
};

/* Checks the header and the meta record of `file`. 0; -EPROTONOSUPPORT for an index of another version;
 * -EBADMSG for what is no index, or a damaged one. `table` and `meta` are complete only at 0. */
int tdb_table_open(struct bytes file, struct tdb_table *table, struct meta *meta);

/* 0 and the value of `key`, in place: valid as long as the file's bytes are. -ENOENT when there is none,
 * -EBADMSG when the table is damaged where it was searched; `value` is then untouched. `hash` is
 * hash_bytes() of the key. */
int tdb_table_find(const struct tdb_table *table, struct bytes key, uint32_t hash, struct bytes *value);

/* 0 and the key and value of a record, and `*offset` is behind it: where the next call goes on. 0 is where
 * the first one begins. -ENOENT at the end, -EBADMSG where the rest cannot be read. Records are told as they
 * lie in the file, each once: also one that no chain leads to, which tdb_table_find() does not know. */
int tdb_table_next(const struct tdb_table *table, uint64_t *offset, struct bytes *key, struct bytes *value);

/* Asks for the memory in which tdb_table_find() will begin, and does not wait for it. By a load that nobody
 * needs: where the address is not known to the processor yet, prefetch instructions are dropped (measured).
 */
static inline void tdb_table_expect(const struct tdb_table *table, uint32_t hash)
{
    uint64_t chain = tdb_layout_chain(hash % table->hash_size);

    (void)*(const volatile uint32_t *)(const void *)(table->file.at + chain);
}

/* The one word of a file that changes, by a writer, while it is mapped (and aligned, as all mappings are). */
static inline uint32_t tdb_table_sequence(const struct tdb_table *table)
{
    const uint8_t *at = table->file.at + offsetof(struct tdb_layout_header, sequence);

    return *(const volatile uint32_t *)(const void *)at;
}

#endif
