#include "machines.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "lease_record.h"

static int unpack(struct machine *machine)
{
    struct unpacker u = unpacker_of(value_bytes(&machine->value));
    size_t guests = machine->value.at == NULL ? 0 : machine_guest_count(&u);
    /* A lease takes four bytes at the least, a guest three: more cannot be there. */
    size_t room = machine->value.len / 3 + 1;

    machine->guests = calloc(room, sizeof(*machine->guests));
    machine->leases = calloc(room, sizeof(*machine->leases));
    if (machine->guests == NULL || machine->leases == NULL)
        return -ENOMEM;
    while (machine->guest_count < guests && machine_next_guest(&u, &machine->guests[machine->guest_count]))
        machine->guest_count++;
    while (machine->lease_count + 1 < room && machine_next_lease(&u, &machine->leases[machine->lease_count]))
        machine->lease_count++;
    return 0;
}

int machine_load(struct store *store, const struct hwaddr *hwaddr, struct machine *machine)
{
    struct key key = key_machine(hwaddr);
    int rc;

    *machine = (struct machine){.hwaddr = *hwaddr};
    rc = hwaddr->len > 0 ? store_get(store, &key, &machine->value) : -ENOENT;
    return rc < 0 && rc != -ENOENT ? rc : unpack(machine);
}

void machine_free(struct machine *machine)
{
    free(machine->guests);
    free(machine->leases);
    free(machine->value.at);
}

int machine_save(struct store *store, const struct machine *machine)
{
    struct key key = key_machine(&machine->hwaddr);
    size_t size = 2 + (machine->guest_count + machine->lease_count) * MACHINE_PACKED_MAX;
    CLEANUP_FREE uint8_t *packed = NULL;
    struct packer p;

    if (machine->guest_count + machine->lease_count == 0)
        return store_delete(store, &key);
    packed = malloc(size);
    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + size, machine->guest_count > UINT16_MAX};
    pack_uint(&p, machine->guest_count, 2);
    for (size_t i = 0; i < machine->guest_count; i++)
        machine_pack_guest(&p, &machine->guests[i]);
    for (size_t i = 0; i < machine->lease_count; i++)
        machine_pack_lease(&p, &machine->leases[i]);
    return p.full ? -EMSGSIZE : store_put(store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

int machine_lease_get(struct store *store, const struct machine_lease *entry, struct lease *lease)
{
    *lease = (struct lease){.kind = (enum lease_kind)entry->kind, .ip = entry->ip};
    memcpy(lease->network, entry->network.at, entry->network.len);
    return lease_record_get(store, lease);
}

bool machine_running(const struct machine *machine)
{
    for (size_t i = 0; i < machine->guest_count; i++) {
        if (machine->guests[i].running)
            return true;
    }
    return false;
}

/* Drops the memory of stopped guests where nothing needs it any more. */
static void forget_stopped(struct machine *machine)
{
    size_t kept = 0;

    if (machine->lease_count > 0 && !machine_running(machine))
        return;
    for (size_t i = 0; i < machine->guest_count; i++) {
        if (machine->guests[i].running)
            machine->guests[kept++] = machine->guests[i];
    }
    machine->guest_count = kept;
}

bool machine_lease_equal(const struct machine_lease *a, const struct machine_lease *b)
{
    return a->kind == b->kind && ip_compare(&a->ip, &b->ip) == 0 && bytes_equal(a->network, b->network);
}

/* Removes a lease from the list: was it there? */
static bool drop_lease(struct machine *machine, const struct machine_lease *lease)
{
    for (size_t i = 0; i < machine->lease_count; i++) {
        if (machine_lease_equal(&machine->leases[i], lease)) {
            machine->leases[i] = machine->leases[--machine->lease_count];
            return true;
        }
    }
    return false;
}

int machine_add_lease(struct store *store, const struct hwaddr *hwaddr, const struct machine_lease *lease)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(store, hwaddr, &machine);

    if (rc < 0 || hwaddr->len == 0)
        return rc;
    drop_lease(&machine, lease);
    machine.leases[machine.lease_count++] = *lease;
    return machine_save(store, &machine);
}

int machine_remove_lease(struct store *store, const struct hwaddr *hwaddr, const struct machine_lease *lease)
{
    CLEANUP_MACHINE struct machine machine;
    int rc = machine_load(store, hwaddr, &machine);

    if (rc < 0 || !drop_lease(&machine, lease))
        return rc;
    forget_stopped(&machine);
    return machine_save(store, &machine);
}

static int compare_leases(const struct machine_lease *a, const struct machine_lease *b)
{
    int order = (int)a->kind - (int)b->kind;

    if (order == 0)
        order = ip_compare(&a->ip, &b->ip);
    return order != 0 ? order : bytes_compare(a->network, b->network);
}

static int by_lease(const void *a, const void *b)
{
    const struct machine_change *left = a, *right = b;
    int order = hwaddr_compare(&left->hwaddr, &right->hwaddr);

    if (order == 0)
        order = compare_leases(&left->lease, &right->lease);
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static int find_lease(const void *lease, const void *change)
{
    return compare_leases(lease, &((const struct machine_change *)change)->lease);
}

/* Those of one machine, sorted. */
static int change_machine(struct store *store, const struct machine_change *changes, size_t count)
{
    CLEANUP_MACHINE struct machine machine;
    struct machine_lease *all;
    size_t kept = 0;
    int rc = machine_load(store, &changes[0].hwaddr, &machine);

    if (rc < 0)
        return rc;
    all = calloc(machine.lease_count + count, sizeof(*all));
    if (all == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < machine.lease_count; i++) {
        if (bsearch(&machine.leases[i], changes, count, sizeof(*changes), find_lease) == NULL)
            all[kept++] = machine.leases[i];
    }
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count || compare_leases(&changes[i].lease, &changes[i + 1].lease) != 0;

        if (last && changes[i].present)
            all[kept++] = changes[i].lease;
    }
    free(machine.leases);
    machine.leases = all;
    machine.lease_count = kept;
    forget_stopped(&machine);
    return machine_save(store, &machine);
}

int machines_change(struct store *store, struct machine_change *changes, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count; i++)
        changes[i].place = i;
    if (count > 0)
        qsort(changes, count, sizeof(*changes), by_lease);
    for (size_t first = 0, next; rc == 0 && first < count; first = next) {
        for (next = first + 1; next < count; next++) {
            if (hwaddr_compare(&changes[first].hwaddr, &changes[next].hwaddr) != 0)
                break;
        }
        rc = change_machine(store, &changes[first], next - first);
    }
    return rc;
}

static bool among(const struct machine_guest *guest, const struct machine_guest *guests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal(guest->name, guests[i].name))
            return true;
    }
    return false;
}

int machine_set_guests(struct store *store, const struct hwaddr *hwaddr, struct bytes network,
                       const struct machine_guest *guests, size_t count)
{
    CLEANUP_MACHINE struct machine machine;
    struct machine_guest *all;
    size_t kept = 0;
    int rc = machine_load(store, hwaddr, &machine);

    if (rc < 0)
        return rc;
    all = calloc(machine.guest_count + count + 1, sizeof(*all));
    if (all == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < machine.guest_count; i++) {
        struct machine_guest *guest = &machine.guests[i];

        if (bytes_equal(guest->network, network)) {
            if (among(guest, guests, count))
                continue;
            guest->running = false;
        }
        all[kept++] = *guest;
    }
    for (size_t i = 0; i < count; i++)
        all[kept++] = guests[i];
    free(machine.guests);
    machine.guests = all;
    machine.guest_count = kept;
    forget_stopped(&machine);
    return machine_save(store, &machine);
}
