#include "salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "schema/hash.h"
#include "tdb_records.h"

struct salvage {
    struct bytes file;
    uint8_t *taken; /* a bit for each place where a record may begin */
    int (*found)(void *context, struct bytes key, struct bytes value);
    void *context;
};

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
    struct bytes key, value;

    if (!tdb_record_content(salvage->file, at, record, &key, &value))
        return 0;
    if (hash_bytes(key) != record->hash || !first_visit(salvage, at))
        return 0;
    return salvage->found(salvage->context, key, value);
}

/* Records lie one behind the other from the end of the hash table on. `*stop` is where no sound one begins.
 */
static int walk_forward(const struct salvage *salvage, uint32_t hash_size, uint64_t *stop)
{
    struct tdb_layout_record record;
    int rc = 0;

    for (*stop = tdb_layout_chain(hash_size); rc == 0 && tdb_record_read(salvage->file, *stop, &record);
         *stop += sizeof(record) + record.room)
        rc = take(salvage, *stop, &record);
    return rc;
}

/* Was the file cut off within a record? Then its last words may be a client's. Files are whole pages, and
 * a record that begins where one must may say that it ends behind the file. */
static bool is_cut(const struct salvage *salvage, uint64_t stop)
{
    struct tdb_layout_record record;

    if (salvage->file.len % TDB_LAYOUT_PAGE != 0)
        return true;
    if (stop == 0 || stop + sizeof(record) > salvage->file.len)
        return false;
    memcpy(&record, salvage->file.at + stop, sizeof(record));
    return record.magic == TDB_LAYOUT_USED && stop + sizeof(record) + record.room > salvage->file.len;
}

/* And from the end of the file back: for this no header is needed. */
static int walk_back(const struct salvage *salvage)
{
    uint64_t end = salvage->file.len - salvage->file.len % 4;
    struct tdb_layout_record record;
    int rc = 0;

    while (rc == 0 && end > sizeof(struct tdb_layout_header) + TDB_LAYOUT_TAILER) {
        uint64_t size = tdb_layout_word(salvage->file.at + end - TDB_LAYOUT_TAILER);

        if (size > end || !tdb_record_read(salvage->file, end - size, &record) ||
            sizeof(record) + record.room != size)
            break;
        end -= size;
        rc = take(salvage, end, &record);
    }
    return rc;
}

/* What the walks do not reach between two damaged places, chains may. */
static int walk_chain(const struct salvage *salvage, uint32_t bucket, uint32_t hash_size)
{
    uint64_t most = salvage->file.len / sizeof(struct tdb_layout_record);
    uint64_t at = tdb_layout_word(salvage->file.at + tdb_layout_chain(bucket));
    struct tdb_layout_record record;
    int rc = 0;

    for (; rc == 0 && at != 0 && most-- > 0 && tdb_record_read(salvage->file, at, &record);
         at = record.next) {
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

    memcpy(&header, salvage->file.at, sizeof(header));
    plausible = header.hash_size != 0 && tdb_layout_chain(header.hash_size) <= salvage->file.len;
    if (plausible)
        rc = walk_forward(salvage, header.hash_size, &stop);
    if (rc == 0 && !is_cut(salvage, stop))
        rc = walk_back(salvage);
    for (uint32_t bucket = 0; plausible && rc == 0 && bucket < header.hash_size; bucket++)
        rc = walk_chain(salvage, bucket, header.hash_size);
    return rc;
}

int salvage_records(const struct index_file *file,
                    int (*found)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct salvage salvage = {.file = file->content, .found = found, .context = context};
    CLEANUP_FREE uint8_t *taken = NULL;

    if (file->content.len < sizeof(struct tdb_layout_header))
        return 0;
    salvage.taken = taken = calloc(file->content.len / 32 + 1, 1);
    return taken == NULL ? -ENOMEM : walk_all(&salvage);
}
