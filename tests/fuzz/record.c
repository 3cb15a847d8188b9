/*
 * Any bytes as a record, an address or a text: refused, or a value that keeps its rules and packs, or prints,
 * to the same again.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "indexer/numbers.h"
#include "schema/claim.h"
#include "schema/machine.h"
#include "schema/meta.h"
#include "schema/network.h"
#include "schema/source.h"
#include "schema/suffix.h"

#define ROOM (1U << 16)

static uint8_t room[ROOM];

static struct packer packer(void)
{
    return (struct packer){room, room + ROOM, false};
}

static void expect_packed(const struct packer *p, struct bytes value)
{
    EXPECT(!p->full && bytes_equal((struct bytes){room, (size_t)(p->at - room)}, value));
}

static void try_lease(struct bytes data)
{
    struct unpacker input = unpacker_of(data);
    struct bytes key = take_run(&input, 1, KEY_MAX);
    struct bytes value = unpack_raw(&input, unpack_left(&input));
    uint8_t packed[LEASE_PACKED_MAX];
    struct lease lease;
    struct key again;

    if (lease_unpack(key, value, &lease) < 0)
        return;
    EXPECT(lease_valid(&lease));
    EXPECT(bytes_equal((struct bytes){packed, lease_pack(&lease, packed)}, value));
    again = lease_key(&lease);
    EXPECT(bytes_equal(key_bytes(&again), key));
}

static void try_claims(struct bytes data)
{
    struct unpacker u = unpacker_of(data);
    struct packer p = packer();
    struct claim claim;

    while (claim_next(&u, &claim)) {
        EXPECT(claim.network.len <= NETWORK_MAX && claim.reason <= REFUSAL_LAST);
        claim_pack(&p, &claim);
    }
    if (!u.bad)
        expect_packed(&p, data);
}

static void try_machine(struct bytes data)
{
    struct unpacker u = unpacker_of(data);
    struct packer p = packer();
    struct machine_guest guest;
    struct machine_lease lease;
    uint16_t guests = machine_guest_count(&u);

    pack_uint(&p, guests, 2);
    for (; guests > 0 && machine_next_guest(&u, &guest); guests--)
        machine_pack_guest(&p, &guest);
    while (machine_next_lease(&u, &lease))
        machine_pack_lease(&p, &lease);
    if (!u.bad)
        expect_packed(&p, data);
}

static void try_source(struct bytes data)
{
    struct unpacker u = unpacker_of(data);
    struct packer p = packer();
    struct source_item item;
    struct source source;

    if (!source_unpack(&u, &source))
        return;
    source_pack(&p, &source);
    while (source_next_item(&u, &item))
        source_pack_item(&p, &item);
    if (!u.bad)
        expect_packed(&p, data);
}

static void try_suffix(struct bytes data)
{
    EXPECT(!suffix_lists(data, (struct bytes){room, UINT8_MAX + 1}));
    if (data.len > 1 && data.at[0] == 1)
        EXPECT(suffix_lists(data, (struct bytes){data.at + 1, 1}));
}

static void try_network(struct bytes data)
{
    struct bytes suffix = network_suffix(data);
    struct packer p = packer();
    struct network network;
    size_t len;

    try_suffix(data);
    if (!network_unpack(data, &network))
        return;
    EXPECT(bytes_equal(suffix, bytes_of(network.suffix_count > 0 ? network.suffixes[0] : network.domain)));
    network_pack(&p, &network);
    EXPECT(!p.full);
    /* Version 2 ends before the suffixes; bytes of a later version may follow. */
    len = (size_t)(p.at - room);
    EXPECT(memcmp(room, data.at, len < data.len ? len : data.len) == 0);
}

static void try_state(struct bytes data)
{
    struct packer p = packer();
    struct state state, again;

    if (!state_unpack(data, &state))
        return;
    state_pack(&p, &state);
    EXPECT(state_unpack((struct bytes){room, (size_t)(p.at - room)}, &again));
    EXPECT(again.clock == state.clock && again.next_source == state.next_source &&
           again.prune_at == state.prune_at && strcmp(again.host, state.host) == 0);
}

static void try_meta(struct bytes data)
{
    uint8_t packed[META_PACKED];
    struct meta meta;

    if (meta_unpack(data, &meta) < 0 || meta.version != SCHEMA_VERSION)
        return;
    meta_pack(&meta, packed);
    EXPECT(data.len >= META_PACKED && memcmp(packed, data.at, META_PACKED) == 0);
}

/* What reads as an address has one spelling, which reads as the same. */
static void try_addresses(const char *text)
{
    char ip_text[IP_TEXT_SIZE], mac_text[HWADDR_TEXT_SIZE], octets_text[OCTETS_TEXT_MAX + 1];
    struct hwaddr mac, same_mac;
    struct octets octets, same_octets;
    struct ip ip, same_ip;

    if (ip_parse(text, &ip) == 0)
        EXPECT(ip_parse(ip_format(&ip, ip_text), &same_ip) == 0 && ip_compare(&ip, &same_ip) == 0);
    if (hwaddr_parse(text, &mac) == 0)
        EXPECT(hwaddr_parse(hwaddr_format(&mac, mac_text), &same_mac) == 0 && hwaddr_equal(&mac, &same_mac));
    if (octets_parse(text, &octets) == 0)
        EXPECT(octets_parse(octets_format(&octets, octets_text), &same_octets) == 0 &&
               octets_equal(&octets, &same_octets));
}

static void try_names(const char *text)
{
    size_t len = strlen(text);
    uint64_t number;

    if (name_check(text) == REFUSAL_NONE)
        EXPECT(name_label_valid(text, len) && memchr(text, '.', len) == NULL && len <= LABEL_MAX);
    if (name_domain_valid(text, len))
        EXPECT(len <= DOMAIN_MAX && len > 0);
    if (number_parse(text, SECONDS_MAX, &number) == 0)
        EXPECT(number <= SECONDS_MAX);
    if (network_valid(text))
        EXPECT(len <= NETWORK_MAX && strpbrk(text, "/ =\n") == NULL);
    if (guest_valid(text))
        EXPECT(len > 0 && len <= GUEST_MAX && strpbrk(text, "/\n") == NULL);
}

static void expect_line(const char *text)
{
    EXPECT(text != NULL && strchr(text, '\n') == NULL);
    expect_printable(bytes_of(text));
}

static void expect_ascii(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        EXPECT(*c >= ' ' && *c <= '~');
}

static void try_texts(struct bytes data)
{
    CLEANUP_FREE char *text = escape_text(data), *binary = escape_binary(data);
    CLEANUP_FREE char *string = malloc(data.len + 1);

    expect_line(text);
    expect_line(binary);
    expect_ascii(binary);
    if (data.len > 0)
        memcpy(string, data.at, data.len);
    string[data.len] = '\0';
    try_addresses(string);
    try_names(string);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct bytes data) = {try_lease,   try_claims, try_machine, try_source,
                                                       try_network, try_state,  try_meta,    try_texts};
    const size_t count = sizeof(tries) / sizeof(tries[0]);

    if (size == 0 || size > ROOM)
        return 0;
    tries[data[0] % count]((struct bytes){data + 1, size - 1});
    return 0;
}
