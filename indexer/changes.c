#include "changes.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "arena.h"
#include "build.h"
#include "digest.h"
#include "schema/key.h"

/* A small event's dozen changes fit. */
#define BUCKETS_LEAST 64

struct new_value {
    size_t len;
    size_t room;
    uint8_t at[];
};

struct change {
    struct change *beside; /* the next one in its bucket */
    struct change *later;  /* the one that came next */
    uint64_t hash;
    struct new_value *value;
    struct key key; /* no longer than it is: the last member */
};

struct changes {
    struct change **buckets; /* a power of two, and at least as many as there are changes */
    size_t bucket_count;
    size_t count;
    struct change *first;
    struct change **end; /* where the next one is linked */
    struct arena arena;  /* of changes and values */
    uint64_t size;
};

static uint64_t hash_of(const struct key *key)
{
    return digest_of(key->at, key->len, 0);
}

static struct change **bucket_of(const struct changes *changes, uint64_t hash)
{
    return &changes->buckets[hash & (changes->bucket_count - 1)];
}

struct changes *changes_new(void)
{
    struct changes *changes = calloc(1, sizeof(*changes));

    if (changes == NULL)
        return NULL;
    changes->end = &changes->first;
    changes->bucket_count = BUCKETS_LEAST;
    changes->buckets = calloc(BUCKETS_LEAST, sizeof(struct change *));
    if (changes->buckets == NULL) {
        free(changes);
        return NULL;
    }
    return changes;
}

void changes_free(struct changes *changes)
{
    if (changes == NULL)
        return;
    free(changes->buckets);
    arena_free(&changes->arena);
    free(changes);
}

static struct change *find(const struct changes *changes, const struct key *key, uint64_t hash)
{
    struct change *change = *bucket_of(changes, hash);

    while (change != NULL && (change->hash != hash || !bytes_equal(key_bytes(&change->key), key_bytes(key))))
        change = change->beside;
    return change;
}

static void put_into_bucket(struct changes *changes, struct change *change)
{
    struct change **bucket = bucket_of(changes, change->hash);

    change->beside = *bucket;
    *bucket = change;
}

/* Doubles the buckets. */
static int grow(struct changes *changes)
{
    size_t count = 2 * changes->bucket_count;
    struct change **buckets = calloc(count, sizeof(struct change *));

    if (buckets == NULL)
        return -ENOMEM;
    free(changes->buckets);
    changes->buckets = buckets;
    changes->bucket_count = count;
    for (struct change *change = changes->first; change != NULL; change = change->later)
        put_into_bucket(changes, change);
    return 0;
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

static int add(struct changes *changes, const struct key *key, uint64_t hash, struct new_value *value)
{
    size_t key_size = offsetof(struct key, at) + key->len;
    struct change *change = arena_take(&changes->arena, offsetof(struct change, key) + key_size);

    if (change == NULL || (changes->count == changes->bucket_count && grow(changes) < 0))
        return -ENOMEM;
    change->later = NULL;
    change->hash = hash;
    change->value = value;
    memcpy(&change->key, key, key_size);
    put_into_bucket(changes, change);
    *changes->end = change;
    changes->end = &change->later;
    changes->count++;
    return 0;
}

int changes_put(struct changes *changes, const struct key *key, struct bytes value)
{
    uint64_t hash = hash_of(key);
    struct change *change = find(changes, key, hash);
    struct new_value *before = change != NULL ? change->value : NULL;
    uint64_t size_before = before != NULL ? build_record_size(key->len, before->len) : 0;
    struct new_value *place = place_value(changes, before, value);
    int rc = 0;

    if (place == NULL)
        return -ENOMEM;
    if (change != NULL)
        change->value = place;
    else
        rc = add(changes, key, hash, place);
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
    const struct change *change = find(changes, key, hash_of(key));

    if (change == NULL)
        return false;
    *value = (struct bytes){change->value->at, change->value->len};
    return true;
}

int changes_each(const struct changes *changes,
                 int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    int rc = 0;

    for (const struct change *change = changes->first; rc == 0 && change != NULL; change = change->later)
        rc = each(context, key_bytes(&change->key), (struct bytes){change->value->at, change->value->len});
    return rc;
}
