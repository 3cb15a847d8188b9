#include "index_fixture.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "check_index.h"
#include "test_case.h"

static size_t problems;
static char last_problem[512];

static void note_problem(void *context, const char *what, const char *why)
{
    (void)context;
    problems++;
    snprintf(last_problem, sizeof(last_problem), "%s: %s", what, why);
}

static const struct report report = {.problem = note_problem};
static char state_dir[256], networks_dir[256], definitions_dir[256];

static void make_dir(char *to, const char *name)
{
    snprintf(to, sizeof(state_dir), "%s", own_path(name));
    ck_assert(mkdir(to, 0755) == 0 || errno == EEXIST);
}

void fixture_setup(void)
{
    make_dir(state_dir, "state");
    make_dir(networks_dir, "networks");
    make_dir(definitions_dir, "definitions");
    ck_assert(mkdir(own_path("definitions/qemu"), 0755) == 0 || errno == EEXIST);
}

const char *fixture_state_dir(void)
{
    return state_dir;
}

struct libvirt_dirs fixture_dirs(void)
{
    return (struct libvirt_dirs){networks_dir, definitions_dir};
}

size_t fixture_problems(void)
{
    size_t count = problems;

    problems = 0;
    return count;
}

const char *fixture_last_problem(void)
{
    return last_problem;
}

struct index *fixture_open(void)
{
    struct index *index = NULL;

    ck_assert_int_eq(index_open(state_dir, &report, &index), 0);
    return index;
}

struct index *fixture_open_read(void)
{
    struct index *index = NULL;

    ck_assert_int_eq(index_open_read(state_dir, &report, &index), 0);
    return index;
}

void fixture_commit(struct index *index, int expected)
{
    ck_assert_int_eq(index_commit(index), expected);
    check_index(index);
    index_close(index);
}

static void put_file(const char *dir, const char *name, const char *text)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (text == NULL)
        ck_assert_int_eq(unlink(path), 0);
    else
        write_file(path, bytes_of(text));
}

void fixture_network_file(const char *name, const char *text)
{
    put_file(networks_dir, name, text);
}

void fixture_definition(const char *name, const char *text)
{
    char file[300];

    snprintf(file, sizeof(file), "qemu/%s", name);
    put_file(definitions_dir, file, text);
}

struct lease lease_of(const char *network, const char *ip, const char *mac, const char *host, uint64_t heard)
{
    struct lease lease = {.seen = heard, .heard = heard};

    strcpy(lease.network, network);
    ck_assert_int_eq(ip_parse(ip, &lease.ip), 0);
    if (mac != NULL)
        ck_assert_int_eq(hwaddr_parse(mac, &lease.hwaddr), 0);
    lease_set_name(&lease, host, "");
    return lease;
}

static struct key key_of(enum key_kind kind, const char *name)
{
    return kind == KEY_HOST ? host_key(name) : kind == KEY_GUEST ? guest_key(name) : address_key(name);
}

const char *answers(struct index *index, enum key_kind kind, const char *name, uint64_t now)
{
    static char text[4096];
    CLEANUP_VALUE struct value value;
    struct key key = key_of(kind, name);
    const struct claim_time when = {.now = now};
    char *end = text;
    struct claim claim;
    struct unpacker u;

    *end = '\0';
    ck_assert_int_le(store_get(index->store, &key, &value), 0);
    for (u = unpacker_of(value_bytes(&value)); claim_next(&u, &claim);) {
        char ip[IP_TEXT_SIZE];

        if (claim_level(&claim, &when) == LEVEL_NONE)
            continue;
        end += sprintf(end, "%s", end > text ? " " : "");
        if (kind == KEY_ADDRESS)
            end += sprintf(end, "%.*s", (int)claim.label.len, (const char *)claim.label.at);
        else
            end += sprintf(end, (claim.flags & CLAIM_LAST_RESORT) != 0 ? "(%s)" : "%s",
                           ip_format(&claim.ip, ip));
    }
    return text;
}
