#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "dump.h"
#include "file_stats.h"
#include "indexer/cleanup.h"
#include "indexer/json_text.h"
#include "indexer/leases.h"
#include "schema/paths.h"
#include "table.h"

/* index.tdb, and a base. */
#define FILES_MAX 2

struct stats {
    uint64_t generation;
    uint64_t age; /* seconds since it was published */
    uint64_t records;
    uint64_t leases;
    size_t files;
    char names[FILES_MAX][BASE_NAME_SIZE];
    struct file_stats file[FILES_MAX];
};

static int count_record(void *context, struct bytes key, struct bytes value)
{
    struct stats *stats = context;

    (void)value;
    stats->records++;
    stats->leases += key.at[0] == KEY_LEASE;
    return 0;
}

/* A file of a damaged index is left out. */
static int take_file(struct stats *stats, const struct index_file *file, const char *name)
{
    int rc;

    if (!file->whole)
        return 0;
    rc = file_stats_take(file, &stats->file[stats->files]);
    snprintf(stats->names[stats->files], BASE_NAME_SIZE, "%s", name);
    stats->files++;
    return rc;
}

static int take(struct index *index, struct stats *stats)
{
    const struct published *published = store_published(index->store);
    char base[BASE_NAME_SIZE];
    struct stat st;
    time_t now = time(NULL);
    int rc;

    *stats = (struct stats){.generation = store_meta(index->store)->generation};
    if (fstat(published->index.fd, &st) < 0)
        return -errno;
    stats->age = now > st.st_mtime ? (uint64_t)(now - st.st_mtime) : 0;
    rc = store_each_record(index->store, count_record, stats);
    if (rc == 0)
        rc = take_file(stats, &published->index, INDEX_FILE);
    if (rc == 0)
        rc = take_file(stats, &published->base, base_name(published->index.meta.base, base));
    return rc;
}

static int add_row(struct table *table, const char *name, const struct file_stats *file)
{
    char size[24], records[24], gone[24], unused[24], chains[16], mean[16], longest[16];
    const char *cells[] = {name, size, records, gone, unused, chains, mean, longest};

    snprintf(size, sizeof(size), "%lu", (unsigned long)file->size);
    snprintf(records, sizeof(records), "%lu", (unsigned long)file->records);
    snprintf(gone, sizeof(gone), "%lu", (unsigned long)file->gone);
    snprintf(unused, sizeof(unused), "%lu", (unsigned long)file->unused);
    snprintf(chains, sizeof(chains), "%u", file->chains);
    snprintf(mean, sizeof(mean), "%.2f", file_stats_mean(file));
    snprintf(longest, sizeof(longest), "%u", file->longest);
    return table_add(table, cells);
}

int dump_stats(struct index *index, const struct dump_query *query, FILE *to)
{
    static const char *const head[] = {"FILE",   "SIZE",   "RECORDS",    "GONE",
                                       "UNUSED", "CHAINS", "MEAN CHAIN", "LONGEST"};
    CLEANUP_TABLE struct table table = {.columns = sizeof(head) / sizeof(head[0])};
    struct stats stats;
    int rc = take(index, &stats);

    (void)query;
    if (rc == 0)
        rc = table_add(&table, head);
    for (size_t i = 0; rc == 0 && i < stats.files; i++)
        rc = add_row(&table, stats.names[i], &stats.file[i]);
    if (rc < 0)
        return rc;
    fprintf(to, "generation %lu, published %lu s ago\n", (unsigned long)stats.generation,
            (unsigned long)stats.age);
    fprintf(to, "leases: %lu, records: %lu\n\n", (unsigned long)stats.leases, (unsigned long)stats.records);
    table_print(&table, to);
    return 0;
}

static int add_file(struct json_object *files, const char *name, const struct file_stats *file)
{
    struct json_object *object = json_object_new_object();
    int rc;

    if (object == NULL || json_object_array_add(files, object) != 0) {
        json_object_put(object);
        return -ENOMEM;
    }
    rc = json_add(object, "name", json_object_new_string(name));
    if (rc == 0)
        rc = json_add_number(object, "size", file->size);
    if (rc == 0)
        rc = json_add_number(object, "records", file->records);
    if (rc == 0)
        rc = json_add_number(object, "gone", file->gone);
    if (rc == 0)
        rc = json_add_number(object, "unused", file->unused);
    if (rc == 0)
        rc = json_add_number(object, "chains", file->chains);
    if (rc == 0)
        rc = json_add_number(object, "chains-filled", file->filled);
    if (rc == 0)
        rc = json_add(object, "chain-mean", json_object_new_double(file_stats_mean(file)));
    return rc < 0 ? rc : json_add_number(object, "chain-longest", file->longest);
}

static int add_files(struct json_object *object, const struct stats *stats)
{
    struct json_object *files = json_object_new_array();
    int rc = json_add(object, "files", files);

    for (size_t i = 0; rc == 0 && i < stats->files; i++)
        rc = add_file(files, stats->names[i], &stats->file[i]);
    return rc;
}

int dump_stats_json(struct index *index, const struct dump_query *query, FILE *to)
{
    CLEANUP_JSON struct json_object *object = json_object_new_object();
    struct stats stats;
    int rc = take(index, &stats);

    (void)query;
    if (object == NULL)
        return -ENOMEM;
    if (rc == 0)
        rc = json_add_number(object, "version", store_meta(index->store)->version);
    if (rc == 0)
        rc = json_add_number(object, "generation", stats.generation);
    if (rc == 0)
        rc = json_add_number(object, "age", stats.age);
    if (rc == 0)
        rc = json_add_number(object, "leases", stats.leases);
    if (rc == 0)
        rc = json_add_number(object, "records", stats.records);
    if (rc == 0)
        rc = add_files(object, &stats);
    return rc < 0 ? rc : json_print(object, to);
}
