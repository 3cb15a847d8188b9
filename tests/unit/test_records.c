/* Records of the index: the bytes that they are, there and back, and the rules of what is in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "full_records.h"
#include "schema/key.h"
#include "schema/meta.h"
#include "schema/network.h"
#include "schema/suffix.h"
#include "test_case.h"

static const struct meta whole_meta = {
    .version = SCHEMA_VERSION,
    .generation = UINT64_C(0x0102030405060708),
    .records = 0x0a0b0c0d,
    .base = UINT64_C(0x1112131415161718),
    .base_id = UINT64_C(0x2122232425262728),
    .replaced = UINT64_C(0x3132333435363738),
};

static void expect_meta(const struct meta *parsed, const struct meta *expected)
{
    ck_assert_uint_eq(parsed->version, expected->version);
    ck_assert_uint_eq(parsed->generation, expected->generation);
    ck_assert_uint_eq(parsed->records, expected->records);
    ck_assert_uint_eq(parsed->base, expected->base);
    ck_assert_uint_eq(parsed->base_id, expected->base_id);
    ck_assert_uint_eq(parsed->replaced, expected->replaced);
}

START_TEST(meta_layout)
{
    static const uint8_t expected[META_PACKED] = {
        'l',  'v',  'i',  'n',  'd',  'e',  'x',  0,    SCHEMA_VERSION, 0, 0, 0, /* magic, version */
        8,    7,    6,    5,    4,    3,    2,    1,                             /* generation */
        0xd,  0xc,  0xb,  0xa,                                                   /* records */
        0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,                          /* base */
        0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,                          /* base id */
        0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,                          /* replaced */
    };
    struct meta parsed;
    uint8_t packed[META_PACKED + 1];

    meta_pack(&whole_meta, packed);
    ck_assert_mem_eq(packed, expected, META_PACKED);
    /* Fields that a later writer of this version may append are passed over. */
    for (size_t more = 0; more <= 1; more++) {
        ck_assert_int_eq(meta_unpack((struct bytes){packed, META_PACKED + more}, &parsed), 0);
        expect_meta(&parsed, &whole_meta);
    }
}
END_TEST

/* Version 1 had no bases: what stands in their place is not read. */
START_TEST(meta_version_1)
{
    const size_t size = 24;
    struct meta first = whole_meta;
    uint8_t packed[META_PACKED];
    struct meta parsed;

    first.version = 1;
    meta_pack(&first, packed);
    first.base = first.base_id = first.replaced = 0;
    for (size_t more = 0; more <= META_PACKED - size; more++) {
        ck_assert_int_eq(meta_unpack((struct bytes){packed, size + more}, &parsed), 0);
        expect_meta(&parsed, &first);
    }
    for (size_t len = 0; len < size; len++)
        ck_assert_int_eq(meta_unpack((struct bytes){packed, len}, &parsed), -EBADMSG);
}
END_TEST

/* A base has its random number; where there is none, one of the two is damaged. */
START_TEST(meta_without_base)
{
    struct meta meta = {.version = SCHEMA_VERSION, .generation = 1};
    uint8_t packed[META_PACKED];
    struct meta parsed;

    meta_pack(&meta, packed);
    ck_assert_int_eq(meta_unpack((struct bytes){packed, META_PACKED}, &parsed), 0);
    meta.base_id = UINT64_C(1) << 63;
    meta_pack(&meta, packed);
    ck_assert_int_eq(meta_unpack((struct bytes){packed, META_PACKED}, &parsed), -EBADMSG);
}
END_TEST

START_TEST(meta_refused)
{
    struct meta meta = {.version = SCHEMA_VERSION + 1, .generation = 1};
    uint8_t packed[META_PACKED];
    struct meta parsed;

    meta_pack(&meta, packed);
    /* The first twelve bytes keep their place: that is enough to tell the version. */
    for (size_t len = 12; len <= META_PACKED; len++) {
        ck_assert_int_eq(meta_unpack((struct bytes){packed, len}, &parsed), -EPROTONOSUPPORT);
        ck_assert_uint_eq(parsed.version, SCHEMA_VERSION + 1);
    }
    for (size_t len = 0; len < 12; len++)
        ck_assert_int_eq(meta_unpack((struct bytes){packed, len}, &parsed), -EBADMSG);
    meta.version = SCHEMA_OLDEST - 1;
    meta_pack(&meta, packed);
    ck_assert_int_eq(meta_unpack((struct bytes){packed, META_PACKED}, &parsed), -EPROTONOSUPPORT);
    meta.version = SCHEMA_VERSION;
    meta_pack(&meta, packed);
    for (size_t len = 0; len < META_PACKED; len++)
        ck_assert_int_eq(meta_unpack((struct bytes){packed, len}, &parsed), -EBADMSG);
    for (size_t i = 0; i < META_MAGIC_SIZE; i++) {
        packed[i] ^= 1;
        ck_assert_int_eq(meta_unpack((struct bytes){packed, META_PACKED}, &parsed), -EBADMSG);
        packed[i] ^= 1;
    }
}
END_TEST

