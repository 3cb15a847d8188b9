#include "machine.h"

#include "lease.h"
#include "limits.h"

#define MACHINE_RUNNING 0x01U

/* The first byte of a lease: its address's length, and its kind. */
#define FORM_LENGTH     0x1fU
#define FORM_KIND_SHIFT 5

_Static_assert(IPV6_LEN <= FORM_LENGTH && KIND_LAST <= UINT8_MAX >> FORM_KIND_SHIFT, "both fit");

uint16_t machine_guest_count(struct unpacker *u)
{
    return (uint16_t)unpack_uint(u, 2);
}

bool machine_next_guest(struct unpacker *u, struct machine_guest *guest)
{
    uint64_t flags = unpack_uint(u, 1);

    guest->running = (flags & MACHINE_RUNNING) != 0;
    guest->network = unpack_short(u);
    guest->name = unpack_short(u);
    if ((flags & ~(uint64_t)MACHINE_RUNNING) != 0 || guest->network.len > NETWORK_MAX || guest->name.len == 0)
        u->bad = true;
    return !u->bad;
}

bool machine_next_lease(struct unpacker *u, struct machine_lease *lease)
{
    struct bytes raw;
    uint64_t form;

    if (unpack_left(u) == 0)
        return false;
    form = unpack_uint(u, 1);
    lease->kind = (uint8_t)(form >> FORM_KIND_SHIFT);
    raw = unpack_raw(u, (size_t)(form & FORM_LENGTH));
    lease->network = unpack_short(u);
    if (u->bad || lease->kind > KIND_LAST || ip_from_bytes(raw, &lease->ip) < 0 ||
        lease->network.len > NETWORK_MAX)
        u->bad = true;
    return !u->bad;
}

void machine_pack_guest(struct packer *p, const struct machine_guest *guest)
{
    pack_uint(p, guest->running ? MACHINE_RUNNING : 0, 1);
    pack_short(p, guest->network);
    pack_short(p, guest->name);
}

void machine_pack_lease(struct packer *p, const struct machine_lease *lease)
{
    pack_uint(p, lease->ip.len | (uint64_t)lease->kind << FORM_KIND_SHIFT, 1);
    pack_raw(p, lease->ip.octets, lease->ip.len);
    pack_short(p, lease->network);
}
