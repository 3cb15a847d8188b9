#include "check_index.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/cleanup.h"
#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/machines.h"
#include "schema/suffix.h"

struct checking {
    struct index *index;
    struct outputs expected;
    size_t leases;
    size_t machine_leases;
    size_t claims;
};

static int expect_outputs(void *context, const struct lease *lease)
{
    struct checking *checking = context;

    checking->leases += lease->hwaddr.len > 0;
    ck_assert_int_eq(derive_outputs(checking->index, lease, &checking->expected), 0);
    return 0;
}

static bool same_claim(const struct claim *a, const struct claim *b)
{
    uint8_t left[CLAIM_PACKED_MAX], right[CLAIM_PACKED_MAX];
    struct packer p = {left, left + sizeof(left), false}, q = {right, right + sizeof(right), false};

    claim_pack(&p, a);
    claim_pack(&q, b);
    return p.at - left == q.at - right && memcmp(left, right, (size_t)(p.at - left)) == 0;
}

static bool is_expected(const struct checking *checking, struct bytes key, const struct claim *claim)
{
    for (size_t i = 0; i < checking->expected.count; i++) {
        const struct output *output = checking->expected.at[i];

        struct claim own = *claim;

        own.flags &= (uint8_t)~CLAIM_OUTRANKED; /* follows from the record's other claims */
        if (bytes_equal(key_bytes(&output->key), key) && same_claim(&output->claim, &own))
            return true;
    }
    return false;
}

/* The first claim of each address must be in the order of answers. */
static void check_order(const struct claim *before, const struct claim *claim, bool first)
{
    if (!first && ip_compare(&before->ip, &claim->ip) != 0 && before->ip.len != 0 && claim->ip.len != 0)
        ck_assert_int_lt(claim_compare(before, claim), 0);
}

static int check_claims(void *context, struct bytes key, struct bytes value)
{
    struct checking *checking = context;
    struct unpacker u = unpacker_of(value);
    struct claim claim, leader = {0};
    bool first = true;

    while (claim_next(&u, &claim)) {
        bool leads = first || ip_compare(&leader.ip, &claim.ip) != 0;

        if (leads) {
            check_order(&leader, &claim, first);
            leader = claim;
        }
        first = false;
        if ((claim.flags & CLAIM_PRESENCE) != 0)
            continue;
        checking->claims++;
        ck_assert_msg(is_expected(checking, key, &claim), "a claim in %.*s follows from no lease",
                      (int)key.len, (const char *)key.at);
    }
    ck_assert(!u.bad);
    return 0;
}

static int check_machine(void *context, struct bytes key, struct bytes value)
{
    struct checking *checking = context;
    struct unpacker u = unpacker_of(value);
    struct machine_guest guest;
    struct machine_lease entry;
    uint16_t guests = machine_guest_count(&u);

    while (guests-- > 0)
        ck_assert(machine_next_guest(&u, &guest));
    while (machine_next_lease(&u, &entry)) {
        struct lease lease;
        struct key own;

        ck_assert_int_eq(machine_lease_get(checking->index->store, &entry, &lease), 0);
        own = key_machine(&lease.hwaddr);
        ck_assert(bytes_equal(key_bytes(&own), key));
        checking->machine_leases++;
    }
    ck_assert(!u.bad);
    return 0;
}

static bool stands_under(struct index *index, const char *suffix, struct bytes network)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    struct key key = key_named(KEY_SUFFIX, bytes_of(suffix));

    return store_get(index->store, &key, &value) == 0 && suffix_lists(value_bytes(&value), network);
}

/* Every network stands under its own name, and under all its suffixes. */
static int check_network(void *context, struct bytes key, struct bytes value)
{
    struct checking *checking = context;
    struct index *index = checking->index;
    struct bytes name = {key.at + 1, key.len - 1};
    CLEANUP_FREE char *text = strndup((const char *)name.at, name.len);
    struct network network;

    ck_assert(network_unpack(value, &network));
    ck_assert(text[0] == '\0' || stands_under(index, text, name));
    ck_assert(network.name[0] == '\0' || stands_under(index, network.name, name));
    ck_assert(network.domain[0] == '\0' || stands_under(index, network.domain, name));
    for (size_t i = 0; i < network.suffix_count; i++)
        ck_assert(stands_under(index, network.suffixes[i], name));
    ck_assert(stands_under(index, "", name) == (network.suffix_count > 0 || network.domain[0] != '\0'));
    return 0;
}

/* And no network stands where it does not belong. */
static int check_suffix(void *context, struct bytes key, struct bytes value)
{
    struct checking *checking = context;
    struct bytes suffix = {key.at + 1, key.len - 1};
    struct unpacker u = unpacker_of(value);

    while (unpack_left(&u) > 0) {
        struct bytes listed = unpack_short(&u);
        CLEANUP_FREE char *name = strndup((const char *)listed.at, listed.len);
        struct network network;
        bool belongs;

        ck_assert_int_eq(index_network(checking->index, name, &network), 0);
        belongs = name_equal_bytes(suffix, listed) || name_equal_bytes(suffix, bytes_of(network.name)) ||
                  name_equal_bytes(suffix, bytes_of(network.domain)) ||
                  (suffix.len == 0 && (network.suffix_count > 0 || network.domain[0] != '\0'));
        for (size_t i = 0; i < network.suffix_count; i++)
            belongs = belongs || name_equal_bytes(suffix, bytes_of(network.suffixes[i]));
        ck_assert_msg(belongs, "%s does not belong under %.*s", name, (int)suffix.len,
                      (const char *)suffix.at);
    }
    ck_assert(!u.bad);
    return 0;
}

void check_index(struct index *index)
{
    struct checking checking = {.index = index};

    ck_assert_int_eq(leases_each(index, NULL, expect_outputs, &checking), 0);
    ck_assert_int_eq(entries_each(index, NULL, expect_outputs, &checking), 0);
    ck_assert_int_eq(store_each(index->store, KEY_HOST, check_claims, &checking), 0);
    ck_assert_int_eq(store_each(index->store, KEY_GUEST, check_claims, &checking), 0);
    ck_assert_int_eq(store_each(index->store, KEY_ADDRESS, check_claims, &checking), 0);
    ck_assert_uint_eq(checking.claims, checking.expected.count);
    ck_assert_int_eq(store_each(index->store, KEY_MACHINE, check_machine, &checking), 0);
    ck_assert_uint_eq(checking.machine_leases, checking.leases);
    ck_assert_int_eq(store_each(index->store, KEY_NETWORK, check_network, &checking), 0);
    ck_assert_int_eq(store_each(index->store, KEY_SUFFIX, check_suffix, &checking), 0);
    outputs_free(&checking.expected);
}
