#include "entry_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "derive.h"
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

static int put(struct index *index, const struct lease *entry)
{
    struct lease known = *entry;
    bool found = entries_get(index, &known) == 0;
    int rc = leases_put(index, entry);

    if (rc == 1)
        leases_report(index, entry, found ? "changed" : "added");
    return rc < 0 ? rc : 0;
}

/* An item that is no entry's key is damaged, and one whose entry is gone needs nothing. */
static int remove_entry(struct index *index, const struct key *key)
{
    struct entry_key place;
    struct lease entry;
    int rc = key_entry_parse(key_bytes(key), &place);

    if (rc < 0 || place.kind == KIND_LEASE)
        return 0;
    entry = (struct lease){.kind = (enum lease_kind)place.kind, .alias = place.alias, .ip = place.ip};
    strcpy(entry.network, place.network);
    rc = entries_get(index, &entry);
    if (rc == 0)
        rc = leases_remove(index, &entry);
    else if (rc == -ENOENT)
        return 0;
    if (rc == 0)
        leases_report(index, &entry, "removed");
    return rc;
}

/* The last first: aliases are numbered without a gap. */
static int remove_missing(struct index *index, const struct source_record *known, const struct keys *keys)
{
    int rc = 0;

    for (size_t i = known->count; rc == 0 && i > 0; i--) {
        struct key key;

        if (key_copy(known->items[i - 1].guest, &key) && !listed(keys, &key))
            rc = remove_entry(index, &key);
    }
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
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, name, &known);

    if (rc == 0)
        rc = keys_of(entries, &keys);
    /* What goes first: its name may be claimed by what comes. */
    if (rc == 0)
        rc = remove_missing(index, &known, &keys);
    for (size_t i = 0; rc == 0 && i < entries->count; i++)
        rc = put(index, &entries->at[i]);
    if (rc == 0)
        rc =
            source_record_save(index->store, name, source, keys.items, keys.count, same_items(&known, &keys));
    return rc < 0 ? rc : derive_settle(index);
}

int entry_source_forget(struct index *index, const char *name)
{
    const struct keys none = {NULL, NULL, 0};
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, name, &known);

    if (rc < 0 || known.value.at == NULL)
        return rc;
    rc = remove_missing(index, &known, &none);
    if (rc == 0)
        rc = source_record_delete(index->store, name);
    return rc < 0 ? rc : derive_settle(index);
}
