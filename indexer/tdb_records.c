#include "tdb_records.h"

#include <errno.h>
#include <string.h>

bool tdb_record_read(struct bytes file, uint64_t at, struct tdb_layout_record *record)
{
    uint64_t end;

    if (at % 4 != 0 || at < sizeof(struct tdb_layout_header) || at + sizeof(*record) > file.len)
        return false;
    memcpy(record, file.at + at, sizeof(*record));
    end = at + sizeof(*record) + record->room;
    if (record->room < TDB_LAYOUT_TAILER || record->room % 4 != 0 || end > file.len)
        return false;
    if (record->magic != TDB_LAYOUT_USED && record->magic != TDB_LAYOUT_FREE &&
        record->magic != TDB_LAYOUT_DEAD)
        return false;
    return tdb_layout_word(file.at + end - TDB_LAYOUT_TAILER) == sizeof(*record) + record->room;
}

bool tdb_record_content(struct bytes file, uint64_t at, const struct tdb_layout_record *record,
                        struct bytes *key, struct bytes *value)
{
    if (record->magic != TDB_LAYOUT_USED ||
        (uint64_t)record->key_len + record->value_len + TDB_LAYOUT_TAILER > record->room)
        return false;
    *key = (struct bytes){file.at + at + sizeof(*record), record->key_len};
    *value = (struct bytes){key->at + key->len, record->value_len};
    return true;
}

int tdb_records_each(struct bytes file, uint32_t hash_size,
                     int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct tdb_layout_record record;
    struct bytes key, value;
    uint64_t at = tdb_layout_chain(hash_size);
    int rc = 0;

    for (; rc == 0 && at < file.len; at += sizeof(record) + record.room) {
        if (!tdb_record_read(file, at, &record))
            return -EBADMSG;
        if (tdb_record_content(file, at, &record, &key, &value))
            rc = each(context, key, value);
    }
    return rc;
}
