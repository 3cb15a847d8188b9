#include "key.h"

#include <errno.h>

#include "name.h"

static void append(struct key *key, const void *from, size_t len)
{
    if (len > KEY_MAX - key->len)
        len = KEY_MAX - key->len;
    if (len > 0)
        memcpy(key->at + key->len, from, len);
    key->len += len;
}

struct key key_single(enum key_kind kind)
{
    struct key key;

    key.len = 1;
    key.at[0] = (uint8_t)kind;
    return key;
}

void key_set_named(struct key *key, enum key_kind kind, struct bytes name)
{
    key->len = 1;
    key->at[0] = (uint8_t)kind;
    if (kind != KEY_HOST && kind != KEY_GUEST && kind != KEY_SUFFIX) {
        append(key, name.at, name.len);
        return;
    }
    if (name.len > KEY_MAX - 1)
        name.len = KEY_MAX - 1;
    name_fold((char *)key->at + 1, (const char *)name.at, name.len);
    key->len += name.len;
}

struct key key_named(enum key_kind kind, struct bytes name)
{
    struct key key;

    key_set_named(&key, kind, name);
    return key;
}

static void append_place(struct key *key, const char *network, const struct ip *ip)
{
    append(key, network, strlen(network) + 1);
    append(key, ip->octets, ip->len);
}

struct key key_lease(const char *network, const struct ip *ip)
{
    struct key key = key_single(KEY_LEASE);

    append_place(&key, network, ip);
    return key;
}

struct key key_entry(uint8_t kind, uint8_t alias, const char *network, const struct ip *ip)
{
    struct key key = key_single(KEY_ENTRY);

    append(&key, &kind, 1);
    append(&key, &alias, 1);
    append_place(&key, network, ip);
    return key;
}

void key_set_address(struct key *key, const struct ip *ip)
{
    key->len = 1;
    key->at[0] = KEY_ADDRESS;
    append(key, ip->octets, ip->len);
}

struct key key_address(const struct ip *ip)
{
    struct key key;

    key_set_address(&key, ip);
    return key;
}

struct key key_machine(const struct hwaddr *hwaddr)
{
    struct key key = key_single(KEY_MACHINE);

    append(&key, &hwaddr->type, 1);
    append(&key, hwaddr->octets, hwaddr->len);
    return key;
}

/* NETWORK NUL IP */
static int parse_place(struct bytes rest, struct entry_key *entry)
{
    const uint8_t *nul = rest.len > 0 ? memchr(rest.at, '\0', rest.len) : NULL;
    size_t len;

    if (nul == NULL || nul - rest.at > NETWORK_MAX)
        return -EBADMSG;
    len = (size_t)(nul - rest.at);
    memcpy(entry->network, rest.at, len + 1);
    if (!network_valid(entry->network) ||
        ip_from_bytes((struct bytes){nul + 1, rest.len - len - 1}, &entry->ip) < 0)
        return -EBADMSG;
    return 0;
}

int key_entry_parse(struct bytes key, struct entry_key *entry)
{
    struct unpacker u = unpacker_of(key);
    uint64_t first = unpack_uint(&u, 1);

    entry->kind = entry->alias = 0;
    if (!u.bad && first == KEY_ENTRY) {
        entry->kind = (uint8_t)unpack_uint(&u, 1);
        entry->alias = (uint8_t)unpack_uint(&u, 1);
        u.bad = u.bad || entry->kind == 0;
    }
    if (u.bad || (first != KEY_LEASE && first != KEY_ENTRY))
        return -EBADMSG;
    return parse_place(unpack_raw(&u, unpack_left(&u)), entry);
}
