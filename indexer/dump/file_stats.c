#include "file_stats.h"

#include <errno.h>
#include <stdlib.h>

#include "indexer/cleanup.h"
#include "indexer/tdb_records.h"

static void count_record(struct file_stats *stats, uint32_t *lengths, const struct tdb_layout_record *record,
                         struct bytes key, struct bytes value)
{
    uint32_t *length = &lengths[record->hash % stats->chains];

    stats->records++;
    stats->gone += value.len == 0;
    stats->unused += record->room - TDB_LAYOUT_TAILER - key.len - value.len;
    stats->filled += *length == 0;
    if (++*length > stats->longest)
        stats->longest = *length;
}

static int count_all(struct bytes content, struct file_stats *stats, uint32_t *lengths)
{
    struct tdb_layout_record record;
    struct bytes key, value;

    for (uint64_t at = tdb_layout_chain(stats->chains); at < content.len;
         at += sizeof(record) + record.room) {
        if (!tdb_record_read(content, at, &record))
            return -EBADMSG;
        if (tdb_record_content(content, at, &record, &key, &value))
            count_record(stats, lengths, &record, key, value);
        else
            stats->unused += sizeof(record) + record.room;
    }
    return 0;
}

static int count_chains(const struct index_file *file, struct file_stats *stats)
{
    CLEANUP_FREE uint32_t *lengths = calloc(stats->chains, sizeof(*lengths));

    return lengths == NULL ? -ENOMEM : count_all(file->content, stats, lengths);
}

int file_stats_take(const struct index_file *file, struct file_stats *stats)
{
    *stats = (struct file_stats){.size = file->content.len, .chains = file->table.hash_size};
    return count_chains(file, stats);
}

double file_stats_mean(const struct file_stats *stats)
{
    return stats->filled == 0 ? 0 : (double)stats->records / stats->filled;
}
