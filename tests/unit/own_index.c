#include "own_index.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_index.h"
#include "indexer/event.h"
#include "indexer/leases.h"

struct index *own_index(void)
{
    struct index *index = NULL;

    reports_start(&own_reports);
    ck_assert_int_eq(index_open(own_path("state"), &own_reports.sink, &index), 0);
    reports_expect_none(&own_reports);
    return index;
}

void own_index_end(struct index *index, int expected)
{
    check_index(index);
    ck_assert_int_eq(index_commit(index), expected);
    index_close(index);
}

struct libvirt_dirs own_dirs(void)
{
    static char definitions[300];

    snprintf(definitions, sizeof(definitions), "%s/definitions", own_dir());
    return (struct libvirt_dirs){own_dir(), definitions};
}

static struct ip ip_of(const char *text)
{
    struct ip ip;

    ck_assert_msg(ip_parse(text, &ip) == 0, "%s", text);
    return ip;
}

void own_expect_lease(struct index *index, const char *network, const char *ip_text, const char *text)
{
    char mac[HWADDR_TEXT_SIZE], found[600];
    struct ip ip = ip_of(ip_text);
    struct lease lease;
    int rc = leases_get(index, network, &ip, &lease);

    if (text == NULL) {
        ck_assert_msg(rc == -ENOENT, "%s is there", ip_text);
        return;
    }
    ck_assert_msg(rc == 0, "%s is not there", ip_text);
    ck_assert(lease_valid(&lease));
    ck_assert((lease.refused[0] != '\0') == (lease.reason != REFUSAL_NONE));
    snprintf(found, sizeof(found), "%s %s%s%s %" PRIu64 " %u", hwaddr_format(&lease.hwaddr, mac),
             lease.refused[0] != '\0' ? "(" : "",
             lease.refused[0] != '\0' ? lease.refused
             : lease.host[0] != '\0'  ? lease.host
                                      : "-",
             lease.refused[0] != '\0' ? ")" : "", lease.expiry, lease.owner);
    ck_assert_msg(strcmp(found, text) == 0, "%s is \"%s\" instead of \"%s\"", ip_text, found, text);
}

struct ips {
    struct ip at[64];
    size_t count;
};

static int collect(void *context, const struct lease *lease)
{
    struct ips *ips = context;

    ck_assert_uint_lt(ips->count, 64);
    ips->at[ips->count++] = lease->ip;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return ip_compare(a, b);
}

static void append_ip(char *text, size_t size, const struct ip *ip)
{
    char ip_text[IP_TEXT_SIZE];
    size_t len = strlen(text);

    snprintf(text + len, size - len, "%s%s", len > 0 ? " " : "", ip_format(ip, ip_text));
}

void own_expect_leases(struct index *index, const char *network, const char *expected)
{
    struct ips ips = {.count = 0};
    char text[64 * IP_TEXT_SIZE] = "";

    ck_assert_int_eq(leases_each(index, network, collect, &ips), 0);
    qsort(ips.at, ips.count, sizeof(*ips.at), compare);
    for (size_t i = 0; i < ips.count; i++)
        append_ip(text, sizeof(text), &ips.at[i]);
    if (strcmp(text, expected) != 0)
        ck_abort_msg("leases: \"%s\" instead of \"%s\"", text, expected);
}

void own_expect_answers(struct index *index, const char *host, const char *expected)
{
    struct key key = key_named(KEY_HOST, bytes_of(host));
    CLEANUP_VALUE struct value value;
    const struct claim_time when = index_time(index);
    char text[64 * IP_TEXT_SIZE] = "";
    struct unpacker u;
    struct claim claim;

    store_get(index->store, &key, &value);
    for (u = unpacker_of(value_bytes(&value)); claim_next(&u, &claim);) {
        if (claim_level(&claim, &when) != LEVEL_NONE)
            append_ip(text, sizeof(text), &claim.ip);
    }
    ck_assert_msg(strcmp(text, expected) == 0, "%s is \"%s\" instead of \"%s\"", host, text, expected);
}

void own_hook_lease(struct index *index, const char *network, const char *ip, const char *mac,
                    const char *host, uint64_t expiry)
{
    struct lease lease = {.expiry = expiry, .owner = OWNER_HOOK, .ip = ip_of(ip)};

    strcpy(lease.network, network);
    ck_assert_int_eq(hwaddr_parse(mac, &lease.hwaddr), 0);
    lease_set_name(&lease, host, "");
    lease.seen = index_stamp(index);
    lease.heard = index_stamp(index);
    ck_assert_int_eq(leases_put(index, &lease), 1);
}

void own_remove_lease(struct index *index, const char *network, const char *ip_text)
{
    struct ip ip = ip_of(ip_text);
    struct lease lease;

    ck_assert_int_eq(leases_get(index, network, &ip, &lease), 0);
    ck_assert_int_eq(leases_remove(index, &lease), 0);
}
