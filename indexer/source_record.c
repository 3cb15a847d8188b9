#include "source_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "text_list.h"

int source_record_load(struct store *store, const char *name, struct source_record *record)
{
    struct unpacker u;
    struct key key;
    int rc;

    *record = (struct source_record){0};
    if (strlen(name) > SOURCE_NAME_MAX)
        return -ENAMETOOLONG;
    key = key_named(KEY_SOURCE, bytes_of(name));
    rc = store_get(store, &key, &record->value);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    u = unpacker_of(value_bytes(&record->value));
    if (!source_unpack(&u, &record->source))
        record->source = (struct source){0};
    return 0;
}

int source_record_load_items(struct store *store, const char *name, struct source_record *record)
{
    struct key key = key_named(KEY_ITEMS, bytes_of(name));
    struct unpacker u;
    int rc;

    if (record->items != NULL || record->value.at == NULL)
        return 0;
    rc = store_get(store, &key, &record->packed_items);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    /* An item takes three bytes at the least. */
    record->items = calloc(record->packed_items.len / 3 + 1, sizeof(*record->items));
    if (record->items == NULL)
        return -ENOMEM;
    u = unpacker_of(value_bytes(&record->packed_items));
    while (unpack_left(&u) > 0 && source_next_item(&u, &record->items[record->count]))
        record->count++;
    return 0;
}

int source_record_load_all(struct store *store, const char *name, struct source_record *record)
{
    int rc = source_record_load(store, name, record);

    return rc < 0 ? rc : source_record_load_items(store, name, record);
}

void source_record_free(struct source_record *record)
{
    free(record->value.at);
    free(record->packed_items.at);
    free(record->items);
}

/* Takes the name out of the directory of sources, and puts it in again if it is to be there. */
static int set_listed(struct store *store, struct bytes name, bool listed, bool soft)
{
    struct key key = key_single(KEY_SOURCES);
    CLEANUP_VALUE struct value value;
    CLEANUP_FREE uint8_t *packed = NULL;
    struct unpacker u;
    struct packer p;
    int rc = store_get(store, &key, &value);

    if (rc < 0 && rc != -ENOENT)
        return rc;
    packed = malloc(value.len + 1 + name.len);
    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + value.len + 1 + name.len, false};
    for (u = unpacker_of(value_bytes(&value)); unpack_left(&u) > 0;) {
        struct bytes other = unpack_short(&u);

        if (!u.bad && !bytes_equal(other, name))
            pack_short(&p, other);
    }
    if (listed)
        pack_short(&p, name);
    if (p.full)
        return -EMSGSIZE;
    return (soft ? store_put_soft : store_put)(store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

static int put(struct store *store, enum key_kind kind, const char *name, struct bytes value, bool soft)
{
    struct key key = key_named(kind, bytes_of(name));

    return (soft ? store_put_soft : store_put)(store, &key, value);
}

static int save_head(struct store *store, const char *name, const struct source *source, bool soft)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));
    uint8_t packed[SOURCE_PACKED];
    struct packer p = {packed, packed + sizeof(packed), false};
    int rc = store_has(store, &key) ? 0 : set_listed(store, bytes_of(name), true, soft);

    source_pack(&p, source);
    return rc < 0 ? rc : put(store, KEY_SOURCE, name, (struct bytes){packed, sizeof(packed)}, soft);
}

int source_record_touch(struct store *store, const char *name, const struct source *source)
{
    return save_head(store, name, source, true);
}

int source_record_save(struct store *store, const char *name, const struct source *source,
                       const struct source_item *items, size_t count, bool soft)
{
    size_t size = count * SOURCE_ITEM_PACKED;
    CLEANUP_FREE uint8_t *packed = malloc(size + 1);
    struct packer p;
    int rc;

    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + size, false};
    for (size_t i = 0; i < count; i++)
        source_pack_item(&p, &items[i]);
    if (p.full)
        return -EMSGSIZE;
    rc = save_head(store, name, source, soft);
    /* Without items, an empty value: no record. */
    return rc < 0 ? rc : put(store, KEY_ITEMS, name, (struct bytes){packed, (size_t)(p.at - packed)}, soft);
}

int source_record_unread(struct store *store, const char *name)
{
    CLEANUP_SOURCE struct source_record record;
    int rc = source_record_load(store, name, &record);
    const struct source unread = {.number = record.source.number};

    return rc < 0 || record.value.at == NULL ? rc : save_head(store, name, &unread, true);
}

int source_record_delete(struct store *store, const char *name)
{
    const struct bytes none = {NULL, 0};
    int rc = put(store, KEY_SOURCE, name, none, false);

    if (rc == 0)
        rc = put(store, KEY_ITEMS, name, none, false);
    return rc < 0 ? rc : set_listed(store, bytes_of(name), false, false);
}

static int list_source(void *context, struct bytes key, struct bytes value)
{
    (void)value;
    return text_list_add(context, (const char *)key.at + 1, key.len - 1);
}

/* Gives the items, which stood behind all else, a record of their own. */
static int convert(struct store *store, const char *name)
{
    CLEANUP_SOURCE struct source_record record;
    int rc = source_record_load(store, name, &record);
    struct bytes items = {NULL, 0};

    if (rc == 0 && record.value.len > SOURCE_PACKED)
        items = (struct bytes){record.value.at + SOURCE_PACKED, record.value.len - SOURCE_PACKED};
    if (rc == 0)
        rc = put(store, KEY_ITEMS, name, items, true);
    if (rc == 0)
        rc = save_head(store, name, &record.source, true);
    return rc < 0 ? rc : set_listed(store, bytes_of(name), true, true);
}

const char *source_leases_file(const char *rest)
{
    const char *equals = strchr(rest, '=');

    return equals == NULL ? NULL : equals + 1;
}

int source_records_convert(struct store *store)
{
    CLEANUP_TEXTS struct text_list names = {NULL, 0};
    int rc = store_each(store, KEY_SOURCE, list_source, &names);

    for (size_t i = 0; rc == 0 && i < names.count; i++)
        rc = convert(store, names.at[i]);
    return rc;
}

int source_record_each(struct store *store, const char *prefix, int (*each)(void *context, const char *rest),
                       void *context)
{
    struct key key = key_single(KEY_SOURCES);
    CLEANUP_VALUE struct value value;
    size_t len = strlen(prefix);
    struct unpacker u;
    int rc = store_get(store, &key, &value);

    if (rc == -ENOENT)
        return 0;
    for (u = unpacker_of(value_bytes(&value)); rc == 0 && unpack_left(&u) > 0;) {
        char name[SOURCE_NAME_MAX + 1];

        if (unpack_text(&u, name, SOURCE_NAME_MAX) && strncmp(name, prefix, len) == 0)
            rc = each(context, name + len);
    }
    return rc;
}
