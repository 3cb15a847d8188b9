#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/hash.h"
#include "schema/tdb_layout.h"
#include "seal.h"

/* The least and the most heads of chains. */
#define HASH_SIZE_MIN 256
#define HASH_SIZE_MAX (1U << 28)

static uint64_t whole_pages(uint64_t size)
{
    return (size + TDB_LAYOUT_PAGE - 1) / TDB_LAYOUT_PAGE * TDB_LAYOUT_PAGE;
}

uint64_t build_record_size(size_t key_len, size_t value_len)
{
    uint64_t content = (uint64_t)key_len + value_len + TDB_LAYOUT_TAILER;

    return sizeof(struct tdb_layout_record) + (content + 3) / 4 * 4;
}

/* Two chains a record: most are one record long, and each record passed by is likely a cache miss. */
static uint32_t hash_size_for(uint32_t records)
{
    if (records < HASH_SIZE_MIN)
        return HASH_SIZE_MIN;
    return records > HASH_SIZE_MAX / 2 ? HASH_SIZE_MAX : 2 * records;
}

static void put_header(struct build *build)
{
    struct tdb_layout_header header = {
        .food = TDB_LAYOUT_FOOD,
        .version = TDB_LAYOUT_VERSION,
        .hash_size = build->hash_size,
        .hash = TDB_LAYOUT_JENKINS,
        .check = {TDB_LAYOUT_CHECK_1, TDB_LAYOUT_CHECK_2},
    };

    memcpy(build->file, &header, sizeof(header));
}

int build_start(struct build *build, uint32_t records, uint64_t size)
{
    *build = (struct build){.hash_size = hash_size_for(records)};
    build->end = tdb_layout_chain(build->hash_size);
    if (size > UINT32_MAX || whole_pages(build->end + size) > UINT32_MAX - TDB_LAYOUT_PAGE)
        return -EMSGSIZE;
    build->room = whole_pages(build->end + size);
    /* Empty chains are zeros, and so is what is left over at the end. */
    build->file = calloc(build->room, 1);
    if (build->file == NULL)
        return -ENOMEM;
    put_header(build);
    return 0;
}

static void put_word(struct build *build, uint64_t at, uint32_t word)
{
    memcpy(build->file + at, &word, sizeof(word));
}

/* Writes the record at the end, `total` bytes with all that belongs to it, in front of its chain. */
static void put_record(struct build *build, uint32_t hash, uint32_t total, struct bytes key,
                       struct bytes value)
{
    uint64_t chain = tdb_layout_chain(hash % build->hash_size);
    const struct tdb_layout_record record = {
        .next = tdb_layout_word(build->file + chain),
        .room = total - (uint32_t)sizeof(record),
        .key_len = (uint32_t)key.len,
        .value_len = (uint32_t)value.len,
        .hash = hash,
        .magic = TDB_LAYOUT_USED,
    };
    uint8_t *at = build->file + build->end;

    memcpy(at, &record, sizeof(record));
    memcpy(at + sizeof(record), key.at, key.len);
    if (value.len > 0)
        memcpy(at + sizeof(record) + key.len, value.at, value.len);
    put_word(build, build->end + total - TDB_LAYOUT_TAILER, total);
    put_word(build, chain, (uint32_t)build->end);
    build->last = build->end;
    build->end += total;
}

int build_add(struct build *build, struct bytes key, struct bytes value)
{
    uint64_t total = build_record_size(key.len, value.len);

    if (total > build->room - build->end)
        return -EMSGSIZE;
    put_record(build, hash_bytes(key), (uint32_t)total, key, value);
    return 0;
}

uint64_t build_final_size(const struct build *build, uint64_t size)
{
    return whole_pages(build->end + size);
}

struct bytes build_finish(struct build *build, uint64_t generation)
{
    size_t size = (size_t)whole_pages(build->end);
    uint32_t total = (uint32_t)(size - build->last);

    put_word(build, build->last + offsetof(struct tdb_layout_record, room),
             total - (uint32_t)sizeof(struct tdb_layout_record));
    put_word(build, size - TDB_LAYOUT_TAILER, total);
    seal_put(build->file, size, generation);
    return (struct bytes){build->file, size};
}

void build_free(struct build *build)
{
    free(build->file);
}
