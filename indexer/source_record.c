#include "source_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "text_list.h"

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

static int save(struct store *store, const char *name, struct bytes value, bool soft)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));
    int rc = store_has(store, &key) ? 0 : set_listed(store, bytes_of(name), true, soft);

    return rc < 0 ? rc : (soft ? store_put_soft : store_put)(store, &key, value);
}

int source_record_save(struct store *store, const char *name, const struct source *source,
                       const struct source_item *items, size_t count, bool soft)
{
    size_t size = SOURCE_PACKED + count * SOURCE_ITEM_PACKED;
    CLEANUP_FREE uint8_t *packed = malloc(size);
    struct packer p;

    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + size, false};
    source_pack(&p, source);
    for (size_t i = 0; i < count; i++)
        source_pack_item(&p, &items[i]);
    return p.full ? -EMSGSIZE : save(store, name, (struct bytes){packed, (size_t)(p.at - packed)}, soft);
}

int source_record_delete(struct store *store, const char *name)
{
    struct key key = key_named(KEY_SOURCE, bytes_of(name));
    int rc = store_delete(store, &key);

    return rc < 0 ? rc : set_listed(store, bytes_of(name), false, false);
}

static int list_source(void *context, struct bytes key, struct bytes value)
{
    (void)value;
    return text_list_add(context, (const char *)key.at + 1, key.len - 1);
}

int source_records_list(struct store *store)
{
    CLEANUP_TEXTS struct text_list names = {NULL, 0};
    int rc = store_each(store, KEY_SOURCE, list_source, &names);

    for (size_t i = 0; rc == 0 && i < names.count; i++)
        rc = set_listed(store, bytes_of(names.at[i]), true, true);
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
