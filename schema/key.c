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
    if (kind != KEY_HOST && kind != KEY_GUEST) {
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

struct key key_lease(const char *network, const struct ip *ip)
{
    struct key key = key_single(KEY_LEASE);

    append(&key, network, strlen(network) + 1);
    append(&key, ip->octets, ip->len);
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

int key_lease_parse(struct bytes key, char *network, struct ip *ip)
{
    const uint8_t *text, *nul;
    size_t len;

    if (key.len < 1 || key.at[0] != KEY_LEASE)
        return -EBADMSG;
    text = key.at + 1;
    nul = memchr(text, '\0', key.len - 1);
    if (nul == NULL || nul - text > NETWORK_MAX)
        return -EBADMSG;
    len = (size_t)(nul - text);
    memcpy(network, text, len + 1);
    if (!network_valid(network) || ip_from_bytes((struct bytes){nul + 1, key.len - len - 2}, ip) < 0)
        return -EBADMSG;
    return 0;
}
