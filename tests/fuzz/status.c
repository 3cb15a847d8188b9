/*
 * A `.status` file of any bytes: read as the network's leases, mirrored by an event, and its text changed
 * without a parser as with one.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "indexer/cleanup.h"
#include "indexer/json_text.h"
#include "indexer/leases.h"
#include "indexer/lease_list.h"
#include "indexer/status.h"
#include "indexer/status_entry.h"
#include "indexer/status_mirror.h"

#define NETWORK "br0"
/* Entries whose text is cut out: each takes a parser. */
#define CUT_MOST 4

static int collect(void *context, const struct lease *lease)
{
    EXPECT(lease_valid(lease) && strcmp(lease->network, NETWORK) == 0);
    return lease_list_add(context, lease);
}

static void remove_entries(struct json_object *array, const struct ip *ip)
{
    for (size_t i = json_object_array_length(array); i-- > 0;) {
        struct ip other;

        if (status_entry_ip(json_object_array_get_idx(array, i), &other) && ip_compare(&other, ip) == 0)
            json_object_array_del_idx(array, i, 1);
    }
}

/* NULL where it is no array. */
static struct json_object *parse(const char *text, size_t len)
{
    struct json_object *array = NULL;
    int rc = json_parse_array(text, len, &array);

    EXPECT(rc == 0 || rc == -EBADMSG);
    return array;
}

/* What is cut out of our text is what a parser would have taken out. */
static void cut(struct bytes ours, const struct ip *ip)
{
    struct status_text text = {malloc(ours.len + 1), ours.len};
    CLEANUP_JSON struct json_object *expected = parse((const char *)ours.at, ours.len);
    CLEANUP_JSON struct json_object *found = NULL;

    memcpy(text.at, ours.at, ours.len);
    text.at[ours.len] = '\0';
    remove_entries(expected, ip);
    EXPECT(status_text_cut(&text, ip) == 0);
    found = parse(text.at, text.len);
    EXPECT(found != NULL && json_object_equal(found, expected) == 1);
    free(text.at);
}

/* libvirtd takes every entry of what we write, or it would take none. */
static void expect_takeable(struct bytes ours)
{
    CLEANUP_JSON struct json_object *array = parse((const char *)ours.at, ours.len);

    EXPECT(array != NULL);
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        struct json_object *entry = json_object_array_get_idx(array, i);
        struct octets duid = {.len = 0};
        struct lease lease = {.expiry = 0};

        EXPECT(status_entry_read(entry, &lease, &duid) == NULL && status_entry_possible(&lease));
        EXPECT(json_object_object_get_ex(entry, "expiry-time", NULL));
    }
}

static void mirror(struct index *index, const struct lease_list *leases, const char *networks)
{
    CLEANUP_MIRROR struct status_mirror mirror;
    struct octets duid = {.len = 0};
    struct lease lease = {.hwaddr = {true, 1, 6, {2, 0, 0, 0, 0, 1}}, .ip = {IPV4_LEN, {192, 0, 2, 99}}};
    struct bytes ours;

    strcpy(lease.network, NETWORK);
    EXPECT(status_mirror_open(&mirror, index, networks, NETWORK) == 0);
    EXPECT(status_mirror_put(&mirror, &lease, "name", &duid) == 0);
    if (leases->count > 0)
        EXPECT(status_mirror_put(&mirror, &leases->at[0], lease_shown_name(&leases->at[0]), &duid) == 0);
    if (leases->count > 1)
        EXPECT(status_mirror_remove(&mirror, &leases->at[1].ip) == 0);
    EXPECT(status_mirror_prepare(&mirror) == 0);
    ours = (struct bytes){(const uint8_t *)mirror.text.at, mirror.text.len};
    expect_takeable(ours);
    cut(ours, &lease.ip);
    for (size_t i = 0; i < leases->count && i < CUT_MOST; i++)
        cut(ours, &leases->at[i].ip);
    EXPECT(status_mirror_write(&mirror) == 0);
}

/* Our own text, found again, is taken for that: nothing changes. */
static void read_again(struct index *index, const char *networks)
{
    CLEANUP_MIRROR struct status_mirror mirror;

    EXPECT(status_mirror_open(&mirror, index, networks, NETWORK) == 0);
    EXPECT(mirror.array == NULL && !mirror.damaged);
}

static void cut_anything(struct bytes data)
{
    struct status_text text = {malloc(data.len + 1), data.len};
    struct ip ip = {IPV4_LEN, {192, 0, 2, 1}};

    if (data.len > 0)
        memcpy(text.at, data.at, data.len);
    text.at[data.len] = '\0';
    status_text_cut(&text, &ip);
    EXPECT(text.len <= data.len && text.at[text.len] == '\0');
    free(text.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct libvirt_dirs dirs = {scratch_empty("networks"), "/nonexistent"};
    CLEANUP_LEASES struct lease_list leases = {NULL, 0, 0};
    struct index *index = NULL;

    cut_anything((struct bytes){data, size});
    scratch_write("networks/" NETWORK STATUS_SUFFIX, (struct bytes){data, size});
    EXPECT(index_open_read("/nonexistent", &fuzz_report, &index) == 0);
    EXPECT(status_refresh(index, &dirs) == 0);
    EXPECT(leases_each(index, NULL, collect, &leases) == 0);
    mirror(index, &leases, dirs.networks);
    read_again(index, dirs.networks);
    expect_sound(index);
    index_close(index);
    return 0;
}
