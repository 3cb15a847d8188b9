/* Claims: there and back, their order, and which stand for the same. */
#include <stdlib.h>
#include <string.h>

#include "schema/claim.h"
#include "schema/limits.h"
#include "test_case.h"

static struct ip ip_of(const char *text)
{
    struct ip ip = {.len = 0};

    if (text != NULL)
        ck_assert_int_eq(ip_parse(text, &ip), 0);
    return ip;
}

static size_t pack(const struct claim *claim, uint8_t *to)
{
    struct packer p = {to, to + CLAIM_PACKED_MAX, false};

    claim_pack(&p, claim);
    ck_assert(!p.full);
    return (size_t)(p.at - to);
}

static void expect_equal(const struct claim *a, const struct claim *b)
{
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_int_eq((int)a->reason, (int)b->reason);
    ck_assert(bytes_equal(a->network, b->network));
    ck_assert(bytes_equal(a->label, b->label));
    ck_assert(bytes_equal(a->domain, b->domain));
    ck_assert_uint_eq(a->expiry, b->expiry);
    ck_assert_uint_eq(a->order, b->order);
    ck_assert_mem_eq(&a->ip, &b->ip, sizeof(a->ip));
}

/* The bytes are the format: they stay. */
START_TEST(layout)
{
    static const uint8_t expected[] = {0x18, 0,    1,    'n', 1,    'W',  1,   'd', /* texts */
                                       0x05, 0x04, 0x03, 2,   0x01,                 /* expiry */
                                       0x06, 0x05, 0x04, 3,   0x02, 0x01, 192, 0,   2, 1};
    static const uint8_t presence[] = {0x07, 10, 1, 'n', 0, 0};
    struct claim claim = {.flags = CLAIM_RUNNING | CLAIM_HEARD,
                          .network = bytes_of("n"),
                          .label = bytes_of("W"),
                          .domain = bytes_of("d"),
                          .expiry = UINT64_C(0x0102030405),
                          .order = UINT64_C(0x010203040506),
                          .ip = ip_of("192.0.2.1")};
    uint8_t packed[CLAIM_PACKED_MAX];

    ck_assert_uint_eq(pack(&claim, packed), sizeof(expected));
    ck_assert_mem_eq(packed, expected, sizeof(expected));
    claim = (struct claim){.flags = CLAIM_GUEST | CLAIM_PRESENCE | CLAIM_WITHHELD,
                           .reason = REFUSAL_GUEST_STOPPED,
                           .network = bytes_of("n")};
    ck_assert_uint_eq(pack(&claim, packed), sizeof(presence));
    ck_assert_mem_eq(packed, presence, sizeof(presence));
}
END_TEST

/* Texts of every length from none to the longest, and the greatest numbers; several in a row. */
START_TEST(round_trip)
{
    static char text[GUEST_MAX + 1];
    const size_t lengths[] = {0, 1, LABEL_MAX, DOMAIN_MAX, GUEST_MAX};
    uint8_t *value = malloc(10 * CLAIM_PACKED_MAX);
    struct packer p = {value, value + 10 * CLAIM_PACKED_MAX, false};
    struct claim claims[10], claim;
    struct unpacker u;

    memset(text, 0xfe, sizeof(text));
    for (size_t i = 0; i < 10; i++) {
        struct bytes name = {(const uint8_t *)text, lengths[i % 5]};

        claims[i] = (struct claim){
            .flags = i < 5 ? CLAIM_IPV6 | CLAIM_GUEST : CLAIM_WITHHELD,
            .reason = (enum refusal)i,
            .network = {(const uint8_t *)text, i % 2 == 0 ? NETWORK_MAX : 0},
            .label = name,
            .domain = {(const uint8_t *)text, name.len > DOMAIN_MAX ? DOMAIN_MAX : name.len},
            .expiry = i % 3 == 0 ? SECONDS_MAX : i,
            .order = i % 3 == 1 ? MILLIS_MAX : i,
            .ip = ip_of(i < 5 ? "ffff:ffff::ffff" : "255.255.255.255"),
        };
        claim_pack(&p, &claims[i]);
    }
    ck_assert(!p.full);
    u = unpacker_of((struct bytes){value, (size_t)(p.at - value)});
    for (size_t i = 0; i < 10; i++) {
        ck_assert(claim_next(&u, &claim));
        expect_equal(&claim, &claims[i]);
    }
    ck_assert(!claim_next(&u, &claim));
    ck_assert(!u.bad);
    free(value);
}
END_TEST

