/*
 * A network (key 'n'): what its leases share.
 *
 *      +-------+--------------+
 *      | flags | server DUID… |
 *      +-------+--------------+
 */
#ifndef LVINDEX_SCHEMA_NETWORK_H
#define LVINDEX_SCHEMA_NETWORK_H

#include "address.h"
#include "wire.h"

#define NETWORK_LIBVIRT 0x01 /* libvirt started its dnsmasq (VIR_BRIDGE_NAME) */

struct network {
    bool libvirt;
    struct octets server_duid; /* of its DHCPv6 server; no octets: none known */
};

#define NETWORK_PACKED_MAX (1 + 1 + OCTETS_MAX)

static inline void network_pack(struct packer *p, const struct network *network)
{
    pack_uint(p, network->libvirt ? NETWORK_LIBVIRT : 0, 1);
    pack_short(p, (struct bytes){network->server_duid.at, network->server_duid.len});
}

/* False for a damaged record. */
static inline bool network_unpack(struct bytes value, struct network *network)
{
    struct unpacker u = unpacker_of(value);
    uint64_t flags = unpack_uint(&u, 1);
    struct bytes duid = unpack_short(&u);

    *network = (struct network){.libvirt = (flags & NETWORK_LIBVIRT) != 0};
    if (u.bad || (flags & ~(uint64_t)NETWORK_LIBVIRT) != 0)
        return false;
    network->server_duid.len = (uint8_t)duid.len;
    if (duid.len > 0)
        memcpy(network->server_duid.at, duid.at, duid.len);
    return true;
}

#endif
