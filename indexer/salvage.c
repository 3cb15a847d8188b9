#include "salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "schema/tdb_layout.h"

/* libtdb lengthens its files by whole pages of this size. */
#define PAGE 4096

struct salvage {
    const uint8_t *file;
    uint64_t size;
    uint8_t *taken; /* a bit for each place where a record may begin */
    int (*found)(void *context, struct bytes key, struct bytes value);
    void *context;
};

static uint32_t word(const struct salvage *salvage, uint64_t at)
{
    uint32_t value;

    memcpy(&value, salvage->file + at, sizeof(value));
    return value;
}

/* Reads the header of a sound record, used or free: its magic, and its size at both ends. */
static bool read_record(const struct salvage *salvage, uint64_t at, struct tdb_layout_record *record)
{
    uint64_t end;

    if (at % 4 != 0 || at < sizeof(struct tdb_layout_header) || at + sizeof(*record) > salvage->size)
        return false;
    memcpy(record, salvage->file + at, sizeof(*record));
    end = at + sizeof(*record) + record->room;
    if (record->room < TDB_LAYOUT_TAILER || record->room % 4 != 0 || end > salvage->size)
        return false;
    if (record->magic != TDB_LAYOUT_USED && record->magic != TDB_LAYOUT_FREE &&
        record->magic != TDB_LAYOUT_DEAD)
        return false;
    return word(salvage, end - TDB_LAYOUT_TAILER) == sizeof(*record) + record->room;
}

/* Is it the first time that we come by here? */
static bool first_visit(const struct salvage *salvage, uint64_t at)
{
    uint8_t *byte = &salvage->taken[at / 32];
    uint8_t bit = (uint8_t)(1U << (at / 4 % 8));
    bool first = (*byte & bit) == 0;

    *byte |= bit;
    return first;
}

static int take(const struct salvage *salvage, uint64_t at, const struct tdb_layout_record *record)
{
    TDB_DATA key = {(unsigned char *)(uintptr_t)(salvage->file + at + sizeof(*record)), record->key_len};

    if (record->magic != TDB_LAYOUT_USED ||
        (uint64_t)record->key_len + record->value_len + TDB_LAYOUT_TAILER > record->room ||
        tdb_jenkins_hash(&key) != record->hash || !first_visit(salvage, at))
        return 0;
    return salvage->found(salvage->context, (struct bytes){key.dptr, key.dsize},
                          (struct bytes){key.dptr + key.dsize, record->value_len});
}

/* Records lie one behind the other from the end of the hash table on. `*stop` is where no sound one begins.
 */
static int walk_forward(const struct salvage *salvage, uint32_t hash_size, uint64_t *stop)
{
    struct tdb_layout_record record;
    int rc = 0;

    for (*stop = tdb_layout_chain(hash_size); rc == 0 && read_record(salvage, *stop, &record);
         *stop += sizeof(record) + record.room)
        rc = take(salvage, *stop, &record);
    return rc;
}

/* Was the file cut off within a record? Then its last words may be a client's. libtdb makes whole pages, and
 * a record that begins where one must may say that it ends behind the file. */
static bool is_cut(const struct salvage *salvage, uint64_t stop)
{
    struct tdb_layout_record record;

    if (salvage->size % PAGE != 0)
        return true;
    if (stop == 0 || stop + sizeof(record) > salvage->size)
        return false;
    memcpy(&record, salvage->file + stop, sizeof(record));
    return record.magic == TDB_LAYOUT_USED && stop + sizeof(record) + record.room > salvage->size;
}

/* And from the end of the file back: for this no header is needed. */
static int walk_back(const struct salvage *salvage)
{
    uint64_t end = salvage->size - salvage->size % 4;
    struct tdb_layout_record record;
    int rc = 0;

    while (rc == 0 && end > sizeof(struct tdb_layout_header) + TDB_LAYOUT_TAILER) {
        uint64_t size = word(salvage, end - TDB_LAYOUT_TAILER);

        if (size > end || !read_record(salvage, end - size, &record) || sizeof(record) + record.room != size)
            break;
        end -= size;
        rc = take(salvage, end, &record);
    }
    return rc;
}

/* What the walks do not reach between two damaged places, chains may. */
static int walk_chain(const struct salvage *salvage, uint32_t bucket, uint32_t hash_size)
{
    uint64_t most = salvage->size / sizeof(struct tdb_layout_record);
    uint64_t at = word(salvage, tdb_layout_chain(bucket));
    struct tdb_layout_record record;
    int rc = 0;

    for (; rc == 0 && at != 0 && most-- > 0 && read_record(salvage, at, &record); at = record.next) {
        if (record.magic != TDB_LAYOUT_USED || record.hash % hash_size != bucket)
            break;
        rc = take(salvage, at, &record);
    }
    return rc;
}

static int walk_all(const struct salvage *salvage)
{
    struct tdb_layout_header header;
    uint64_t stop = 0;
    int rc = 0;
    bool plausible;

    memcpy(&header, salvage->file, sizeof(header));
    plausible = header.hash_size != 0 && tdb_layout_chain(header.hash_size) <= salvage->size;
    if (plausible)
        rc = walk_forward(salvage, header.hash_size, &stop);
    if (rc == 0 && !is_cut(salvage, stop))
        rc = walk_back(salvage);
    for (uint32_t bucket = 0; plausible && rc == 0 && bucket < header.hash_size; bucket++)
        rc = walk_chain(salvage, bucket, header.hash_size);
    return rc;
}

int salvage_records(const struct base *base,
                    int (*found)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct salvage salvage = {.size = (uint64_t)base->size, .found = found, .context = context};
    CLEANUP_FREE uint8_t *taken = NULL;
    void *file;
    int rc;

    if (salvage.size < sizeof(struct tdb_layout_header))
        return 0;
    salvage.taken = taken = calloc(salvage.size / 32 + 1, 1);
    if (taken == NULL)
        return -ENOMEM;
    file = mmap(NULL, salvage.size, PROT_READ, MAP_SHARED, base->fd, 0);
    if (file == MAP_FAILED)
        return -errno;
    salvage.file = file;
    rc = walk_all(&salvage);
    munmap(file, salvage.size);
    return rc;
}
