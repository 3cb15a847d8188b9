/*
 * A machine: what is known under one hardware address (key 'm'): the libvirt guests that have it, and the
 * leases that were given to it, and entries of other kinds that name it.
 *
 *      +--------------+-----------------------------------------+--------------------------------+
 *      | guests (16b) | per guest: flags, network…, guest name… | per lease: form, ip, network…   |
 *      +--------------+-----------------------------------------+--------------------------------+
 *
 * Strings stand behind their length in one byte. Leases fill the rest. Their form is the length of the ip in
 * the low five bits, and the kind (lease.h) in the others.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_MACHINE_H
#define LVINDEX_SCHEMA_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "wire.h"

/* A guest that has, or had, this hardware address in a network. Text fields point elsewhere. */
struct machine_guest {
    bool running; /* its network's .macs names it now; else the last lease's memory of it */
    struct bytes network;
    struct bytes name;
};

/* Of an address with several static names, the first. */
struct machine_lease {
    uint8_t kind;
    struct ip ip;
    struct bytes network;
};

/* Walks the guests (false at their end), then the leases of a record. `u->bad` tells a damaged record. */
uint16_t machine_guest_count(struct unpacker *u);
bool machine_next_guest(struct unpacker *u, struct machine_guest *guest);
bool machine_next_lease(struct unpacker *u, struct machine_lease *lease);

void machine_pack_guest(struct packer *p, const struct machine_guest *guest);
void machine_pack_lease(struct packer *p, const struct machine_lease *lease);

/* The most that one entry takes. */
#define MACHINE_PACKED_MAX (1 + 2 * 256)

#endif