START_TEST(lease_layout)
{
    static const uint8_t expected[] = {
        0x07, 1,    0x02, 0x01,         /* flags, reason, owner */
        5,    4,    3,    2,    1,      /* expiry */
        6,    5,    4,    3,    2,   1, /* seen */
        0xf6, 5,    4,    3,    2,   1, /* heard */
        6,    2,    0xaa, 0xbb,         /* MAC */
        0x78, 0x56, 0x34, 0x12,         /* IAID */
        2,    0xd1, 0xd2, 1,    'h', 1, 'd', 1, 'i', 2, 'r', '.',
    };
    struct lease lease = {.network = "n",
                          .hwaddr = {true, 6, 2, {0xaa, 0xbb}},
                          .has_iaid = true,
                          .temporary = true,
                          .iaid = 0x12345678,
                          .client_id = {2, {0xd1, 0xd2}},
                          .owner = 0x0102,
                          .expiry = UINT64_C(0x0102030405),
                          .seen = UINT64_C(0x010203040506),
                          .heard = UINT64_C(0x0102030405f6),
                          .host = "h",
                          .domain = "d",
                          .interface = "i",
                          .refused = "r.",
                          .reason = REFUSAL_BY_DNSMASQ};
    uint8_t packed[LEASE_PACKED_MAX];

    ck_assert_uint_eq(lease_pack(&lease, packed), sizeof(expected));
    ck_assert_mem_eq(packed, expected, sizeof(expected));
}
END_TEST

static void expect_equal(const struct lease *a, const struct lease *b)
{
    ck_assert_str_eq(a->network, b->network);
    ck_assert_int_eq(ip_compare(&a->ip, &b->ip), 0);
    ck_assert(hwaddr_equal(&a->hwaddr, &b->hwaddr));
    ck_assert(a->has_iaid == b->has_iaid && a->temporary == b->temporary);
    ck_assert_uint_eq(a->iaid, b->iaid);
    ck_assert(octets_equal(&a->client_id, &b->client_id));
    ck_assert_uint_eq(a->owner, b->owner);
    ck_assert_uint_eq(a->expiry, b->expiry);
    ck_assert_uint_eq(a->seen, b->seen);
    ck_assert_uint_eq(a->heard, b->heard);
    ck_assert_str_eq(a->host, b->host);
    ck_assert_str_eq(a->domain, b->domain);
    ck_assert_str_eq(a->interface, b->interface);
    ck_assert_str_eq(a->refused, b->refused);
    ck_assert_int_eq((int)a->reason, (int)b->reason);
}

static void expect_round_trip(const struct lease *lease)
{
    struct key key = key_lease(lease->network, &lease->ip);
    uint8_t packed[LEASE_PACKED_MAX];
    size_t len = lease_pack(lease, packed);
    struct lease parsed;

    ck_assert_uint_le(len, LEASE_PACKED_MAX);
    ck_assert(lease_valid(lease));
    ck_assert_int_eq(lease_unpack(key_bytes(&key), (struct bytes){packed, len}, &parsed), 0);
    expect_equal(&parsed, lease);
}

START_TEST(lease_round_trip)
{
    struct lease lease;

    full_lease(&lease, IPV6_LEN);
    expect_round_trip(&lease);
    full_lease(&lease, IPV4_LEN);
    expect_round_trip(&lease);
    memset(&lease, 0, sizeof(lease));
    lease.ip.len = IPV4_LEN;
    expect_round_trip(&lease);
    lease.hwaddr = (struct hwaddr){.known = true, .type = 0x20};
    lease.has_iaid = true;
    expect_round_trip(&lease);
}
END_TEST

