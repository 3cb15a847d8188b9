#include "tdb_table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "hash.h"
#include "key.h"

#define HEADER_SIZE sizeof(struct tdb_layout_header)
#define RECORD_SIZE sizeof(struct tdb_layout_record)
#define CACHE_LINE  64

/* Where the records begin: the chains' heads lie between the header and them. */
static uint64_t records_start(uint32_t hash_size)
{
    return tdb_layout_chain(hash_size);
}

static int check_header(struct bytes file, uint32_t *hash_size)
{
    struct tdb_layout_header header;

    if (file.len < HEADER_SIZE)
        return -EBADMSG;
    memcpy(&header, file.at, HEADER_SIZE);
    if (memcmp(header.food, TDB_LAYOUT_FOOD, sizeof(TDB_LAYOUT_FOOD)) != 0 ||
        header.version != TDB_LAYOUT_VERSION || header.hash != TDB_LAYOUT_JENKINS)
        return -EBADMSG;
    if (header.hash_size == 0 || records_start(header.hash_size) > file.len)
        return -EBADMSG;
    *hash_size = header.hash_size;
    return 0;
}

int tdb_table_open(struct bytes file, struct tdb_table *table, struct meta *meta)
{
    struct key key = key_single(KEY_META);
    struct bytes value;
    int error;

    table->file = file;
    table->records_most = (uint32_t)(file.len / (RECORD_SIZE + TDB_LAYOUT_TAILER));
    error = check_header(file, &table->hash_size);
    if (error == 0)
        error = tdb_table_find(table, key_bytes(&key), hash_bytes(key_bytes(&key)), &value);
    if (error < 0)
        return -EBADMSG;
    return meta_unpack(value, meta);
}

/* Most records reach over two cache lines: the second is on its way while the first is read. */
static void expect_behind(const struct tdb_table *table, uint64_t offset)
{
    if (offset + CACHE_LINE < table->file.len)
        (void)*(const volatile uint8_t *)(table->file.at + offset + CACHE_LINE);
}

/* Copies the header at `offset` of a record, or of room for one; -EBADMSG when that does not lie in the file.
 */
static int read_header(const struct tdb_table *table, uint64_t offset, struct tdb_layout_record *record)
{
    uint64_t end = table->file.len;

    if (offset < records_start(table->hash_size) || offset > end || end - offset < RECORD_SIZE)
        return -EBADMSG;
    expect_behind(table, offset);
    memcpy(record, table->file.at + offset, RECORD_SIZE);
    return record->room > end - offset - RECORD_SIZE ? -EBADMSG : 0;
}

/* Do key and value lie in the record? */
static bool holds_content(const struct tdb_layout_record *record)
{
    return (uint64_t)record->key_len + record->value_len + TDB_LAYOUT_TAILER <= record->room;
}

/* Copies the record's header at `offset`; -EBADMSG when it, or what it says of itself, does not lie in the
 * file. */
static int read_record(const struct tdb_table *table, uint64_t offset, struct tdb_layout_record *record)
{
    if (read_header(table, offset, record) < 0 || !holds_content(record))
        return -EBADMSG;
    return record->magic == TDB_LAYOUT_USED || record->magic == TDB_LAYOUT_DEAD ? 0 : -EBADMSG;
}

/* Key and value of the record at `offset`. */
static void read_content(const struct tdb_table *table, uint64_t offset,
                         const struct tdb_layout_record *record, struct bytes *key, struct bytes *value)
{
    *key = (struct bytes){table->file.at + offset + RECORD_SIZE, record->key_len};
    *value = (struct bytes){key->at + key->len, record->value_len};
}

int tdb_table_find(const struct tdb_table *table, struct bytes key, uint32_t hash, struct bytes *value)
{
    /* No chain is longer than the records that fit into the file: one that is goes round in a circle. */
    uint32_t steps = table->records_most;
    struct tdb_layout_record record;
    uint32_t offset;

    memcpy(&offset, table->file.at + tdb_layout_chain(hash % table->hash_size), sizeof(offset));
    for (; offset != 0; offset = record.next) {
        struct bytes found, content;

        if (steps-- == 0 || read_record(table, offset, &record) < 0)
            return -EBADMSG;
        if (record.magic != TDB_LAYOUT_USED || record.hash != hash)
            continue;
        read_content(table, offset, &record, &found, &content);
        if (bytes_equal(key, found)) {
            *value = content;
            return 0;
        }
    }
    return -ENOENT;
}

int tdb_table_next(const struct tdb_table *table, uint64_t *offset, struct bytes *key, struct bytes *value)
{
    uint64_t at = *offset == 0 ? records_start(table->hash_size) : *offset;
    struct tdb_layout_record record;

    /* Each step leads on, by a header at least. */
    for (; at < table->file.len; at += RECORD_SIZE + record.room) {
        if (read_header(table, at, &record) < 0)
            return -EBADMSG;
        if (record.magic != TDB_LAYOUT_USED)
            continue;
        if (!holds_content(&record))
            return -EBADMSG;
        read_content(table, at, &record, key, value);
        *offset = at + RECORD_SIZE + record.room;
        return 0;
    }
    return -ENOENT;
}
