/*
 * A network (key 'n'): what its leases share.
 *
 *      +-------+--------------+---------------+-------------+-------------+----------+---------+---------+
 *      | flags | server DUID… | libvirt name… | IPv4 prefix | IPv6 prefix | suffixes | suffix… | domain… |
 *      +-------+--------------+---------------+-------------+-------------+----------+---------+---------+
 *                                                                          (a count)  as many
 *
 * Version 2 ends before the count of suffixes.
 */
#ifndef LVINDEX_SCHEMA_NETWORK_H
#define LVINDEX_SCHEMA_NETWORK_H

#include "address.h"
#include "limits.h"
#include "wire.h"

#define NETWORK_LIBVIRT 0x01 /* libvirt started its dnsmasq (VIR_BRIDGE_NAME) */

struct network {
    bool libvirt;
    struct octets server_duid;  /* of its DHCPv6 server; no octets: none known */
    char name[NETWORK_MAX + 1]; /* what libvirt calls it; "": unknown */
    uint8_t prefix_ipv4;        /* length of its prefix; 0: unknown */
    uint8_t prefix_ipv6;
    size_t suffix_count; /* of those that the administrator gave it, in order of preference */
    char suffixes[SUFFIXES_MAX][DOMAIN_MAX + 1];
    char domain[DOMAIN_MAX + 1]; /* that libvirt gave it; "": none */
};

#define NETWORK_PACKED_MAX                                                                                   \
    (1 + 1 + OCTETS_MAX + 1 + NETWORK_MAX + 2 + 1 + (SUFFIXES_MAX + 1) * (1 + DOMAIN_MAX))

static inline void network_pack(struct packer *p, const struct network *network)
{
    pack_uint(p, network->libvirt ? NETWORK_LIBVIRT : 0, 1);
    pack_short(p, (struct bytes){network->server_duid.at, network->server_duid.len});
    pack_short(p, bytes_of(network->name));
    pack_uint(p, network->prefix_ipv4, 1);
    pack_uint(p, network->prefix_ipv6, 1);
    pack_uint(p, network->suffix_count, 1);
    for (size_t i = 0; i < network->suffix_count; i++)
        pack_short(p, bytes_of(network->suffixes[i]));
    pack_short(p, bytes_of(network->domain));
}

static inline void network_unpack_suffixes(struct unpacker *u, struct network *network)
{
    size_t count = (size_t)unpack_uint(u, 1);

    if (count > SUFFIXES_MAX)
        u->bad = true;
    for (; !u->bad && network->suffix_count < count; network->suffix_count++)
        unpack_text(u, network->suffixes[network->suffix_count], DOMAIN_MAX);
    unpack_text(u, network->domain, DOMAIN_MAX);
}

/* False for a damaged record. */
static inline bool network_unpack(struct bytes value, struct network *network)
{
    struct unpacker u = unpacker_of(value);
    uint64_t flags = unpack_uint(&u, 1);
    struct bytes duid = unpack_short(&u);

    *network = (struct network){.libvirt = (flags & NETWORK_LIBVIRT) != 0};
    unpack_text(&u, network->name, NETWORK_MAX);
    network->prefix_ipv4 = (uint8_t)unpack_uint(&u, 1);
    network->prefix_ipv6 = (uint8_t)unpack_uint(&u, 1);
    if (unpack_left(&u) > 0)
        network_unpack_suffixes(&u, network);
    if (u.bad || network->prefix_ipv4 > 32 || network->prefix_ipv6 > 128 ||
        (flags & ~(uint64_t)NETWORK_LIBVIRT) != 0)
        return false;
    network->server_duid.len = (uint8_t)duid.len;
    if (duid.len > 0)
        memcpy(network->server_duid.at, duid.at, duid.len);
    return true;
}

/* What the network's names are answered with: the first suffix that it was given, else its domain. Read in
 * place from the record, which has room for more than a look-up may have on its stack. Empty: it has none, or
 * the record is damaged. */
static inline struct bytes network_suffix(struct bytes value)
{
    struct unpacker u = unpacker_of(value);

    unpack_uint(&u, 1);
    unpack_short(&u);
    unpack_short(&u);
    unpack_uint(&u, 2);
    if (unpack_left(&u) == 0)
        return (struct bytes){NULL, 0};
    /* Behind the count: the first suffix; without any, the domain. */
    unpack_uint(&u, 1);
    return unpack_short(&u);
}

#endif
