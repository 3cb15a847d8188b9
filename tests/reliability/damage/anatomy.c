#include "anatomy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h> /* tdb.h needs it */
#include <tdb.h>

#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "schema/tdb_layout.h"
#include "trouble.h"

uint32_t anatomy_hash(struct bytes key)
{
    TDB_DATA hashed = {(unsigned char *)(uintptr_t)key.at, key.len};

    return tdb_jenkins_hash(&hashed);
}

uint32_t anatomy_chain(const struct anatomy *anatomy, struct bytes key)
{
    return anatomy_hash(key) % anatomy->hash_size;
}

void anatomy_of(struct bytes file, struct anatomy *anatomy)
{
    struct tdb_layout_header header;
    struct tdb_layout_record record;
    size_t at;

    if (file.len < sizeof(header))
        trouble("no index file");
    memcpy(&header, file.at, sizeof(header));
    *anatomy = (struct anatomy){.file = file, .hash_size = header.hash_size};
    for (at = (size_t)tdb_layout_chain(header.hash_size); at < file.len; at += sizeof(record) + record.room) {
        const uint8_t *key = file.at + at + sizeof(record);

        memcpy(&record, file.at + at, sizeof(record));
        if (record.magic != TDB_LAYOUT_USED || at + sizeof(record) + record.room > file.len)
            trouble("records do not lie one behind the other");
        anatomy->records = reallocarray(anatomy->records, anatomy->count + 1, sizeof(*anatomy->records));
        if (anatomy->records == NULL)
            trouble("no memory");
        anatomy->records[anatomy->count] = (struct record){
            .at = at,
            .end = at + sizeof(record) + record.room,
            .key = {key, record.key_len},
            .value = {key + record.key_len, record.value_len},
        };
        anatomy->records[anatomy->count].chain = anatomy_chain(anatomy, anatomy->records[anatomy->count].key);
        anatomy->count++;
    }
    if (at != file.len || anatomy->count == 0)
        trouble("records do not end where the file does");
}

static enum part record_part(const struct anatomy *anatomy, const struct record *record, size_t byte)
{
    const uint8_t *at = anatomy->file.at + byte;

    if (at < record->key.at)
        return PART_RECORD;
    if (at < record->value.at)
        return PART_KEY;
    return at < record->value.at + record->value.len ? PART_VALUE : PART_PADDING;
}

static const struct record *record_around(const struct anatomy *anatomy, size_t byte)
{
    size_t low = 0, high = anatomy->count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (anatomy->records[middle].at <= byte)
            low = middle;
        else
            high = middle;
    }
    return &anatomy->records[low];
}

struct place anatomy_place(const struct anatomy *anatomy, size_t byte)
{
    const size_t sequence = offsetof(struct tdb_layout_header, sequence);
    const struct record *record;

    if (byte < tdb_layout_chain(0))
        return (struct place){.part = byte >= sequence && byte < sequence + 4 ? PART_SEQUENCE : PART_HEADER};
    if (byte < tdb_layout_chain(anatomy->hash_size))
        return (struct place){.part = PART_CHAIN, .chain = (uint32_t)((byte - tdb_layout_chain(0)) / 4)};
    record = record_around(anatomy, byte);
    return (struct place){record_part(anatomy, record, byte), record->chain, record};
}

const struct record *anatomy_find(const struct anatomy *anatomy, struct bytes key)
{
    for (size_t i = 0; i < anatomy->count; i++) {
        if (bytes_equal(anatomy->records[i].key, key))
            return &anatomy->records[i];
    }
    return NULL;
}

const char *anatomy_tell(const struct place *place)
{
    static const char *const parts[] = {"header", "sequence number", "chain",  "header",
                                        "key",    "value",           "padding"};
    static char text[700];
    CLEANUP_FREE char *key = place->record != NULL ? escape_binary(place->record->key) : NULL;

    if (key != NULL)
        snprintf(text, sizeof(text), "%s of the record %s", parts[place->part], key);
    else
        snprintf(text, sizeof(text), "%s", parts[place->part]);
    return text;
}
