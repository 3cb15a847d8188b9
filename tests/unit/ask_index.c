#include "ask_index.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "nss/mapping.h"
#include "schema/limits.h"
#include "schema/paths.h"

static struct tdb_context *db;  /* while records are put */
static struct mapping *mapping; /* while questions are asked */

void index_begin(void)
{
    db = build_open(test_path(INDEX_FILE), 7, SCHEMA_VERSION);
}

void index_split(void)
{
    struct meta meta = {.version = SCHEMA_VERSION, .generation = 1, .base = 1, .base_id = 4711};
    struct key key = key_single(KEY_META);
    char name[BASE_NAME_SIZE];
    uint8_t packed[META_PACKED];

    meta_pack(&meta, packed);
    index_put(key, (struct bytes){packed, sizeof(packed)});
    build_close(db);
    ck_assert_int_eq(rename(test_path(INDEX_FILE), test_path(base_name(meta.base, name))), 0);
    meta.generation++;
    db = build_open_as(test_path(INDEX_FILE), 7, &meta);
}

void index_end(void)
{
    if (db != NULL)
        build_close(db);
    mapping_close(mapping);
    unlink(test_path(INDEX_FILE));
}

/* Makes sure that records can be put. */
static void open_again(void)
{
    if (db != NULL)
        return;
    mapping_close(mapping);
    mapping = NULL;
    db = tdb_open(test_path(INDEX_FILE), 0, TDB_NOLOCK | TDB_NOSYNC, O_RDWR | O_CLOEXEC, 0);
    ck_assert_ptr_nonnull(db);
}

void index_put(struct key key, struct bytes value)
{
    open_again();
    build_put(db, key_bytes(&key), value);
}

void index_remove(struct key key)
{
    open_again();
    ck_assert_int_eq(tdb_delete(db, (TDB_DATA){.dptr = key.at, .dsize = key.len}), 0);
}

void index_put_claims(struct key key, const struct claim *claims, size_t count)
{
    open_again();
    build_claims(db, key, claims, count);
}

void index_use(const char *directory)
{
    mapping_close(mapping);
    ck_assert_int_eq(mapping_open(directory, NULL, &mapping), 0);
}

const struct view *index_view(void)
{
    if (db != NULL) {
        build_close(db);
        db = NULL;
        ck_assert_int_eq(mapping_open(test_path("."), NULL, &mapping), 0);
    }
    return &mapping->view;
}

static char *print_name(char *at, const struct full_name *name)
{
    at += sprintf(at, "%.*s", (int)name->label.len, (const char *)name->label.at);
    if (name->domain.len > 0)
        at += sprintf(at, ".%.*s", (int)name->domain.len, (const char *)name->domain.at);
    return at;
}

const char *ask_name(enum lookup_kind kind, const char *name, int family)
{
    static char text[4096];
    struct name_answer answer;
    struct address_walk walk;
    struct ip ip;
    size_t count = 0;
    char *at = text;
    struct question question;
    int error;

    question_name(&question, kind, name);
    error = lookup_name(index_view(), &question, family, &answer);
    if (error < 0)
        return strerrorname_np(-error);
    at = print_name(at, &answer.name);
    at += sprintf(at, ":");
    for (walk = address_walk(&answer); address_next(&answer, &walk, &ip); count++) {
        char address[IP_TEXT_SIZE];

        at += sprintf(at, " %s", ip_format(&ip, address));
    }
    ck_assert_uint_eq(count, answer.count);
    return text;
}

const char *ask_address(enum lookup_kind kind, const char *address)
{
    static char text[4096];
    struct address_answer answer;
    struct question question;
    struct name_walk walk;
    struct full_name name;
    struct ip ip;
    size_t count = 0;
    char *at = text;
    int error;

    ck_assert_int_eq(ip_parse(address, &ip), 0);
    question_address(&question, kind, &ip);
    error = lookup_address(index_view(), &question, &ip, &answer);
    if (error < 0)
        return strerrorname_np(-error);
    for (walk = name_walk(&answer); name_next(&answer, &walk, &name); count++) {
        at += sprintf(at, "%s", count == 0 ? "" : " ");
        at = print_name(at, &name);
    }
    ck_assert_uint_eq(count, answer.count);
    ck_assert_uint_eq((size_t)(at - text) + 1, answer.text_size);
    return text;
}

struct claim expiring(struct claim claim, int seconds_from_now)
{
    claim.expiry = (uint64_t)(time(NULL) + seconds_from_now);
    return claim;
}

struct claim with_domain(struct claim claim, const char *domain)
{
    claim.domain = bytes_of(domain);
    return claim;
}

struct claim in_network(struct claim claim, const char *network)
{
    claim.network = bytes_of(network);
    return claim;
}
