#include "host_index.h"

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "build_index.h"
#include "schema/limits.h"
#include "schema/paths.h"
#include "test_case.h"

static uint64_t last_generation = 10;

static void put_hosts(struct tdb_context *db, const char *name, int from, int to)
{
    for (int i = from; i < to; i++) {
        char ip[IP_TEXT_SIZE];
        struct claim claim;

        snprintf(ip, sizeof(ip), "192.0.2.%d", i);
        claim = claim_of(0, name, ip);
        build_claims(db, address_key(ip), &claim, 1);
    }
}

void publish_hosts(const char *name)
{
    const uint64_t generation = ++last_generation;
    struct meta meta = {
        .version = SCHEMA_VERSION, .generation = generation, .base = generation, .base_id = 4711};
    char base[BASE_NAME_SIZE];
    struct tdb_context *db = build_open_as(own_path(base_name(meta.base, base)), 7, &meta);

    put_hosts(db, name, 0, HOSTS / 2);
    build_close(db);
    db = build_open_as(own_path(NEW_FILE), 7, &meta);
    put_hosts(db, name, HOSTS / 2, HOSTS);
    build_close(db);
    if (access(own_path(INDEX_FILE), F_OK) == 0)
        build_announce(own_path(INDEX_FILE));
    ck_assert_int_eq(rename(own_path(NEW_FILE), own_path(INDEX_FILE)), 0);
    unlink(own_path(base_name(meta.base - 1, base)));
}

const char *hosts_base(void)
{
    static char name[BASE_NAME_SIZE];

    return base_name(last_generation, name);
}
