#include "source_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static int unpack(struct source_record *record)
{
    struct unpacker u = unpacker_of(value_bytes(&record->value));

    /* An item takes three bytes at the least. */
    record->items = calloc(record->value.len / 3 + 1, sizeof(*record->items));
    if (record->items == NULL)
        return -ENOMEM;
    if (record->value.at == NULL)
        return 0;
    if (!source_unpack(&u, &record->source))
        record->source = (struct source){0};
    while (source_next_item(&u, &record->items[record->count]))
        record->count++;
    return 0;
}

int source_record_load(struct store *store, const char *name, struct source_record *record)
{
    struct key key;
    int rc;

    *record = (struct source_record){0};
    if (strlen(name) > SOURCE_NAME_MAX)
        return -ENAMETOOLONG;
    key = key_named(KEY_SOURCE, bytes_of(name));
    rc = store_get(store, &key, &record->value);
    return rc < 0 && rc != -ENOENT ? rc : unpack(record);
}

void source_record_free(struct source_record *record)
{
    free(record->value.at);
    free(record->items);
}

int source_record_save(struct store *store, const char *name, const struct source *source,
                       const struct source_item *items, size_t count, bool soft)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));
    size_t size = SOURCE_PACKED + count * SOURCE_ITEM_PACKED;
    CLEANUP_FREE uint8_t *packed = malloc(size);
    struct packer p;
    struct bytes value;

    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + size, false};
    source_pack(&p, source);
    for (size_t i = 0; i < count; i++)
        source_pack_item(&p, &items[i]);
    if (p.full)
        return -EMSGSIZE;
    value = (struct bytes){packed, (size_t)(p.at - packed)};
    return soft ? store_put_soft(store, &key, value) : store_put(store, &key, value);
}

int source_record_delete(struct store *store, const char *name)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));

    return store_delete(store, &key);
}

struct each {
    const char *prefix;
    int (*each)(void *context, const char *rest);
    void *context;
};

static int each_record(void *context, struct bytes key, struct bytes value)
{
    struct each *each = context;
    size_t prefix = strlen(each->prefix);
    char name[SOURCE_NAME_MAX + 1];

    (void)value;
    if (key.len - 1 > SOURCE_NAME_MAX || key.len - 1 < prefix ||
        memcmp(key.at + 1, each->prefix, prefix) != 0)
        return 0;
    memcpy(name, key.at + 1, key.len - 1);
    name[key.len - 1] = '\0';
    return each->each(each->context, name + prefix);
}

int source_record_each(struct store *store, const char *prefix, int (*each)(void *context, const char *rest),
                       void *context)
{
    struct each walk = {prefix, each, context};

    return store_each(store, KEY_SOURCE, each_record, &walk);
}
