/* Keys: what each kind looks like, and taking a lease's key apart; the names of bases. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/key.h"
#include "schema/paths.h"
#include "test_case.h"

#define X15 "xxxxxxxxxxxxxxx"
#define X63 X15 X15 X15 X15 "xxx"

/* A key, or part of one, with the NULs that stand in it. */
#define BYTES(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

static void expect_key(const struct key *key, struct bytes expected)
{
    ck_assert_uint_eq(key->len, expected.len);
    ck_assert_mem_eq(key->at, expected.at, expected.len);
}

static struct ip ip_of(const char *text)
{
    struct ip ip;

    ck_assert_int_eq(ip_parse(text, &ip), 0);
    return ip;
}

START_TEST(layout)
{
    struct ip v4 = ip_of("10.0.0.255"), v6 = ip_of("2001:db8::1");
    struct hwaddr mac = {.known = true, .type = 6, .len = 2, .octets = {0xaa, 0}};
    struct key key = key_single(KEY_META);

    expect_key(&key, BYTES("V"));
    key = key_single(KEY_STATE);
    expect_key(&key, BYTES("S"));
    key = key_lease("", &v4);
    expect_key(&key, BYTES("L\0\x0a\0\0\xff"));
    key = key_lease("virbr0", &v6);
    expect_key(&key, BYTES("Lvirbr0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"));
    key = key_address(&v4);
    expect_key(&key, BYTES("a\x0a\0\0\xff"));
    key = key_machine(&mac);
    expect_key(&key, BYTES("m\x06\xaa\0"));
    mac.len = 0;
    key = key_machine(&mac);
    expect_key(&key, BYTES("m\x06"));
}
END_TEST

START_TEST(names_fold)
{
    const struct bytes name = BYTES("Web\xc3\x89.LAB");
    struct key key = key_named(KEY_HOST, name);

    expect_key(&key, BYTES("hweb\xc3\x89.lab"));
    key = key_named(KEY_GUEST, name);
    expect_key(&key, BYTES("gweb\xc3\x89.lab"));
    key = key_named(KEY_SOURCE, name);
    expect_key(&key, BYTES("sWeb\xc3\x89.LAB"));
    key = key_named(KEY_NETWORK, name);
    expect_key(&key, BYTES("nWeb\xc3\x89.LAB"));
    key = key_named(KEY_NETWORK, (struct bytes){NULL, 0});
    expect_key(&key, BYTES("n"));
}
END_TEST

/* A longer name than any key takes is cut: the caller was to check, and memory stays whole. */
START_TEST(room)
{
    uint8_t long_name[2 * KEY_MAX];
    struct key key;

    memset(long_name, 'X', sizeof(long_name));
    key = key_named(KEY_HOST, (struct bytes){long_name, KEY_MAX - 1});
    ck_assert_uint_eq(key.len, KEY_MAX);
    ck_assert_uint_eq(key.at[KEY_MAX - 1], 'x');
    for (size_t len = KEY_MAX; len <= sizeof(long_name); len++) {
        key = key_named(KEY_HOST, (struct bytes){long_name, len});
        ck_assert_uint_eq(key.len, KEY_MAX);
    }
}
END_TEST

START_TEST(lease_round_trip)
{
    static const char *const networks[] = {"", "virbr0", X63};
    static const char *const ips[] = {"0.0.0.0", "255.255.255.255", "10.0.0.1", "::", "2001:db8::1"};

    for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
        for (size_t j = 0; j < sizeof(ips) / sizeof(ips[0]); j++) {
            struct ip ip = ip_of(ips[j]);
            struct key lease = key_lease(networks[i], &ip);
            struct key entry = key_entry(4, 255, networks[i], &ip);
            struct entry_key parsed;

            ck_assert_int_eq(key_entry_parse(key_bytes(&lease), &parsed), 0);
            ck_assert_int_eq(parsed.kind, 0);
            ck_assert_int_eq(parsed.alias, 0);
            ck_assert_str_eq(parsed.network, networks[i]);
            ck_assert_mem_eq(&parsed.ip, &ip, sizeof(ip));
            ck_assert_int_eq(key_entry_parse(key_bytes(&entry), &parsed), 0);
            ck_assert_int_eq(parsed.kind, 4);
            ck_assert_int_eq(parsed.alias, 255);
            ck_assert_str_eq(parsed.network, networks[i]);
            ck_assert_mem_eq(&parsed.ip, &ip, sizeof(ip));
        }
    }
}
END_TEST

static const struct bytes no_leases[] = {
    {NULL, 0},
    BYTES("L"),
    BYTES("L\0"),
    BYTES("Lvirbr0"),
    BYTES("Lvirbr0\0"),
    BYTES("Lvirbr0\0\x0a\0\0"),
    BYTES("Lvirbr0\0\x0a\0\0\x01\0"),
    BYTES("Lvirbr0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"),
    BYTES("Lvirbr0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01"),
    BYTES("hvirbr0\0\x0a\0\0\x01"),
    BYTES("lvirbr0\0\x0a\0\0\x01"),
    BYTES("La/b\0\x0a\0\0\x01"),
    BYTES("L.a\0\x0a\0\0\x01"),
    BYTES("La b\0\x0a\0\0\x01"),
    BYTES("La\xff\0\x0a\0\0\x01"),
    BYTES("L" X63 "x\0\x0a\0\0\x01"),
    BYTES("E"),
    BYTES("E\x01"),
    BYTES("E\x01\x02"),
    BYTES("E\0\0virbr0\0\x0a\0\0\x01"),
    BYTES("E\x01\0virbr0\0\x0a\0\0"),
    BYTES("E\x01\0a/b\0\x0a\0\0\x01"),
};

START_TEST(lease_refused)
{
    struct bytes key = no_leases[_i];
    /* Of its exact size: a sanitizer sees what is read behind it. */
    uint8_t *copy = malloc(key.len + 1), *exact = copy + 1;
    struct entry_key parsed;

    if (key.len > 0)
        memcpy(exact, key.at, key.len);
    ck_assert_int_eq(key_entry_parse((struct bytes){exact, key.len}, &parsed), -EBADMSG);
    free(copy);
}
END_TEST

START_TEST(no_key_refused)
{
    struct entry_key parsed;

    ck_assert_int_eq(key_entry_parse((struct bytes){NULL, 0}, &parsed), -EBADMSG);
}
END_TEST

START_TEST(base_names)
{
    char name[BASE_NAME_SIZE];

    ck_assert_str_eq(base_name(0, name), "base-0.tdb");
    ck_assert_str_eq(base_name(9, name), "base-9.tdb");
    ck_assert_str_eq(base_name(10, name), "base-10.tdb");
    ck_assert_str_eq(base_name(UINT64_MAX, name), "base-18446744073709551615.tdb");
    ck_assert_uint_eq(strlen(name) + 1, BASE_NAME_SIZE);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("keys");

    tcase_add_test(tcase, layout);
    tcase_add_test(tcase, names_fold);
    tcase_add_test(tcase, room);
    tcase_add_test(tcase, lease_round_trip);
    tcase_add_loop_test(tcase, lease_refused, 0, (int)(sizeof(no_leases) / sizeof(no_leases[0])));
    tcase_add_test(tcase, no_key_refused);
    tcase_add_test(tcase, base_names);
    return test_case_run(tcase);
}
