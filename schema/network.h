/*
 * A network (key 'n'): what its leases share.
 *
 *      +-------+--------------+---------------+-------------+-------------+
 *      | flags | server DUID… | libvirt name… | IPv4 prefix | IPv6 prefix |
 *      +-------+--------------+---------------+-------------+-------------+
 */
#ifndef LVINDEX_SCHEMA_NETWORK_H
#define LVINDEX_SCHEMA_NETWORK_H

#include "address.h"
#include "wire.h"

#define NETWORK_LIBVIRT 0x01 /* libvirt started its dnsmasq (VIR_BRIDGE_NAME) */

struct network {
    bool libvirt;
    struct octets server_duid;  /* of its DHCPv6 server; no octets: none known */
    char name[NETWORK_MAX + 1]; /* what libvirt calls it; "": unknown */
    uint8_t prefix_ipv4;        /* length of its prefix; 0: unknown */
    uint8_t prefix_ipv6;
};

#define NETWORK_PACKED_MAX (1 + 1 + OCTETS_MAX + 1 + NETWORK_MAX + 2)

static inline void network_pack(struct packer *p, const struct network *network)
{
    pack_uint(p, network->libvirt ? NETWORK_LIBVIRT : 0, 1);
    pack_short(p, (struct bytes){network->server_duid.at, network->server_duid.len});
    pack_short(p, bytes_of(network->name));
    pack_uint(p, network->prefix_ipv4, 1);
    pack_uint(p, network->prefix_ipv6, 1);
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
    if (u.bad || network->prefix_ipv4 > 32 || network->prefix_ipv6 > 128 ||
        (flags & ~(uint64_t)NETWORK_LIBVIRT) != 0)
        return false;
    network->server_duid.len = (uint8_t)duid.len;
    if (duid.len > 0)
        memcpy(network->server_duid.at, duid.at, duid.len);
    return true;
}

#endif