/* Every rule of lease_valid(), each broken alone; none may come out of an index either. */
START_TEST(lease_rules)
{
    static const char *const names[] = {
        "host alone is fine", "network", "address",   "expiry", "seen",      "heard",          "reason",
        "temporary",          "host",    "localhost", "domain", "host gone", "domain too long"};
    struct lease lease;
    struct key key;
    uint8_t packed[LEASE_PACKED_MAX];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        full_lease(&lease, IPV4_LEN);
        if (i == 1)
            strcpy(lease.network, "a/b");
        else if (i == 2)
            lease.ip.len = 0;
        else if (i == 3)
            lease.expiry = SECONDS_MAX + 1;
        else if (i == 4)
            lease.seen = MILLIS_MAX + 1;
        else if (i == 5)
            lease.heard = MILLIS_MAX + 1;
        else if (i == 6)
            lease.reason = (enum refusal)(REFUSAL_LAST + 1);
        else if (i == 7)
            lease.has_iaid = false;
        else if (i == 8)
            strcpy(lease.host, "a.b");
        else if (i == 9)
            strcpy(lease.host, "LOCALhost");
        else if (i == 10)
            strcpy(lease.domain, "a..b");
        else if (i == 11)
            lease.host[0] = '\0';
        else if (i == 12)
            strcat(lease.domain, "x");
        ck_assert_msg(lease_valid(&lease) == (i == 0), "%s", names[i]);
        if (i == 3 || i == 4 || i == 5) /* does not fit its bytes on disk */
            continue;
        key = key_lease(lease.network, &lease.ip);
        ck_assert_msg(lease_unpack(key_bytes(&key), (struct bytes){packed, lease_pack(&lease, packed)},
                                   &lease) == (i == 0 ? 0 : -EBADMSG),
                      "%s", names[i]);
    }
}
END_TEST

START_TEST(lease_qualified_name)
{
    struct lease lease = {.host = "web", .domain = "lab.example"};
    char text[DOMAIN_MAX + 1];

    ck_assert_ptr_eq(lease_qualified(&lease, text), text);
    ck_assert_str_eq(text, "web.lab.example");
    lease.domain[0] = '\0';
    ck_assert_str_eq(lease_qualified(&lease, text), "");
    full_lease(&lease, IPV4_LEN);
    ck_assert_uint_eq(strlen(lease_qualified(&lease, text)), DOMAIN_MAX);
}
END_TEST

START_TEST(machine_record)
{
    static const uint8_t expected[] = {1, 0, 1, 1, 'n', 1, 'g', 4 | 4 << 5, 192, 0, 2, 1, 1, 'n'};
    struct bytes value = full_machine();
    struct unpacker u = unpacker_of(value);
    struct machine_guest guest = {true, bytes_of("n"), bytes_of("g")};
    struct machine_lease lease = {KIND_ARP, {IPV4_LEN, {192, 0, 2, 1}}, bytes_of("n")};
    uint8_t packed[sizeof(expected)];
    struct packer p = {packed, packed + sizeof(packed), false};

    pack_uint(&p, 1, 2);
    machine_pack_guest(&p, &guest);
    machine_pack_lease(&p, &lease);
    ck_assert(!p.full);
    ck_assert_mem_eq(packed, expected, sizeof(expected));

    ck_assert_uint_eq(machine_guest_count(&u), 2);
    ck_assert(machine_next_guest(&u, &guest));
    ck_assert(guest.running);
    ck_assert_uint_eq(guest.network.len, NETWORK_MAX);
    ck_assert_uint_eq(guest.name.len, GUEST_MAX);
    ck_assert(machine_next_guest(&u, &guest));
    ck_assert(!guest.running);
    ck_assert_uint_eq(guest.network.len, 0);
    ck_assert(bytes_equal(guest.name, bytes_of("g")));
    ck_assert(machine_next_lease(&u, &lease));
    ck_assert_uint_eq(lease.ip.len, IPV6_LEN);
    ck_assert_uint_eq(lease.network.len, NETWORK_MAX);
    ck_assert(machine_next_lease(&u, &lease));
    ck_assert_uint_eq(lease.ip.len, IPV4_LEN);
    ck_assert_uint_eq(lease.network.len, 0);
    ck_assert(!machine_next_lease(&u, &lease));
    ck_assert(!u.bad);
    free((void *)value.at);
}
END_TEST

