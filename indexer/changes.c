#include "changes.h"

#include <errno.h>
#include <json-c/linkhash.h>
#include <stddef.h>
#include <stdlib.h>

#include "build.h"
#include "digest.h"
#include "schema/key.h"

/* A small event's dozen records fit; the table grows by itself. */
#define TABLE_SIZE 64

/* The table's values; its keys are struct key, as short as they are. */
struct new_value {
    size_t len;
    uint8_t at[];
};

struct changes {
    struct lh_table *table;
    uint64_t size;
};

static unsigned long hash_key(const void *key)
{
    const struct key *k = key;

    return (unsigned long)digest_of(k->at, k->len, 0);
}

static int equal_keys(const void *a, const void *b)
{
    return bytes_equal(key_bytes(a), key_bytes(b));
}

static void free_entry(struct lh_entry *entry)
{
    free(lh_entry_k(entry));
    free(lh_entry_v(entry));
}

struct changes *changes_new(void)
{
    struct changes *changes = calloc(1, sizeof(*changes));

    if (changes == NULL)
        return NULL;
    changes->table = lh_table_new(TABLE_SIZE, free_entry, hash_key, equal_keys);
    if (changes->table == NULL) {
        free(changes);
        return NULL;
    }
    return changes;
}

void changes_free(struct changes *changes)
{
    if (changes == NULL)
        return;
    lh_table_free(changes->table);
    free(changes);
}

static struct new_value *copy_value(struct bytes value)
{
    struct new_value *copy = malloc(sizeof(*copy) + value.len);

    if (copy != NULL) {
        copy->len = value.len;
        if (value.len > 0)
            memcpy(copy->at, value.at, value.len);
    }
    return copy;
}

static int insert(struct changes *changes, const struct key *key, struct new_value *value)
{
    size_t size = offsetof(struct key, at) + key->len;
    struct key *copy = malloc(size);

    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, key, size);
    if (lh_table_insert(changes->table, copy, value) == 0)
        return 0;
    free(copy);
    return -ENOMEM;
}

int changes_put(struct changes *changes, const struct key *key, struct bytes value)
{
    struct lh_entry *entry = lh_table_lookup_entry(changes->table, key);
    struct new_value *copy = copy_value(value);
    int rc = 0;

    if (copy == NULL)
        return -ENOMEM;
    if (entry != NULL) {
        struct new_value *before = lh_entry_v(entry);

        changes->size -= build_record_size(key->len, before->len);
        free(before);
        lh_entry_set_val(entry, copy);
    } else {
        rc = insert(changes, key, copy);
    }
    if (rc < 0)
        free(copy);
    else
        changes->size += build_record_size(key->len, value.len);
    return rc;
}

uint64_t changes_size(const struct changes *changes)
{
    return changes->size;
}

bool changes_find(const struct changes *changes, const struct key *key, struct bytes *value)
{
    const struct lh_entry *entry = lh_table_lookup_entry(changes->table, key);
    const struct new_value *found = entry != NULL ? lh_entry_v(entry) : NULL;

    if (found == NULL)
        return false;
    *value = (struct bytes){found->at, found->len};
    return true;
}

int changes_each(const struct changes *changes,
                 int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    const struct lh_entry *entry;
    int rc = 0;

    for (entry = lh_table_head(changes->table); rc == 0 && entry != NULL; entry = lh_entry_next(entry)) {
        const struct new_value *value = lh_entry_v(entry);

        rc = each(context, key_bytes(lh_entry_k(entry)), (struct bytes){value->at, value->len});
    }
    return rc;
}
