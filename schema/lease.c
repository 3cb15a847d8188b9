#include "lease.h"

#include <errno.h>
#include <string.h>

_Static_assert(LEASE_PACKED_MAX >= 4 + 5 + 6 + 6 + 2 + HWADDR_MAX + 4 + 1 + OCTETS_MAX + 1 + LABEL_MAX + 1 +
                                       DOMAIN_MAX + 1 + INTERFACE_MAX + 1 + RAW_NAME_MAX,
               "a lease always fits");

size_t lease_pack(const struct lease *lease, uint8_t *to)
{
    struct packer p = {to, to + LEASE_PACKED_MAX, false};

    pack_uint(&p,
              (lease->hwaddr.known ? LEASE_HWADDR : 0U) | (lease->has_iaid ? LEASE_IAID : 0U) |
                  (lease->temporary ? LEASE_TEMPORARY : 0U) | (lease->hidden ? LEASE_HIDDEN : 0U),
              1);
    pack_uint(&p, lease->reason, 1);
    pack_uint(&p, lease->owner, 2);
    pack_uint(&p, lease->expiry, 5);
    pack_uint(&p, lease->seen, 6);
    pack_uint(&p, lease->heard, 6);
    if (lease->hwaddr.known) {
        pack_uint(&p, lease->hwaddr.type, 1);
        pack_short(&p, (struct bytes){lease->hwaddr.octets, lease->hwaddr.len});
    }
    if (lease->has_iaid)
        pack_uint(&p, lease->iaid, 4);
    pack_short(&p, (struct bytes){lease->client_id.at, lease->client_id.len});
    pack_short(&p, bytes_of(lease->host));
    pack_short(&p, bytes_of(lease->domain));
    pack_short(&p, bytes_of(lease->interface));
    pack_short(&p, bytes_of(lease->refused));
    return (size_t)(p.at - to);
}

int lease_unpack(struct bytes key, struct bytes value, struct lease *lease)
{
    struct unpacker u = unpacker_of(value);
    struct entry_key place;
    struct bytes raw;
    uint64_t flags;

    memset(lease, 0, sizeof(*lease));
    if (key_entry_parse(key, &place) < 0)
        return -EBADMSG;
    lease->kind = (enum lease_kind)place.kind;
    lease->alias = place.alias;
    strcpy(lease->network, place.network);
    lease->ip = place.ip;
    flags = unpack_uint(&u, 1);
    lease->temporary = (flags & LEASE_TEMPORARY) != 0;
    lease->hidden = (flags & LEASE_HIDDEN) != 0;
    lease->reason = (enum refusal)unpack_uint(&u, 1);
    lease->owner = (uint16_t)unpack_uint(&u, 2);
    lease->expiry = unpack_uint(&u, 5);
    lease->seen = unpack_uint(&u, 6);
    lease->heard = unpack_uint(&u, 6);
    if ((flags & LEASE_HWADDR) != 0) {
        lease->hwaddr.known = true;
        lease->hwaddr.type = (uint8_t)unpack_uint(&u, 1);
        raw = unpack_short(&u);
        if (raw.len > HWADDR_MAX)
            return -EBADMSG;
        lease->hwaddr.len = (uint8_t)raw.len;
        if (raw.len > 0)
            memcpy(lease->hwaddr.octets, raw.at, raw.len);
    }
    lease->has_iaid = (flags & LEASE_IAID) != 0;
    if (lease->has_iaid)
        lease->iaid = (uint32_t)unpack_uint(&u, 4);
    raw = unpack_short(&u);
    lease->client_id.len = (uint8_t)raw.len;
    if (raw.len > 0)
        memcpy(lease->client_id.at, raw.at, raw.len);
    unpack_text(&u, lease->host, LABEL_MAX);
    unpack_text(&u, lease->domain, DOMAIN_MAX);
    unpack_text(&u, lease->interface, INTERFACE_MAX);
    unpack_text(&u, lease->refused, RAW_NAME_MAX);
    if (u.bad || unpack_left(&u) != 0 || (flags & ~(uint64_t)LEASE_FLAGS) != 0 || !lease_valid(lease))
        return -EBADMSG;
    return 0;
}

bool lease_valid(const struct lease *lease)
{
    size_t host_len = strlen(lease->host);
    size_t domain_len = strlen(lease->domain);

    if (lease->kind > KIND_LAST || !network_valid(lease->network) || lease->ip.len == 0 ||
        lease->expiry > SECONDS_MAX || lease->seen > MILLIS_MAX || lease->heard > MILLIS_MAX ||
        lease->reason > REFUSAL_LAST)
        return false;
    if (lease->temporary && !lease->has_iaid)
        return false;
    if (host_len > 0 && name_check(lease->host) != REFUSAL_NONE)
        return false;
    return domain_len == 0 || (host_len > 0 && host_len + 1 + domain_len <= DOMAIN_MAX &&
                               name_domain_valid(lease->domain, domain_len));
}

struct key lease_key(const struct lease *lease)
{
    return lease->kind == KIND_LEASE
               ? key_lease(lease->network, &lease->ip)
               : key_entry((uint8_t)lease->kind, lease->alias, lease->network, &lease->ip);
}

const char *lease_kind_text(enum lease_kind kind)
{
    switch (kind) {
    case KIND_LEASE:
        return "lease";
    case KIND_STATIC:
        return "static";
    case KIND_RESERVED:
        return "reserved";
    case KIND_HOST:
        return "host";
    case KIND_ARP:
        return "arp";
    case KIND_KEPT:
        return "kept";
    }
    return "unknown";
}

const char *lease_qualified(const struct lease *lease, char *to)
{
    to[0] = '\0';
    if (lease->domain[0] != '\0') {
        char *end = stpcpy(to, lease->host);

        *end = '.';
        strcpy(end + 1, lease->domain);
    }
    return to;
}