START_TEST(source_record)
{
    static const uint8_t head[] = {2, 1, 1, 0, 0, 0, 0, 0, 0, 0x80, 2, 0, 0, 0};
    struct bytes value = full_source();
    struct unpacker u = unpacker_of(value);
    struct source source;
    struct source_item item;

    ck_assert_mem_eq(value.at, head, sizeof(head));
    ck_assert(source_unpack(&u, &source));
    ck_assert_uint_eq(value.len - unpack_left(&u), SOURCE_PACKED);
    ck_assert_uint_eq(source.number, 0x0102);
    ck_assert_uint_eq(source.identity.device, UINT64_C(1) | UINT64_C(0x80) << 56);
    ck_assert_uint_eq(source.identity.inode, 2);
    ck_assert_uint_eq(source.identity.size, 3);
    ck_assert_uint_eq(source.identity.mtime, 4);
    ck_assert_uint_eq(source.identity.ctime, 5);
    ck_assert_uint_eq(source.digest, UINT64_MAX);
    ck_assert(source_next_item(&u, &item));
    ck_assert_uint_eq(item.guest.len, GUEST_MAX);
    ck_assert(item.hwaddr.known);
    ck_assert_uint_eq(item.hwaddr.type, 0xff);
    ck_assert_uint_eq(item.hwaddr.len, HWADDR_MAX);
    ck_assert(source_next_item(&u, &item));
    ck_assert(bytes_equal(item.guest, bytes_of("g")));
    ck_assert(!item.hwaddr.known);
    ck_assert(source_next_item(&u, &item));
    ck_assert(item.hwaddr.known);
    ck_assert_uint_eq(item.hwaddr.type, 0x20);
    ck_assert_uint_eq(item.hwaddr.len, 0);
    ck_assert(!source_next_item(&u, &item));
    ck_assert(!u.bad);
    free((void *)value.at);
}
END_TEST