START_TEST(longest_fits)
{
    static uint8_t text[255];
    struct bytes longest = {text, sizeof(text)};
    struct claim claim = {.flags = CLAIM_IPV6,
                          .network = longest,
                          .label = longest,
                          .domain = longest,
                          .expiry = SECONDS_MAX,
                          .order = MILLIS_MAX,
                          .ip = ip_of("::")};
    uint8_t packed[CLAIM_PACKED_MAX];

    ck_assert_uint_eq(pack(&claim, packed), CLAIM_PACKED_MAX);
}
END_TEST

START_TEST(empty_record)
{
    struct unpacker u = unpacker_of((struct bytes){NULL, 0});
    struct claim claim;

    ck_assert(!claim_next(&u, &claim));
    ck_assert(!u.bad);
}
END_TEST

/* What no writer of this version writes: a reason, and a network, that there is not. */
START_TEST(rules)
{
    static const uint8_t network[NETWORK_MAX + 1];
    const struct {
        int reason;
        size_t network_len;
        bool good;
    } cases[] = {{REFUSAL_LAST, NETWORK_MAX, true},
                 {REFUSAL_LAST + 1, NETWORK_MAX, false},
                 {255, 0, false},
                 {0, NETWORK_MAX + 1, false}};
    uint8_t packed[CLAIM_PACKED_MAX];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct claim claim = {.network = {network, cases[i].network_len}, .ip = ip_of("10.0.0.1")};
        size_t len = pack(&claim, packed);
        struct unpacker u = unpacker_of((struct bytes){packed, len});

        packed[1] = (uint8_t)cases[i].reason;
        ck_assert_msg(claim_next(&u, &claim) == cases[i].good, "case %zu", i);
        ck_assert(u.bad == !cases[i].good);
    }
}
END_TEST

static const struct {
    uint8_t flags;
    uint64_t expiry;
    uint64_t order;
    const char *ip; /* NULL: a presence */
    const char *network;
    const char *label;
} sorted[] = {
    /* Running guests first, then whoever was heard from last, whatever the expiry says. */
    {CLAIM_RUNNING | CLAIM_HEARD, 1, 900, "10.0.0.9", "n", "x"},
    {CLAIM_RUNNING | CLAIM_HEARD, 0, 800, "10.0.0.8", "n", "x"},
    {CLAIM_RUNNING | CLAIM_HEARD, 9, 700, "10.0.0.9", "n", "x"},
    {CLAIM_RUNNING, 0, 9999, "10.0.0.1", "n", "x"},
    {CLAIM_HEARD, 5, 9999, "10.0.0.200", "n", "x"},
    {CLAIM_HEARD, 0, 9998, "10.0.0.1", "n", "x"},
    {CLAIM_HEARD, 5, 9998, "10.0.0.2", "n", "x"},
    {CLAIM_HEARD, 5, 0, "10.0.0.2", "n", "x"},
    /* From files: expiry, where 0 is the latest, then the place. */
    {0, 0, 2, "10.0.0.3", "n", "x"},
    {0, 0, 1, "10.0.0.2", "n", "x"},
    {0, SECONDS_MAX, 1, "10.0.0.2", "n", "x"},
    {0, 6, 1, "10.0.0.2", "n", "x"},
    {0, 5, MILLIS_MAX, "10.0.0.2", "n", "x"},
    {0, 5, 7, "10.0.0.2", "n", "x"},
    {0, 5, 6, "10.0.0.1", "n", "x"},
    /* The address, IPv4 first; the network, the label. */
    {0, 5, 6, "10.0.0.2", "", "x"},
    {0, 5, 6, "10.0.0.2", "m", "x"},
    {0, 5, 6, "10.0.0.2", "n", ""},
    {0, 5, 6, "10.0.0.2", "n", "X"},
    {0, 5, 6, "10.0.0.2", "n", "x"},
    {0, 5, 6, "10.0.0.2", "n", "xx"},
    {0, 5, 6, "10.0.0.2", "nn", "a"},
    {CLAIM_IPV6, 5, 6, "::1", "a", "a"},
    {CLAIM_IPV6, 5, 6, "::2", "a", "a"},
    {0, 5, 5, "10.0.0.1", "n", "x"},
    {0, 1, 6, "10.0.0.1", "n", "x"},
};

