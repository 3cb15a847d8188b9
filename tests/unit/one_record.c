#include "one_record.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/cache.h"
#include "schema/hash.h"
#include "schema/limits.h"
#include "test_case.h"

static uint64_t last_generation = 100;

static void build(const char *path, const struct meta *meta, const char *value)
{
    struct tdb_context *db = build_open_as(path, 7, meta);
    struct key key = host_key("name");

    if (value != NULL)
        build_put(db, key_bytes(&key), bytes_of(value));
    build_close(db);
}

/* Builds the next index.tdb and renames it into place. */
static void replace(const char *in, struct meta meta, const char *value, bool announce)
{
    char path[PATH_MAX], new[PATH_MAX];

    snprintf(path, sizeof(path), "%s/" INDEX_FILE, in);
    snprintf(new, sizeof(new), "%s/" NEW_FILE, in);
    meta.version = SCHEMA_VERSION;
    meta.generation = ++last_generation;
    build(new, &meta, value);
    if (announce && access(path, F_OK) == 0)
        build_announce(path);
    ck_assert_int_eq(rename(new, path), 0);
}

void publish(const char *value)
{
    publish_in(own_dir(), value);
}

void publish_in(const char *in, const char *value)
{
    replace(in, (struct meta){0}, value, true);
}

void publish_silently(const char *value)
{
    replace(own_dir(), (struct meta){0}, value, false);
}

void put_base(uint64_t generation, uint64_t id, const char *value)
{
    struct meta meta = {
        .version = SCHEMA_VERSION, .generation = generation, .base = generation, .base_id = id};
    char name[BASE_NAME_SIZE];

    build(own_path(base_name(generation, name)), &meta, value);
}

void publish_over(uint64_t base, uint64_t id, const char *value)
{
    replace(own_dir(), (struct meta){.base = base, .base_id = id}, value, true);
}

int value_in(const struct view *view, char *to)
{
    struct key key = host_key("name");
    struct bytes value;
    int error = view_find(view, key_bytes(&key), hash_bytes(key_bytes(&key)), &value);

    if (error == 0 && value.len >= VALUE_SIZE)
        error = -E2BIG;
    if (error < 0)
        return error;
    memcpy(to, value.at, value.len);
    to[value.len] = '\0';
    return 0;
}

int cached_value(const char *in, char *to)
{
    struct mapping *mapping;
    int error = cache_take(in, 0, &mapping);

    if (error < 0)
        return error;
    error = value_in(&mapping->view, to);
    cache_give(mapping);
    return error;
}

int open_error(void)
{
    struct mapping *mapping;
    int error = mapping_open(own_dir(), NULL, &mapping);

    if (error == 0)
        mapping_close(mapping);
    return error;
}