START_TEST(state_record)
{
    static const uint8_t expected[] = {6, 5, 4, 3, 2, 1, 2, 1, 1, 'h', 5, 4, 3, 2, 1};
    struct state state = {UINT64_C(0x010203040506), 0x0102, "h", UINT64_C(0x0102030405)}, parsed;
    uint8_t packed[STATE_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};

    state_pack(&p, &state);
    ck_assert_uint_eq((size_t)(p.at - packed), sizeof(expected));
    ck_assert_mem_eq(packed, expected, sizeof(expected));
    ck_assert(state_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    ck_assert_uint_eq(parsed.clock, state.clock);
    ck_assert_uint_eq(parsed.next_source, state.next_source);
    ck_assert_str_eq(parsed.host, "h");
    ck_assert_uint_eq(parsed.prune_at, state.prune_at);
    /* Version 1 had no time to prune at. */
    ck_assert(state_unpack((struct bytes){packed, sizeof(expected) - 5}, &parsed));
    ck_assert_str_eq(parsed.host, "h");
    ck_assert_uint_eq(parsed.prune_at, 0);
    /* Numbers below are not those of files. */
    packed[6] = OWNER_FIRST_FILE - 1;
    packed[7] = 0;
    ck_assert(!state_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    packed[6] = OWNER_FIRST_FILE;
    ck_assert(state_unpack((struct bytes){packed, sizeof(expected)}, &parsed));

    memset(state.host, 'h', LABEL_MAX);
    state.host[LABEL_MAX] = '\0';
    p = (struct packer){packed, packed + sizeof(packed), false};
    state_pack(&p, &state);
    ck_assert(!p.full);
    ck_assert(state_unpack((struct bytes){packed, (size_t)(p.at - packed)}, &parsed));
    ck_assert_str_eq(parsed.host, state.host);
}
END_TEST

START_TEST(network_record)
{
    static const uint8_t expected[] = {1, 2,   0xd1, 0xd2, 3, 'l', 'a', 'b', 24,  64, 2,
                                       3, 'a', '.',  'b',  1, 'c', 3,   'd', '.', 'e'};
    struct network network = {.libvirt = true,
                              .server_duid = {2, {0xd1, 0xd2}},
                              .name = "lab",
                              .prefix_ipv4 = 24,
                              .prefix_ipv6 = 64,
                              .suffix_count = 2,
                              .suffixes = {"a.b", "c"},
                              .domain = "d.e"};
    uint8_t packed[NETWORK_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};
    struct network parsed;

    network_pack(&p, &network);
    ck_assert_uint_eq((size_t)(p.at - packed), sizeof(expected));
    ck_assert_mem_eq(packed, expected, sizeof(expected));
    ck_assert(network_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    ck_assert(parsed.libvirt);
    ck_assert(octets_equal(&parsed.server_duid, &network.server_duid));
    ck_assert_str_eq(parsed.name, "lab");
    ck_assert_uint_eq(parsed.prefix_ipv4, 24);
    ck_assert_uint_eq(parsed.prefix_ipv6, 64);
    ck_assert_uint_eq(parsed.suffix_count, 2);
    ck_assert_str_eq(parsed.suffixes[0], "a.b");
    ck_assert_str_eq(parsed.suffixes[1], "c");
    ck_assert_str_eq(parsed.domain, "d.e");
    packed[10] = SUFFIXES_MAX + 1;
    ck_assert(!network_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    packed[10] = 2;
    ck_assert(!network_unpack((struct bytes){packed, sizeof(expected) - 1}, &parsed));
    packed[0] = 2;
    ck_assert(!network_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    packed[0] = 1;
    packed[8] = 33;
    ck_assert(!network_unpack((struct bytes){packed, sizeof(expected)}, &parsed));
    packed[8] = 24;
    /* As it was in version 2. */
    ck_assert(network_unpack((struct bytes){packed, 10}, &parsed));
    ck_assert_str_eq(parsed.name, "lab");
    ck_assert_uint_eq(parsed.suffix_count, 0);
    ck_assert_str_eq(parsed.domain, "");

    network = (struct network){.libvirt = false, .server_duid = {.len = OCTETS_MAX}};
    p = (struct packer){packed, packed + sizeof(packed), false};
    network_pack(&p, &network);
    ck_assert(!p.full);
    ck_assert(network_unpack((struct bytes){packed, (size_t)(p.at - packed)}, &parsed));
    ck_assert(!parsed.libvirt);
    ck_assert_uint_eq(parsed.server_duid.len, OCTETS_MAX);
}
END_TEST

/* What names are answered with: the first suffix, else the domain, else nothing. */
START_TEST(suffix_of_network_record)
{
    static const struct network networks[] = {
        {.name = "lab"},
        {.name = "lab", .domain = "d.e"},
        {.name = "lab", .suffix_count = 1, .suffixes = {"a.b"}},
        {.name = "lab", .suffix_count = 2, .suffixes = {"a.b", "c"}, .domain = "d.e"},
    };
    static const char *const expected[] = {"", "d.e", "a.b", "a.b"};
    uint8_t packed[NETWORK_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};
    struct bytes suffix;

    network_pack(&p, &networks[_i]);
    suffix = network_suffix((struct bytes){packed, (size_t)(p.at - packed)});
    ck_assert(bytes_equal(suffix, bytes_of(expected[_i])));
    /* As it was in version 2; and cut anywhere. */
    for (size_t len = 0; len < (size_t)(p.at - packed); len++) {
        suffix = network_suffix((struct bytes){packed, len});
        ck_assert(suffix.len == 0 || bytes_equal(suffix, bytes_of(expected[_i])));
    }
}
END_TEST

/* A list of networks tells which stand in it, however it is cut. */
START_TEST(suffix_record)
{
    static const uint8_t list[] = {4, 'v', 'i', 'r', '0', 0, 1, 'x', 9, 'c', 'u', 't'};
    const struct bytes value = {list, sizeof(list)};

    ck_assert(suffix_lists(value, bytes_of("vir0")));
    ck_assert(suffix_lists(value, bytes_of("")));
    ck_assert(suffix_lists(value, bytes_of("x")));
    ck_assert(!suffix_lists(value, bytes_of("vir")));
    ck_assert(!suffix_lists(value, bytes_of("VIR0")));
    ck_assert(!suffix_lists(value, bytes_of("cut")));
    ck_assert(!suffix_lists((struct bytes){NULL, 0}, bytes_of("")));
    ck_assert(!suffix_lists((struct bytes){list + 8, 4}, bytes_of("")));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("records");

    tcase_add_test(tcase, meta_layout);
    tcase_add_test(tcase, meta_version_1);
    tcase_add_test(tcase, meta_without_base);
    tcase_add_test(tcase, meta_refused);
    tcase_add_test(tcase, lease_layout);
    tcase_add_test(tcase, lease_round_trip);
    tcase_add_test(tcase, lease_rules);
    tcase_add_test(tcase, lease_qualified_name);
    tcase_add_test(tcase, machine_record);
    tcase_add_test(tcase, source_record);
    tcase_add_test(tcase, state_record);
    tcase_add_test(tcase, network_record);
    tcase_add_loop_test(tcase, suffix_of_network_record, 0, 4);
    tcase_add_test(tcase, suffix_record);
    return test_case_run(tcase);
}
