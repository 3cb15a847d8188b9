#include "changes.h"

#include <errno.h>
#include <json-c/linkhash.h>
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "build.h"
#include "digest.h"
#include "schema/key.h"

/* A small event's dozen records fit; the table grows by itself. */
#define TABLE_SIZE 64

/* The table's values; its keys are struct key, as short as they are. */
struct new_value {
    size_t len;
    size_t room;
    uint8_t at[];
};

struct changes {
    struct lh_table *table;
    struct arena arena; /* of its keys and values */
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

struct changes *changes_new(void)
{
    struct changes *changes = calloc(1, sizeof(*changes));

    if (changes == NULL)
        return NULL;
    changes->table = lh_table_new(TABLE_SIZE, NULL, hash_key, equal_keys);
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
    arena_free(&changes->arena);
    free(changes);
}

/* Puts `value` where the one before is (NULL: there is none), or, where it does not fit, elsewhere. What is
 * given up is lost to the arena: twice the room each time keeps that to as much again. */
static struct new_value *place_value(struct changes *changes, struct new_value *before, struct bytes value)
{
    struct new_value *place = before;

    if (before == NULL || before->room < value.len) {
        size_t room = before == NULL || value.len > 2 * before->room ? value.len : 2 * before->room;

        place = arena_take(&changes->arena, sizeof(*place) + room);
        if (place == NULL)
            return NULL;
        place->room = room;
    }
    place->len = value.len;
    if (value.len > 0)
        memcpy(place->at, value.at, value.len);
    return place;
}

static int insert(struct changes *changes, const struct key *key, struct new_value *value)
{
    size_t size = offsetof(struct key, at) + key->len;
    struct key *copy = arena_take(&changes->arena, size);

    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, key, size);
    return lh_table_insert(changes->table, copy, value) == 0 ? 0 : -ENOMEM;
}

int changes_put(struct changes *changes, const struct key *key, struct bytes value)
{
    struct lh_entry *entry = lh_table_lookup_entry(changes->table, key);
    struct new_value *before = entry != NULL ? lh_entry_v(entry) : NULL;
    uint64_t size_before = before != NULL ? build_record_size(key->len, before->len) : 0;
    struct new_value *place = place_value(changes, before, value);
    int rc = 0;

    if (place == NULL)
        return -ENOMEM;
    if (entry != NULL)
        lh_entry_set_val(entry, place);
    else
        rc = insert(changes, key, place);
    if (rc == 0)
        changes->size = changes->size - size_before + build_record_size(key->len, value.len);
    return rc;
}

bool changes_has(const struct changes *changes, struct bytes key)
{
    struct bytes unused;
    struct key copy;

    return key_copy(key, &copy) && changes_find(changes, &copy, &unused);
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
