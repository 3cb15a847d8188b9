#include "records.h"

#include <stdio.h>
#include <stdlib.h>

#include "trouble.h"

static void print_problem(void *context, const char *what, const char *why)
{
    (void)context;
    printf("%s: %s\n", what, why);
}

static int take(void *context, struct bytes key, struct bytes value)
{
    struct records *records = context;
    struct kept_record *kept;

    records->at = reallocarray(records->at, records->count + 1, sizeof(*records->at));
    if (records->at == NULL)
        trouble("no memory");
    kept = &records->at[records->count++];
    if (!key_copy(key, &kept->key))
        trouble("a key is too long");
    kept->value = (struct value){malloc(value.len + 1), value.len};
    memcpy(kept->value.at, value.at, value.len);
    return 0;
}

static int compare(struct bytes a, struct bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = memcmp(a.at, b.at, common);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *a, const void *b)
{
    return compare(key_bytes(&((const struct kept_record *)a)->key),
                   key_bytes(&((const struct kept_record *)b)->key));
}

bool records_load(const char *directory, struct records *records)
{
    const struct report report = {.problem = print_problem};
    struct store *store = NULL;
    int rc = store_open(directory, STORE_READ, &report, &store);

    *records = (struct records){NULL, 0};
    if (rc < 0 || store_damaged(store) || !store_verified(store)) {
        printf("the index is damaged\n");
        store_close(store);
        return false;
    }
    rc = store_each_record(store, take, records);
    store_close(store);
    qsort(records->at, records->count, sizeof(*records->at), by_key);
    return rc == 0;
}

void records_free(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        value_free(&records->at[i].value);
    free(records->at);
}

static int against(const void *key, const void *record)
{
    return compare(*(const struct bytes *)key, key_bytes(&((const struct kept_record *)record)->key));
}

const struct kept_record *records_find(const struct records *records, struct bytes key)
{
    return bsearch(&key, records->at, records->count, sizeof(*records->at), against);
}
