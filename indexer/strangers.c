#include "strangers.h"

#include <errno.h>
#include <string.h>

#include "leases.h"
#include "machines.h"

#define PACKED_MAX (STRANGERS_MAX * (1 + IPV6_LEN))

/* The one that was seen last stands first. */
static int load(struct index *index, const char *network, struct value *value)
{
    struct key key = key_named(KEY_STRANGERS, bytes_of(network));
    int rc = store_get(index->store, &key, value);

    return rc == -ENOENT ? 0 : rc;
}

/* Writes the list with `first` (NULL: none) at its head, and nowhere else. What there is no room for becomes
 * `dropped`, without octets where there was room for all. */
static int save(struct index *index, const char *network, struct bytes list, const struct ip *first,
                const struct ip *without, struct ip *dropped)
{
    struct key key = key_named(KEY_STRANGERS, bytes_of(network));
    uint8_t packed[PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};
    size_t count = 0;

    dropped->len = 0;
    if (first != NULL) {
        pack_short(&p, (struct bytes){first->octets, first->len});
        count++;
    }
    for (struct unpacker u = unpacker_of(list); unpack_left(&u) > 0;) {
        struct ip ip;

        if (ip_from_bytes(unpack_short(&u), &ip) < 0 || ip_compare(&ip, without) == 0)
            continue;
        if (count == STRANGERS_MAX) {
            *dropped = ip;
            break;
        }
        pack_short(&p, (struct bytes){ip.octets, ip.len});
        count++;
    }
    return store_put(index->store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

static int forget(struct index *index, const char *network, const struct ip *ip)
{
    CLEANUP_MACHINE struct machine machine = {.guest_count = 0};
    struct lease entry = {.kind = KIND_ARP, .ip = *ip};
    int rc;

    strcpy(entry.network, network);
    rc = entries_get(index, &entry);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = machine_load(index->store, &entry.hwaddr, &machine);
    return rc < 0 || machine_running(&machine) ? rc : leases_remove(index, &entry);
}

static bool is_first(struct bytes list, const struct ip *ip)
{
    struct unpacker u = unpacker_of(list);

    return unpack_left(&u) > 0 && bytes_equal(unpack_short(&u), (struct bytes){ip->octets, ip->len});
}

int strangers_seen(struct index *index, const char *network, const struct ip *ip)
{
    CLEANUP_VALUE struct value list = {NULL, 0};
    struct ip dropped;
    int rc = load(index, network, &list);

    if (rc < 0 || is_first(value_bytes(&list), ip))
        return rc;
    rc = save(index, network, value_bytes(&list), ip, ip, &dropped);
    return rc < 0 || dropped.len == 0 ? rc : forget(index, network, &dropped);
}

int strangers_gone(struct index *index, const char *network, const struct ip *ip)
{
    CLEANUP_VALUE struct value list = {NULL, 0};
    struct ip dropped;
    int rc = load(index, network, &list);

    return rc < 0 || list.len == 0 ? rc : save(index, network, value_bytes(&list), NULL, ip, &dropped);
}
