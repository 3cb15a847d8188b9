/*
 * A lease: one record under (network, address), key 'L'. And what else ties a name or a machine to an
 * address, an entry of another kind, which is a record of the same form under its own key ('E').
 *
 * byte  0       1        2       3                         (packed, nothing aligned)
 *      +-------+--------+-------+-----------+-----------+-----------+-------+
 *      | flags | reason | owner | expiry    | seen      | heard     | MAC…  |
 *      |       |        | (16b) | (40b, s)  | (48b, ms) | (48b, ms) |       |
 *      +-------+--------+-------+-----------+-----------+-----------+-------+
 *      | IAID (32b) |  client-id | host | domain | interface | refused |
 *      +------------+------------+------+--------+-----------+---------+
 *
 * MAC: hardware type, length, octets, only with LEASE_HWADDR. IAID only with LEASE_IAID. The rest are strings
 * behind their length in one byte. Of the flags, 0x80 is kept for the name of the host that a lease came
 * from, which would stand behind `refused`.
 *
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_LEASE_H
#define LVINDEX_SCHEMA_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "key.h"
#include "limits.h"
#include "name.h"
#include "wire.h"

enum lease_flag {
    LEASE_HWADDR = 0x01,
    LEASE_IAID = 0x02,
    LEASE_TEMPORARY = 0x04, /* IAID of a temporary address (IA_TA, RFC 8415) */
    LEASE_HIDDEN = 0x08,    /* libvirt's file does not show the refused name */
};
#define LEASE_FLAGS 0x0f

/* What kind of entry it is. The numbers are part of the format: append only, 7 at the most. */
enum lease_kind {
    KIND_LEASE = 0,
    KIND_STATIC = 1,   /* a line of the administrator's file of static entries */
    KIND_RESERVED = 2, /* an address that libvirt keeps for a machine: a line of NETWORK.hostsfile */
    KIND_HOST = 3,     /* a host that libvirt's DNS knows: a line of NETWORK.addnhosts */
    KIND_ARP = 4,      /* a neighbour that dnsmasq saw (--script-arp) */
    KIND_KEPT = 5,     /* a lease that was let go when it expired, of a guest that ran: see settings.h */
};
#define KIND_LAST KIND_KEPT

/* Who brought a lease. Numbers from OWNER_FIRST_FILE on are those of lease files, see source.h. */
enum {
    OWNER_HOOK = 0,
    OWNER_STATUS = 1, /* libvirt's .status file of the lease's network */
    OWNER_FIRST_FILE = 2,
};

struct lease {
    enum lease_kind kind;
    uint8_t alias; /* of an address with several static names: which one this is, from 0 */
    char network[NETWORK_MAX + 1];
    struct ip ip;
    struct hwaddr hwaddr;
    bool has_iaid;
    bool temporary;
    uint32_t iaid;
    struct octets client_id; /* IPv6: the DUID; no octets: none */
    uint16_t owner;
    uint64_t expiry;             /* seconds since the epoch; 0: never */
    uint64_t seen;               /* first seen, milliseconds since the epoch, unique in an index */
    uint64_t heard;              /* last heard from, likewise; 0: never, it comes from a file */
    char host[LABEL_MAX + 1];    /* "": no name that may be an answer */
    char domain[DOMAIN_MAX + 1]; /* "": none; else valid, and `host` is not empty */
    char interface[INTERFACE_MAX + 1];
    char refused[RAW_NAME_MAX + 1]; /* raw bytes of a name that may not be an answer */
    bool hidden;                    /* libvirt's file does not show it: remembered from before */
    enum refusal reason;            /* and why; REFUSAL_NONE when there is none */
};

/* The name as libvirt's file and virsh show it, granted or not; "" for none. */
static inline const char *lease_shown_name(const struct lease *lease)
{
    if (lease->host[0] != '\0')
        return lease->host;
    return lease->hidden ? "" : lease->refused;
}

/* What orders leases by age: greater is newer. */
static inline uint64_t lease_stamp(const struct lease *lease)
{
    return lease->heard != 0 ? lease->heard : lease->seen;
}

#define LEASE_PACKED_MAX 2048

/* Packs all but network and address, which are the key. Returns the length; `to` has LEASE_PACKED_MAX bytes.
 */
size_t lease_pack(const struct lease *lease, uint8_t *to);

/* 0, or -EBADMSG for bytes that are no lease or hold what lease_valid() forbids. */
int lease_unpack(struct bytes key, struct bytes value, struct lease *lease);

/* Does every field keep its rules? What an index may hold, wherever it came from. */
bool lease_valid(const struct lease *lease);

/* Is it known from nowhere but the index, once it is there? Else from a file that can be read again. */
static inline bool lease_is_own(enum lease_kind kind)
{
    return kind == KIND_LEASE || kind == KIND_ARP || kind == KIND_KEPT;
}

/* The key of its record. */
struct key lease_key(const struct lease *lease);

/* How a kind is called, in tables and in JSON. */
const char *lease_kind_text(enum lease_kind kind);

/* The name with its domain, "" where there is none; `to` has DOMAIN_MAX + 1 bytes. Returns `to`. */
const char *lease_qualified(const struct lease *lease, char *to);

#endif
