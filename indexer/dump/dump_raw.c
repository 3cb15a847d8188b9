#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "indexer/cleanup.h"
#include "indexer/escape.h"

struct lines {
    char **at;
    size_t count;
};

static void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->at[i]);
    free(lines->at);
}

static int collect(void *context, struct bytes key, struct bytes value)
{
    struct lines *lines = context;
    CLEANUP_FREE char *left = escape_binary(key);
    CLEANUP_FREE char *right = escape_binary(value);
    char **more = reallocarray(lines->at, lines->count + 1, sizeof(char *));

    if (more != NULL)
        lines->at = more;
    if (more == NULL || left == NULL || right == NULL ||
        asprintf(&lines->at[lines->count], "%s = %s", left, right) < 0)
        return -ENOMEM;
    lines->count++;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int dump_raw(struct index *index, const struct dump_query *query, FILE *to)
{
    __attribute__((cleanup(lines_free))) struct lines lines = {NULL, 0};
    int rc = store_each_record(index->store, collect, &lines);

    (void)query;
    if (rc < 0)
        return rc;
    if (lines.count > 0)
        qsort(lines.at, lines.count, sizeof(char *), compare);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(to, "%s\n", lines.at[i]);
    return 0;
}
