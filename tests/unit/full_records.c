#include "full_records.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schema/claim.h"
#include "schema/meta.h"

#define ROOM 4096

static const uint8_t *filled(void)
{
    static uint8_t text[GUEST_MAX];

    memset(text, 'x', sizeof(text));
    return text;
}

static void fill(char *text, size_t len, char with)
{
    memset(text, with, len);
    text[len] = '\0';
}

void full_lease(struct lease *lease, uint8_t ip_len)
{
    memset(lease, 0, sizeof(*lease));
    fill(lease->network, NETWORK_MAX, 'n');
    lease->ip.len = ip_len;
    memset(lease->ip.octets, 0xfe, ip_len);
    lease->hwaddr = (struct hwaddr){.known = true, .type = 0xff, .len = HWADDR_MAX};
    memset(lease->hwaddr.octets, 0xab, HWADDR_MAX);
    lease->has_iaid = lease->temporary = true;
    lease->iaid = UINT32_MAX;
    lease->client_id.len = OCTETS_MAX;
    memset(lease->client_id.at, 0xcd, OCTETS_MAX);
    lease->owner = UINT16_MAX;
    lease->expiry = SECONDS_MAX;
    lease->seen = lease->heard = MILLIS_MAX;
    fill(lease->host, LABEL_MAX, 'h');
    /* Labels of 50: no rule but that of the whole length would be broken by one byte more. */
    fill(lease->domain, DOMAIN_MAX - LABEL_MAX - 1, 'd');
    for (size_t i = 50; i < strlen(lease->domain) - 1; i += 51)
        lease->domain[i] = '.';
    fill(lease->interface, INTERFACE_MAX, 'i');
    fill(lease->refused, RAW_NAME_MAX, '\xff');
    lease->reason = REFUSAL_LAST;
}

/* Gives back what was packed into `room`, in memory of its own size. */
static struct bytes exact(const uint8_t *room, const struct packer *p)
{
    size_t len = (size_t)(p->at - room);
    uint8_t *copy = malloc(len);

    ck_assert(!p->full);
    memcpy(copy, room, len);
    return (struct bytes){copy, len};
}

struct bytes full_machine(void)
{
    uint8_t room[ROOM];
    struct packer p = {room, room + sizeof(room), false};
    struct machine_guest guest = {true, {filled(), NETWORK_MAX}, {filled(), GUEST_MAX}};
    struct machine_lease lease = {KIND_STATIC, {.len = IPV6_LEN}, {filled(), NETWORK_MAX}};

    pack_uint(&p, 2, 2);
    machine_pack_guest(&p, &guest);
    guest = (struct machine_guest){false, {NULL, 0}, bytes_of("g")};
    machine_pack_guest(&p, &guest);
    machine_pack_lease(&p, &lease);
    lease = (struct machine_lease){KIND_ARP, {.len = IPV4_LEN}, {NULL, 0}};
    machine_pack_lease(&p, &lease);
    return exact(room, &p);
}

struct bytes full_source(void)
{
    uint8_t room[ROOM];
    struct packer p = {room, room + sizeof(room), false};
    struct source source = {0x0102, {UINT64_C(1) | UINT64_C(0x80) << 56, 2, 3, 4, 5}, UINT64_MAX};
    struct source_item item = {{filled(), GUEST_MAX}, {.known = true, .type = 0xff, .len = HWADDR_MAX}};

    source_pack(&p, &source);
    source_pack_item(&p, &item);
    ck_assert_uint_eq((size_t)(p.at - room), SOURCE_PACKED + SOURCE_ITEM_PACKED);
    item = (struct source_item){.guest = bytes_of("g")};
    source_pack_item(&p, &item);
    item.hwaddr = (struct hwaddr){.known = true, .type = 0x20};
    source_pack_item(&p, &item);
    return exact(room, &p);
}

struct bytes full_state(void)
{
    uint8_t room[STATE_PACKED_MAX];
    struct packer p = {room, room + sizeof(room), false};
    struct state state = {.clock = MILLIS_MAX, .next_source = UINT16_MAX, .prune_at = SECONDS_MAX};

    fill(state.host, LABEL_MAX, 'h');
    state_pack(&p, &state);
    ck_assert_ptr_eq(p.at, p.end);
    return exact(room, &p);
}

struct bytes full_network(void)
{
    uint8_t room[NETWORK_PACKED_MAX];
    struct packer p = {room, room + sizeof(room), false};
    struct network network = {
        .libvirt = true, .server_duid = {.len = OCTETS_MAX}, .prefix_ipv4 = 32, .prefix_ipv6 = 128};

    memset(network.name, 'n', NETWORK_MAX);
    network.suffix_count = SUFFIXES_MAX;
    for (size_t i = 0; i < SUFFIXES_MAX; i++)
        memset(network.suffixes[i], 's', DOMAIN_MAX);
    memset(network.domain, 'd', DOMAIN_MAX);
    network_pack(&p, &network);
    ck_assert_ptr_eq(p.at, p.end);
    return exact(room, &p);
}

struct bytes full_claims(void)
{
    uint8_t room[ROOM];
    struct packer p = {room, room + sizeof(room), false};
    struct claim claim = {.flags = CLAIM_IPV6 | CLAIM_GUEST | CLAIM_WITHHELD,
                          .reason = REFUSAL_LAST,
                          .network = {filled(), NETWORK_MAX},
                          .label = {filled(), GUEST_MAX},
                          .domain = {filled(), DOMAIN_MAX},
                          .expiry = SECONDS_MAX,
                          .order = MILLIS_MAX,
                          .ip = {.len = IPV6_LEN}};

    claim_pack(&p, &claim);
    claim.flags = CLAIM_PRESENCE | CLAIM_GUEST;
    claim.domain.len = 0;
    claim_pack(&p, &claim);
    claim = (struct claim){.flags = CLAIM_RUNNING | CLAIM_HEARD, .ip = {.len = IPV4_LEN}};
    claim_pack(&p, &claim);
    return exact(room, &p);
}

struct bytes full_meta(void)
{
    uint8_t room[META_PACKED];
    struct packer p = {room + META_PACKED, room + META_PACKED, false};
    struct meta meta = {.version = SCHEMA_VERSION,
                        .generation = UINT64_MAX,
                        .records = UINT32_MAX,
                        .base = UINT64_MAX,
                        .base_id = UINT64_MAX,
                        .replaced = UINT64_MAX};

    meta_pack(&meta, room);
    return exact(room, &p);
}