#define SORTED ((int)(sizeof(sorted) / sizeof(sorted[0])))

static struct claim nth(int n)
{
    return (struct claim){.flags = sorted[n].flags,
                          .network = bytes_of(sorted[n].network),
                          .label = bytes_of(sorted[n].label),
                          .expiry = sorted[n].expiry,
                          .order = sorted[n].order,
                          .ip = ip_of(sorted[n].ip)};
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

START_TEST(order)
{
    for (int i = 0; i < SORTED; i++) {
        for (int j = 0; j < SORTED; j++) {
            struct claim a = nth(i), b = nth(j);

            ck_assert_msg(sign(claim_compare(&a, &b)) == sign(i - j), "claims %d and %d: %d", i, j,
                          claim_compare(&a, &b));
        }
    }
}
END_TEST

/* What neither moves an answer nor makes another claim of it: a guest's name, being withheld. */
START_TEST(order_passes_over)
{
    struct claim a = nth(8), b = nth(8);

    b.flags |= CLAIM_GUEST | CLAIM_WITHHELD;
    b.reason = REFUSAL_GUEST_NAME;
    b.domain = bytes_of("lab");
    ck_assert_int_eq(claim_compare(&a, &b), 0);
    a.flags |= CLAIM_HEARD;
    b.flags |= CLAIM_HEARD;
    b.expiry = 1;
    ck_assert_int_eq(claim_compare(&a, &b), 0);
}
END_TEST

START_TEST(same)
{
    struct claim a = {.network = bytes_of("n"), .label = bytes_of("x"), .ip = ip_of("10.0.0.1")}, b = a;

    ck_assert(claim_same(&a, &b));
    b.flags = CLAIM_WITHHELD | CLAIM_RUNNING | CLAIM_HEARD;
    b.reason = REFUSAL_TAKEN;
    b.expiry = 9;
    b.order = 9;
    b.domain = bytes_of("lab");
    ck_assert(claim_same(&a, &b));
    b = a;
    b.flags = CLAIM_GUEST;
    ck_assert(!claim_same(&a, &b));
    b.flags = CLAIM_PRESENCE;
    ck_assert(!claim_same(&a, &b));
    b = a;
    b.network = bytes_of("N");
    ck_assert(!claim_same(&a, &b));
    b = a;
    b.label = bytes_of("X");
    ck_assert(!claim_same(&a, &b));
    b = a;
    b.ip = ip_of("10.0.0.2");
    ck_assert(!claim_same(&a, &b));
    b.ip = ip_of("::a00:1");
    ck_assert(!claim_same(&a, &b));
}
END_TEST

static enum claim_level level_at(const struct claim *claim, uint64_t now, uint32_t grace)
{
    const struct claim_time when = {now, grace};

    return claim_level(claim, &when);
}

START_TEST(levels)
{
    struct claim claim = {.expiry = 0};

    ck_assert_int_eq(level_at(&claim, 0, 0), LEVEL_LEASE);
    ck_assert_int_eq(level_at(&claim, UINT64_MAX, 0), LEVEL_LEASE);
    claim.expiry = 100;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_LEASE);
    ck_assert_int_eq(level_at(&claim, 100, 0), LEVEL_NONE);
    ck_assert_int_eq(level_at(&claim, 101, 0), LEVEL_NONE);
    claim.flags = CLAIM_GUEST | CLAIM_RUNNING | CLAIM_HEARD | CLAIM_IPV6;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_LEASE);
    claim.flags = CLAIM_STALE;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_LAST_RESORT);
    claim.flags = CLAIM_OUTRANKED;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_LAST_RESORT);
    claim.rank = RANK_STATIC;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_STATIC);
    claim.rank = RANK_RESERVED;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_RESERVED);
    claim.rank = RANK_ARP;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_ARP);
    claim.flags = CLAIM_WITHHELD;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_NONE);
    claim.flags = CLAIM_PRESENCE;
    ck_assert_int_eq(level_at(&claim, 99, 0), LEVEL_NONE);
}
END_TEST

