#include "rewrite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "schema/hash.h"

/* Bytes that a record takes, about: an index beside a base gets heads of chains by its size. */
#define RECORD_SIZE 64

/* Of the few records of the base that are replaced each sets a bit, so that the others need no search. */
#define FILTER_BITS (1U << 20)

struct rewriting {
    struct build *build;
    const struct published *from;
    const struct changes *changes;
    uint8_t *replaced; /* FILTER_BITS; NULL: no base is read */
    char group;        /* the kind of records that is added now, see add_all() */
};

/* Kinds that answer look-ups have a part of the file each, and stand first in their chains: whoever asks for
 * one kind then meets few pages of the others. */
static const char groups[] = {'\0', KEY_ADDRESS, KEY_HOST, KEY_GUEST};

/* '\0' is the group of all other kinds. */
static bool in_group(const struct rewriting *rewriting, struct bytes key)
{
    char kind = key.len > 0 ? (char)key.at[0] : '\0';

    return rewriting->group == (kind != '\0' && memchr(groups, kind, sizeof(groups)) != NULL ? kind : '\0');
}

static bool is_meta(struct bytes key)
{
    return key.len == 1 && key.at[0] == KEY_META;
}

static uint32_t filter_bit(struct bytes key)
{
    return hash_bytes(key) % FILTER_BITS;
}

static void note_replaced(const struct rewriting *rewriting, struct bytes key)
{
    uint32_t bit;

    if (rewriting->replaced == NULL)
        return;
    bit = filter_bit(key);
    rewriting->replaced[bit / 8] |= (uint8_t)(1U << bit % 8);
}

static bool may_be_replaced(const struct rewriting *rewriting, struct bytes key)
{
    uint32_t bit = filter_bit(key);

    return (rewriting->replaced[bit / 8] >> bit % 8 & 1) != 0;
}

static int add_change(void *context, struct bytes key, struct bytes value)
{
    const struct rewriting *rewriting = context;

    if (!in_group(rewriting, key))
        return 0;
    note_replaced(rewriting, key);
    return value.len == 0 ? 0 : build_add(rewriting->build, key, value);
}

static int add_from_index(void *context, struct bytes key, struct bytes value)
{
    const struct rewriting *rewriting = context;

    if (!in_group(rewriting, key))
        return 0;
    note_replaced(rewriting, key);
    if (value.len == 0 || is_meta(key) || changes_has(rewriting->changes, key))
        return 0;
    return build_add(rewriting->build, key, value);
}

static int add_from_base(void *context, struct bytes key, struct bytes value)
{
    const struct rewriting *rewriting = context;

    struct bytes newer;

    if (!in_group(rewriting, key))
        return 0;
    if (may_be_replaced(rewriting, key) && (is_meta(key) || changes_has(rewriting->changes, key) ||
                                            index_file_find(&rewriting->from->index, key, &newer) == 0))
        return 0;
    return build_add(rewriting->build, key, value);
}

static int add_group(struct rewriting *rewriting)
{
    const struct published *from = rewriting->from;
    int rc = changes_each(rewriting->changes, add_change, rewriting);

    if (rc < 0 || !published_whole(from))
        return rc;
    rc = index_file_each(&from->index, add_from_index, rewriting);
    if (rc == 0 && from->base.fd >= 0)
        rc = index_file_each(&from->base, add_from_base, rewriting);
    return rc;
}

static int add_all(struct rewriting *rewriting)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(groups); i++) {
        rewriting->group = groups[i];
        rc = add_group(rewriting);
    }
    return rc;
}

/* Adds the meta record, and is done. */
static int finish(struct build *build, const struct meta *meta, struct bytes *file)
{
    struct key key = key_single(KEY_META);
    uint8_t packed[META_PACKED];
    int rc;

    meta_pack(meta, packed);
    rc = build_add(build, key_bytes(&key), (struct bytes){packed, META_PACKED});
    if (rc == 0)
        *file = build_finish(build, meta->generation);
    return rc;
}

static uint64_t meta_size(void)
{
    return build_record_size(1, META_PACKED);
}

static uint64_t size_of(const struct index_file *file)
{
    return file->whole ? file->content.len : 0;
}

static void choose_shape(const struct build *build, struct meta *meta)
{
    meta->base = meta->base_id = 0;
    if (build_final_size(build, meta_size()) <= SPLIT_SIZE)
        return;
    meta->base = meta->generation;
    arc4random_buf(&meta->base_id, sizeof(meta->base_id));
}

int rewrite_whole(const struct published *from, const struct changes *changes, struct meta *meta,
                  struct build *build, struct bytes *file)
{
    CLEANUP_FREE uint8_t *replaced = from->base.whole ? calloc(FILTER_BITS / 8, 1) : NULL;
    struct rewriting rewriting = {build, from, changes, replaced, '\0'};
    int rc = build_start(build, meta->records,
                         size_of(&from->index) + size_of(&from->base) + changes_size(changes) + meta_size());

    if (rc == 0 && from->base.whole && replaced == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = add_all(&rewriting);
    if (rc < 0)
        return rc;
    choose_shape(build, meta);
    return finish(build, meta, file);
}

/* What is removed, but still in the base, leaves an empty record. */
static int add_to_overlay(void *context, struct bytes key, struct bytes value)
{
    const struct rewriting *rewriting = context;
    struct bytes older;

    if (value.len == 0 && index_file_find(&rewriting->from->base, key, &older) == -ENOENT)
        return 0;
    return build_add(rewriting->build, key, value);
}

static int keep_in_overlay(void *context, struct bytes key, struct bytes value)
{
    const struct rewriting *rewriting = context;

    return is_meta(key) || changes_has(rewriting->changes, key) ? 0 : build_add(rewriting->build, key, value);
}

int rewrite_overlay(const struct published *from, const struct changes *changes, const struct meta *meta,
                    struct build *build, struct bytes *file)
{
    struct rewriting rewriting = {build, from, changes, NULL, '\0'};
    uint64_t size = size_of(&from->index) + changes_size(changes) + meta_size();
    int rc = build_start(build, (uint32_t)(size / RECORD_SIZE), size);

    if (rc == 0)
        rc = changes_each(changes, add_to_overlay, &rewriting);
    if (rc == 0)
        rc = index_file_each(&from->index, keep_in_overlay, &rewriting);
    return rc < 0 ? rc : finish(build, meta, file);
}

int rewrite_empty(const struct meta *meta, struct build *build, struct bytes *file)
{
    int rc = build_start(build, 0, meta_size());

    return rc < 0 ? rc : finish(build, meta, file);
}
