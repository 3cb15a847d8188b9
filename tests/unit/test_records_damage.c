/*
 * Records from a damaged index: whatever a byte turns into, wherever a record ends, it is refused or it keeps
 * the rules. Each variant lies in memory of exactly its size, so that a sanitizer sees every read behind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "full_records.h"
#include "schema/claim.h"
#include "schema/key.h"
#include "schema/meta.h"
#include "test_case.h"

/* Looks at a value in every way there is: is it a whole record? Fails the test if it breaks a rule. */
typedef bool look(struct bytes value);

/* Check notes each of its assertions in a file: too slow for millions. */
#define EXPECT(rule)                                                                                         \
    do {                                                                                                     \
        if (!(rule))                                                                                         \
            ck_abort_msg("broken: %s", #rule);                                                               \
    } while (0)

static void expect_inside(struct bytes part, struct bytes whole)
{
    EXPECT(part.len == 0 ||
           (part.at >= whole.at && part.len <= whole.len && part.at + part.len <= whole.at + whole.len));
}

static const struct lease *the_lease(void)
{
    static struct lease lease;

    if (lease.ip.len == 0)
        full_lease(&lease, IPV6_LEN);
    return &lease;
}

static bool look_lease(struct bytes value)
{
    struct key key = key_lease(the_lease()->network, &the_lease()->ip);
    uint8_t packed[LEASE_PACKED_MAX];
    struct lease lease;
    int rc = lease_unpack(key_bytes(&key), value, &lease);

    if (rc < 0) {
        EXPECT(rc == -EBADMSG);
        return false;
    }
    EXPECT(lease_valid(&lease));
    EXPECT(lease.hwaddr.len <= HWADDR_MAX);
    /* There is one way only to write a lease. */
    EXPECT(bytes_equal((struct bytes){packed, lease_pack(&lease, packed)}, value));
    return true;
}

static bool look_lease_key(struct bytes key)
{
    uint8_t packed[LEASE_PACKED_MAX];
    struct bytes value = {packed, lease_pack(the_lease(), packed)};
    struct lease lease;
    struct key again;
    int rc = lease_unpack(key, value, &lease);

    if (rc < 0) {
        EXPECT(rc == -EBADMSG);
        return false;
    }
    EXPECT(lease_valid(&lease));
    again = key_lease(lease.network, &lease.ip);
    EXPECT(bytes_equal(key_bytes(&again), key));
    return true;
}

static bool look_claims(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct claim claim;

    while (claim_next(&u, &claim)) {
        EXPECT((int)claim.reason <= REFUSAL_LAST);
        EXPECT(claim.network.len <= NETWORK_MAX);
        expect_inside(claim.network, value);
        expect_inside(claim.label, value);
        expect_inside(claim.domain, value);
        EXPECT(claim.ip.len == ((claim.flags & CLAIM_PRESENCE) != 0 ? 0
                                : (claim.flags & CLAIM_IPV6) != 0   ? IPV6_LEN
                                                                    : IPV4_LEN));
    }
    return !u.bad;
}

static bool look_machine(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    uint16_t guests = machine_guest_count(&u);
    struct machine_guest guest;
    struct machine_lease lease;

    for (; guests > 0 && machine_next_guest(&u, &guest); guests--) {
        EXPECT(guest.network.len <= NETWORK_MAX);
        EXPECT(guest.name.len > 0);
        expect_inside(guest.network, value);
        expect_inside(guest.name, value);
    }
    while (machine_next_lease(&u, &lease)) {
        EXPECT(lease.ip.len == IPV4_LEN || lease.ip.len == IPV6_LEN);
        EXPECT(lease.network.len <= NETWORK_MAX);
        expect_inside(lease.network, value);
    }
    return !u.bad;
}

static bool look_source(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct source source;
    struct source_item item;

    if (!source_unpack(&u, &source))
        return false;
    while (source_next_item(&u, &item)) {
        EXPECT(item.guest.len > 0);
        EXPECT(item.hwaddr.len <= HWADDR_MAX);
        EXPECT(item.hwaddr.known || item.hwaddr.len == 0);
        expect_inside(item.guest, value);
    }
    return !u.bad;
}

static bool look_state(struct bytes value)
{
    struct state state;
    bool good = state_unpack(value, &state);

    EXPECT(strnlen(state.host, sizeof(state.host)) <= LABEL_MAX);
    EXPECT(!good || (state.next_source >= OWNER_FIRST_FILE && state.clock <= MILLIS_MAX));
    return good;
}

static bool look_network(struct bytes value)
{
    struct network network;

    return network_unpack(value, &network);
}

static bool look_meta(struct bytes value)
{
    struct meta meta;
    int rc = meta_unpack(value, &meta);

    EXPECT(rc == 0 || rc == -EBADMSG || rc == -EPROTONOSUPPORT);
    return rc == 0;
}

static struct bytes packed_lease(void)
{
    uint8_t packed[LEASE_PACKED_MAX];
    size_t len = lease_pack(the_lease(), packed);
    uint8_t *copy = malloc(len);

    memcpy(copy, packed, len);
    return (struct bytes){copy, len};
}

static struct bytes packed_lease_key(void)
{
    struct key key = key_lease(the_lease()->network, &the_lease()->ip);
    uint8_t *copy = malloc(key.len);

    memcpy(copy, key.at, key.len);
    return (struct bytes){copy, key.len};
}

static const struct {
    const char *name;
    struct bytes (*make)(void);
    look *look;
    size_t whole; /* how many of its truncations are whole records */
} kinds[] = {
    {"lease", packed_lease, look_lease, 0},
    {"lease key", packed_lease_key, look_lease_key, 1}, /* IPv4 */
    {"claims", full_claims, look_claims, 3},            /* 0, 1, 2 claims */
    {"machine", full_machine, look_machine, 2},         /* 0, 1 leases */
    {"source", full_source, look_source, 3},            /* 0, 1, 2 items */
    {"state", full_state, look_state, 1},
    /* as of version 1 */ {"network", full_network, look_network, 1},
    /* as of version 2 */
    {"meta", full_meta, look_meta, 0},
};

#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

START_TEST(truncated)
{
    struct bytes value = kinds[_i].make();
    size_t whole = 0;

    for (size_t len = 0; len < value.len; len++) {
        uint8_t *exact = malloc(len);

        memcpy(exact, value.at, len);
        whole += kinds[_i].look((struct bytes){exact, len});
        free(exact);
    }
    ck_assert_msg(whole == kinds[_i].whole, "%s: %zu whole ones", kinds[_i].name, whole);
    ck_assert_msg(kinds[_i].look(value), "%s", kinds[_i].name);
    ck_assert_msg(!kinds[_i].look((struct bytes){NULL, 0}) || kinds[_i].make == full_claims, "%s",
                  kinds[_i].name);
    free((void *)value.at);
}
END_TEST

START_TEST(corrupted)
{
    struct bytes value = kinds[_i].make();
    uint8_t *bytes = (uint8_t *)value.at; /* of malloc() */

    for (size_t at = 0; at < value.len; at++) {
        uint8_t was = bytes[at];

        for (int xor = 1; xor < 256; xor ++) {
            bytes[at] = (uint8_t)(was ^ xor);
            kinds[_i].look(value);
        }
        bytes[at] = was;
    }
    ck_assert(kinds[_i].look(value));
    free(bytes);
}
END_TEST

/* Trailing bytes: where a record has an end, nothing may follow it. */
START_TEST(followed)
{
    uint8_t packed[LEASE_PACKED_MAX + 1];
    size_t len = lease_pack(the_lease(), packed);

    packed[len] = 0;
    ck_assert(look_lease((struct bytes){packed, len}));
    ck_assert(!look_lease((struct bytes){packed, len + 1}));
}
END_TEST

START_TEST(noise)
{
    srandom(4711);
    for (int round = 0; round < 20000; round++) {
        size_t len = (size_t)(random() % 80);
        uint8_t *bytes = malloc(len);

        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(random() % 4 == 0 ? random() : random() % 8);
        kinds[_i].look((struct bytes){bytes, len});
        free(bytes);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("records_damage");

    tcase_add_loop_test(tcase, truncated, 0, KINDS);
    tcase_add_loop_test(tcase, corrupted, 0, KINDS);
    tcase_add_loop_test(tcase, noise, 0, KINDS);
    tcase_add_test(tcase, followed);
    return test_case_run(tcase);
}
