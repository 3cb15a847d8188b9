#include "neighbour.h"

#include <errno.h>
#include <string.h>

#include "leases.h"
#include "machines.h"
#include "strangers.h"

/* A machine has a few addresses; IPv6 privacy extensions (RFC 8981) give it a new one each day. */
#define KEPT_OF_ONE 16

static bool can_answer(const struct neighbour *neighbour)
{
    static const uint8_t zeros[HWADDR_MAX];

    return neighbour->hwaddr.len > 0 && memcmp(neighbour->hwaddr.octets, zeros, neighbour->hwaddr.len) != 0 &&
           ip_is_reachable(&neighbour->ip);
}

static struct lease entry_of(const struct neighbour *neighbour)
{
    struct lease entry = {.kind = KIND_ARP, .ip = neighbour->ip, .hwaddr = neighbour->hwaddr};

    strcpy(entry.network, neighbour->network);
    return entry;
}

/* Finds the address that this machine was seen to use the longest ago; counts them. */
static int find_oldest(struct index *index, const struct machine *machine, const struct neighbour *neighbour,
                       struct lease *oldest, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < machine->lease_count; i++) {
        const struct machine_lease *place = &machine->leases[i];
        struct lease entry;
        int rc;

        if (place->kind != KIND_ARP || !bytes_equal(place->network, bytes_of(neighbour->network)))
            continue;
        rc = machine_lease_get(index->store, place, &entry);
        if (rc < 0)
            return rc;
        if ((*count)++ == 0 || entry.heard < oldest->heard)
            *oldest = entry;
    }
    return 0;
}

/* Forgets the oldest where there is one too many, of this machine or of all that are no guest's. */
static int make_room(struct index *index, const struct neighbour *neighbour)
{
    CLEANUP_MACHINE struct machine machine;
    struct lease oldest;
    size_t count;
    int rc = machine_load(index->store, &neighbour->hwaddr, &machine);

    if (rc == 0)
        rc = find_oldest(index, &machine, neighbour, &oldest, &count);
    if (rc == 0 && count > KEPT_OF_ONE)
        rc = leases_remove(index, &oldest);
    return rc < 0 || machine_running(&machine) ? rc
                                               : strangers_seen(index, neighbour->network, &neighbour->ip);
}

int neighbour_seen(struct index *index, const struct neighbour *neighbour)
{
    struct lease entry = entry_of(neighbour), known = entry;
    int rc;

    if (!can_answer(neighbour))
        return 0;
    rc = entries_get(index, &known);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    entry.heard = index_stamp(index);
    entry.seen = rc == 0 && hwaddr_equal(&known.hwaddr, &entry.hwaddr) ? known.seen : entry.heard;
    rc = leases_put(index, &entry);
    return rc < 0 ? rc : make_room(index, neighbour);
}

int neighbour_gone(struct index *index, const struct neighbour *neighbour)
{
    struct lease known = entry_of(neighbour);
    int rc = entries_get(index, &known);

    if (rc < 0 || !hwaddr_equal(&known.hwaddr, &neighbour->hwaddr))
        return rc == -ENOENT ? 0 : rc;
    rc = leases_remove(index, &known);
    return rc < 0 ? rc : strangers_gone(index, known.network, &known.ip);
}
