#include "entry_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "derive.h"
#include "entry_change.h"
#include "lease_record.h"
#include "leases.h"
#include "source_record.h"

/* The keys of the entries, sorted: what the items point to. */
struct keys {
    struct key *at;
    struct source_item *items;
    size_t count;
};

static void keys_free(struct keys *keys)
{
    free(keys->at);
    free(keys->items);
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    int order = memcmp(left->at, right->at, left->len < right->len ? left->len : right->len);

    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

static int keys_of(const struct lease_list *entries, struct keys *keys)
{
    keys->at = calloc(entries->count + 1, sizeof(*keys->at));
    keys->items = calloc(entries->count + 1, sizeof(*keys->items));
    if (keys->at == NULL || keys->items == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < entries->count; i++)
        keys->at[keys->count++] = lease_key(&entries->at[i]);
    if (keys->count > 0)
        qsort(keys->at, keys->count, sizeof(*keys->at), compare_keys);
    for (size_t i = 0; i < keys->count; i++)
        keys->items[i].guest = key_bytes(&keys->at[i]);
    return 0;
}

static bool listed(const struct keys *keys, const struct key *key)
{
    return keys->count > 0 && bsearch(key, keys->at, keys->count, sizeof(*keys->at), compare_keys) != NULL;
}

/* What is to go, and what is to come instead or besides. */
struct difference {
    struct lease_list gone;
    struct lease_list come;
    size_t removed; /* of those gone, the first ones, which nothing comes instead of */
};

static void difference_free(struct difference *difference)
{
    lease_list_free(&difference->gone);
    lease_list_free(&difference->come);
}

#define CLEANUP_DIFFERENCE __attribute__((cleanup(difference_free)))

/* Adds the entry that an item stands for. One that is no entry's key is damaged, and one whose entry is gone
 * needs nothing. */
static int add_gone(struct index *index, const struct key *key, struct lease_list *gone)
{
    struct entry_key place;
    struct lease entry;
    int rc = key_entry_parse(key_bytes(key), &place);

    if (rc < 0 || place.kind == KIND_LEASE)
        return 0;
    entry = (struct lease){.kind = (enum lease_kind)place.kind, .alias = place.alias, .ip = place.ip};
    strcpy(entry.network, place.network);
    rc = entries_get(index, &entry);
    return rc == 0 ? lease_list_add(gone, &entry) : rc == -ENOENT ? 0 : rc;
}

static int find_gone(struct index *index, const struct source_record *known, const struct keys *keys,
                     struct difference *difference)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < known->count; i++) {
        struct key key;

        if (key_copy(known->items[i].guest, &key) && !listed(keys, &key))
            rc = add_gone(index, &key, &difference->gone);
    }
    difference->removed = difference->gone.count;
    return rc;
}

static int find_come(struct index *index, const struct lease_list *entries, struct difference *difference)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < entries->count; i++) {
        const struct lease *entry = &entries->at[i];
        struct lease known = *entry;

        if (!lease_valid(entry))
            return -EINVAL;
        rc = entries_get(index, &known);
        if (rc == 0 && lease_record_same(&known, entry))
            continue;
        if (rc == 0)
            rc = lease_list_add(&difference->gone, &known);
        if (rc == 0 || rc == -ENOENT)
            rc = lease_list_add(&difference->come, entry);
    }
    return rc;
}

/* Both lists have those that changed in the same order. */
static void report(struct index *index, const struct difference *difference)
{
    size_t changed = difference->removed;

    for (size_t i = 0; i < difference->removed; i++)
        leases_report(index, &difference->gone.at[i], "removed");
    for (size_t i = 0; i < difference->come.count; i++) {
        const struct lease *entry = &difference->come.at[i];
        bool found = false;

        if (changed < difference->gone.count) {
            const struct key key = lease_key(entry), before = lease_key(&difference->gone.at[changed]);

            found = bytes_equal(key_bytes(&key), key_bytes(&before));
        }
        changed += found;
        leases_report(index, entry, found ? "changed" : "added");
    }
}

static int change(struct index *index, const struct difference *difference)
{
    int rc = entries_change(index, &difference->gone, &difference->come);

    if (rc == 0)
        report(index, difference);
    return rc;
}

static bool same_items(const struct source_record *known, const struct keys *keys)
{
    bool same = known->value.at != NULL && known->count == keys->count;

    for (size_t i = 0; same && i < keys->count; i++)
        same = bytes_equal(known->items[i].guest, keys->items[i].guest);
    return same;
}

int entry_source_apply(struct index *index, const char *name, const struct source *source,
                       const struct lease_list *entries)
{
    __attribute__((cleanup(keys_free))) struct keys keys = {NULL, NULL, 0};
    CLEANUP_DIFFERENCE struct difference difference = {.removed = 0};
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, name, &known);

    if (rc == 0)
        rc = keys_of(entries, &keys);
    if (rc == 0)
        rc = find_gone(index, &known, &keys, &difference);
    if (rc == 0)
        rc = find_come(index, entries, &difference);
    if (rc == 0)
        rc = change(index, &difference);
    if (rc == 0)
        rc =
            source_record_save(index->store, name, source, keys.items, keys.count, same_items(&known, &keys));
    return rc < 0 ? rc : derive_settle(index);
}

int entry_source_forget(struct index *index, const char *name)
{
    const struct keys none = {NULL, NULL, 0};
    CLEANUP_DIFFERENCE struct difference difference = {.removed = 0};
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, name, &known);

    if (rc < 0 || known.value.at == NULL)
        return rc;
    rc = find_gone(index, &known, &none, &difference);
    if (rc == 0)
        rc = change(index, &difference);
    if (rc == 0)
        rc = source_record_delete(index->store, name);
    return rc < 0 ? rc : derive_settle(index);
}
