#include "images.h"

#include <stdlib.h>

#include "fuzz.h"
#include "indexer/build.h"
#include "indexer/seal.h"
#include "schema/meta.h"
#include "schema/tdb_layout.h"

#define PATCHES   8
#define VALUE_TOP 4096
#define BASE_ID   4711

/* Is there a record of this key already? */
static bool is_known(const struct images *images, const struct key *key, bool in_base)
{
    for (size_t i = 0; i < images->count; i++) {
        if (images->records[i].in_base == in_base &&
            bytes_equal(key_bytes(&images->records[i].key), key_bytes(key)))
            return true;
    }
    return false;
}

static void take_records(struct unpacker *input, struct images *images)
{
    while (unpack_left(input) > 0 && images->count < IMAGES_RECORDS) {
        bool in_base = (unpack_uint(input, 1) & 1) != 0 && (images->flags & IMAGES_BASE) != 0;
        struct bytes key = take_run(input, 1, KEY_MAX);
        struct bytes value = take_run(input, 2, VALUE_TOP);
        struct key copy;

        /* A build has no key twice, and its own meta record. */
        if (key.len == 0 || key.at[0] == KEY_META || !key_copy(key, &copy) ||
            is_known(images, &copy, in_base))
            continue;
        images->records[images->count].key = copy;
        images->records[images->count].value = value;
        images->records[images->count++].in_base = in_base;
    }
}

static struct bytes build_file(const struct images *images, bool base)
{
    const struct key key = key_single(KEY_META);
    const bool two = (images->flags & IMAGES_BASE) != 0;
    const struct meta meta = {.version = SCHEMA_VERSION,
                              .generation = IMAGES_BASE_GENERATION + !base,
                              .records = (uint32_t)images->count + 1,
                              .base = two ? IMAGES_BASE_GENERATION : 0,
                              .base_id = two ? BASE_ID : 0};
    uint8_t packed[META_PACKED];
    CLEANUP_BUILD struct build build;
    struct bytes file;
    uint64_t size = build_record_size(1, META_PACKED);

    for (size_t i = 0; i < images->count; i++)
        size += build_record_size(images->records[i].key.len, images->records[i].value.len);
    EXPECT(build_start(&build, (uint32_t)images->count, size) == 0);
    for (size_t i = 0; i < images->count; i++) {
        if (images->records[i].in_base == base)
            EXPECT(build_add(&build, key_bytes(&images->records[i].key), images->records[i].value) == 0);
    }
    meta_pack(&meta, packed);
    EXPECT(build_add(&build, key_bytes(&key), (struct bytes){packed, META_PACKED}) == 0);
    file = build_finish(&build, meta.generation);
    return (struct bytes){exact_copy(file), file.len};
}

static struct bytes *file_of(struct images *images, bool base)
{
    return base && images->base.len > 0 ? &images->base : &images->overlay;
}

static void change_word(struct bytes *file, size_t place, uint32_t with)
{
    uint8_t *at = (uint8_t *)(uintptr_t)file->at;
    size_t words = file->len / sizeof(with);
    uint32_t word;

    if (words == 0)
        return;
    at += place % words * sizeof(word);
    memcpy(&word, at, sizeof(word));
    word ^= with;
    memcpy(at, &word, sizeof(word));
}

static void cut_file(struct bytes *file, size_t len)
{
    struct bytes less = {file->at, len < file->len ? len : file->len};
    uint8_t *exact = exact_copy(less);

    free((void *)(uintptr_t)file->at);
    *file = (struct bytes){exact, less.len};
}

/* What is done to the files: each time which one, what, where, and with what. */
static void take_patches(struct unpacker *input, struct images *images)
{
    size_t count = (size_t)unpack_uint(input, 1) % PATCHES;

    images->damaged = count > 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t what = unpack_uint(input, 1);
        size_t place = (size_t)unpack_uint(input, 2);
        uint32_t with = (uint32_t)unpack_uint(input, 4);
        struct bytes *file = file_of(images, (what & 1) != 0);

        if ((what & 0x06) == 0x06)
            cut_file(file, place);
        else
            change_word(file, place, with);
    }
}

static void seal_again(struct bytes *file, uint64_t generation)
{
    if ((size_t)file->len >= sizeof(struct tdb_layout_header))
        EXPECT(seal_put((uint8_t *)(uintptr_t)file->at, file->len, generation) == 0);
}

static void make_built(struct unpacker *input, struct images *images)
{
    /* Patches stand first in the input, in room for all of them, and are made last. */
    struct unpacker patches = *input;

    unpack_raw(input, unpack_left(input) < 1 + 7 * PATCHES ? unpack_left(input) : 1 + 7 * PATCHES);
    take_records(input, images);
    images->overlay = build_file(images, false);
    if ((images->flags & IMAGES_BASE) != 0)
        images->base = build_file(images, true);
    take_patches(&patches, images);
    if ((images->flags & IMAGES_SEALED) != 0) {
        seal_again(&images->overlay, IMAGES_BASE_GENERATION + 1);
        seal_again(&images->base, IMAGES_BASE_GENERATION);
    }
    if ((images->flags & IMAGES_UNSEALED) != 0)
        change_word(&images->overlay, offsetof(struct tdb_layout_header, checksum) / 4, 1);
}

static void make_raw(struct unpacker *input, struct images *images)
{
    size_t most = unpack_left(input);
    struct bytes overlay = take_run(input, 4, (images->flags & IMAGES_BASE) != 0 ? most : 0);
    struct bytes rest = unpack_raw(input, unpack_left(input));

    if ((images->flags & IMAGES_BASE) == 0) {
        overlay = rest;
        rest.len = 0;
    }
    images->damaged = true;
    images->overlay = (struct bytes){exact_copy(overlay), overlay.len};
    images->base = (struct bytes){exact_copy(rest), rest.len};
}

void images_make(struct bytes data, struct images *images)
{
    struct unpacker input = unpacker_of(data);

    memset(images, 0, sizeof(*images));
    images->flags = (uint8_t)unpack_uint(&input, 1);
    if ((images->flags & IMAGES_RAW) != 0)
        make_raw(&input, images);
    else
        make_built(&input, images);
}

void images_free(struct images *images)
{
    free((void *)(uintptr_t)images->overlay.at);
    free((void *)(uintptr_t)images->base.at);
}
