#include "model.h"

#include <stdint.h>

#include "anatomy.h"
#include "schema/key.h"
#include "schema/meta.h"
#include "schema/tdb_layout.h"

static bool is_form(struct bytes file, struct tdb_layout_header *header)
{
    if (file.len < sizeof(*header))
        return false;
    memcpy(header, file.at, sizeof(*header));
    return memcmp(header->food, TDB_LAYOUT_FOOD, sizeof(TDB_LAYOUT_FOOD)) == 0 &&
           header->version == TDB_LAYOUT_VERSION && header->hash == TDB_LAYOUT_JENKINS &&
           header->hash_size > 0 && tdb_layout_chain(header->hash_size) <= file.len;
}

/* Reads the record at an offset, all of which must lie behind the hash table and in the file. */
static bool is_record(struct bytes file, uint32_t hash_size, uint64_t at, struct tdb_layout_record *record)
{
    if (at < tdb_layout_chain(hash_size) || at + sizeof(*record) > file.len)
        return false;
    memcpy(record, file.at + at, sizeof(*record));
    return (record->magic == TDB_LAYOUT_USED || record->magic == TDB_LAYOUT_DEAD) &&
           at + sizeof(*record) + record->room <= file.len &&
           (uint64_t)record->key_len + record->value_len + TDB_LAYOUT_TAILER <= record->room;
}

static enum model_found find(struct bytes file, struct bytes key, struct bytes *value)
{
    uint32_t hash = anatomy_hash(key);
    struct tdb_layout_header header;
    struct tdb_layout_record record;
    uint64_t at, steps = 0;

    if (!is_form(file, &header))
        return MODEL_DAMAGE;
    for (at = tdb_layout_word(file.at + tdb_layout_chain(hash % header.hash_size)); at != 0;
         at = record.next) {
        const uint8_t *content = file.at + at + sizeof(record);

        /* More than can be there: they go round. */
        if (steps++ > file.len / sizeof(record) || !is_record(file, header.hash_size, at, &record))
            return MODEL_DAMAGE;
        if (record.magic != TDB_LAYOUT_USED || record.hash != hash ||
            !bytes_equal(key, (struct bytes){content, record.key_len}))
            continue;
        *value = (struct bytes){content + record.key_len, record.value_len};
        return MODEL_VALUE;
    }
    return MODEL_ABSENT;
}

static bool has_meta(struct bytes file, struct meta *meta)
{
    struct key key = key_single(KEY_META);
    struct bytes value;

    return find(file, key_bytes(&key), &value) == MODEL_VALUE && meta_unpack(value, meta) == 0;
}

void model_open(struct bytes index, struct bytes base, struct model *model)
{
    struct meta meta, other;

    *model = (struct model){.index = index, .base = base};
    if (!has_meta(index, &meta))
        return;
    model->has_base = meta.base != 0;
    model->usable =
        !model->has_base || (meta.base == 1 && has_meta(base, &other) && meta_same_base(&meta, &other));
}

enum model_found model_find(const struct model *model, struct bytes key, struct bytes *value)
{
    enum model_found found = model->usable ? find(model->index, key, value) : MODEL_DAMAGE;

    if (found == MODEL_ABSENT && model->has_base)
        found = find(model->base, key, value);
    return found == MODEL_VALUE && value->len == 0 ? MODEL_ABSENT : found;
}