START_TEST(grace)
{
    struct claim claim = {.flags = CLAIM_RUNNING, .expiry = 100};

    ck_assert_int_eq(level_at(&claim, 99, 50), LEVEL_LEASE);
    ck_assert_int_eq(level_at(&claim, 100, 50), LEVEL_GRACE);
    ck_assert_int_eq(level_at(&claim, 149, 50), LEVEL_GRACE);
    ck_assert_int_eq(level_at(&claim, 150, 50), LEVEL_NONE);
    ck_assert_int_eq(level_at(&claim, 100, 0), LEVEL_NONE);
    /* The latest expiry and the longest grace. */
    claim.expiry = SECONDS_MAX;
    ck_assert_int_eq(level_at(&claim, SECONDS_MAX, UINT32_MAX), LEVEL_GRACE);
    claim.flags = CLAIM_RUNNING | CLAIM_WITHHELD;
    ck_assert_int_eq(level_at(&claim, SECONDS_MAX, UINT32_MAX), LEVEL_NONE);
    claim.flags = 0;
    ck_assert_int_eq(level_at(&claim, SECONDS_MAX, UINT32_MAX), LEVEL_NONE);
    claim = (struct claim){.flags = CLAIM_RUNNING, .expiry = 100, .rank = RANK_ARP};
    ck_assert_int_eq(level_at(&claim, 120, 50), LEVEL_NONE);
}
END_TEST

START_TEST(best_levels)
{
    struct claim_levels best = CLAIM_LEVELS_NONE;
    const struct claim v4 = {.ip = {.len = IPV4_LEN}}, v6 = {.ip = {.len = IPV6_LEN}};

    ck_assert(!claim_answers(&best, &v4, LEVEL_NONE));
    claim_levels_note(&best, &v4, LEVEL_ARP);
    claim_levels_note(&best, &v4, LEVEL_LEASE);
    claim_levels_note(&best, &v4, LEVEL_GRACE);
    claim_levels_note(&best, &v6, LEVEL_GRACE);
    ck_assert(claim_answers(&best, &v4, LEVEL_LEASE));
    ck_assert(!claim_answers(&best, &v4, LEVEL_ARP));
    ck_assert(!claim_answers(&best, &v4, LEVEL_NONE));
    ck_assert(claim_answers(&best, &v6, LEVEL_GRACE));
    ck_assert(!claim_answers(&best, &v6, LEVEL_LEASE));
}
END_TEST

START_TEST(precedence)
{
    const struct claim fixed = {.rank = RANK_STATIC, .order = 1};
    const struct claim lease = {.rank = RANK_LEASE, .order = 2};
    const struct claim running = {.rank = RANK_LEASE, .flags = CLAIM_RUNNING | CLAIM_HEARD, .order = 2};
    const struct claim neighbour = {.rank = RANK_ARP, .flags = CLAIM_RUNNING | CLAIM_HEARD, .order = 3};
    const struct claim reserved = {.rank = RANK_RESERVED, .order = 4};

    ck_assert_int_lt(claim_compare(&fixed, &reserved), 0);
    ck_assert_int_lt(claim_compare(&reserved, &running), 0);
    ck_assert_int_lt(claim_compare(&fixed, &running), 0);
    ck_assert_int_lt(claim_compare(&running, &lease), 0);
    ck_assert_int_lt(claim_compare(&lease, &neighbour), 0);
    ck_assert_int_gt(claim_compare(&neighbour, &fixed), 0);
    ck_assert(!claim_same(&fixed, &lease));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("claims");

    tcase_add_test(tcase, layout);
    tcase_add_test(tcase, round_trip);
    tcase_add_test(tcase, longest_fits);
    tcase_add_test(tcase, empty_record);
    tcase_add_test(tcase, rules);
    tcase_add_test(tcase, order);
    tcase_add_test(tcase, order_passes_over);
    tcase_add_test(tcase, same);
    tcase_add_test(tcase, levels);
    tcase_add_test(tcase, grace);
    tcase_add_test(tcase, best_levels);
    tcase_add_test(tcase, precedence);
    return test_case_run(tcase);
}
