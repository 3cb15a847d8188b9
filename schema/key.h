/*
 * Keys of the index: one byte that says the kind of record, then what the record is about.
 *
 *   'V'                              meta: version and generation, see meta.h
 *   'S'                              the writer's own state, see state.h
 *   'L' network NUL ip               a lease, see lease.h
 *   'E' kind alias network NUL ip    an entry that is no lease, of which the kind (lease.h) and a number, for
 *                                    further names of its address, are a byte each
 *   'h' folded host name             claims on a host name, with or without its domain, see claim.h
 *   'g' folded guest name            claims on a libvirt guest's name
 *   'a' ip                           claims of names on an address (reverse lookup)
 *   'm' hardware type, octets        a machine: what is known under a hardware address, see machine.h
 *   's' name of the source           what a source file held when it was last read, see source.h
 *   'i' name of the source            what it named then, see source.h
 *   'd'                              the directory of sources: their names, each as a short string
 *   'n' network                      a network, see network.h
 *   'o'                              options, see options.h
 *   'x' folded suffix                the networks whose names may end in it, see suffix.h
 *   'x'                              the networks that have a suffix of their own, the same
 *   'u' network                      addresses of neighbours that are no guest's, each as a short string, the
 *                                    one that was seen last before the others
 *
 * In an index with a base, an empty value in index.tdb says that the base's record of this key is gone.
 *
 * An ip is 4 or 16 bytes in network order. Networks and names are bytes without a terminator.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_KEY_H
#define LVINDEX_SCHEMA_KEY_H

#include <stdint.h>

#include "address.h"
#include "limits.h"
#include "wire.h"

enum key_kind {
    KEY_META = 'V',
    KEY_STATE = 'S',
    KEY_LEASE = 'L',
    KEY_ENTRY = 'E',
    KEY_HOST = 'h',
    KEY_GUEST = 'g',
    KEY_ADDRESS = 'a',
    KEY_MACHINE = 'm',
    KEY_SOURCE = 's',
    KEY_ITEMS = 'i',
    KEY_SOURCES = 'd',
    KEY_NETWORK = 'n',
    KEY_OPTIONS = 'o',
    KEY_SUFFIX = 'x',
    KEY_STRANGERS = 'u',
};

#define KEY_MAX 280

struct key {
    size_t len;
    uint8_t at[KEY_MAX];
};

_Static_assert(KEY_MAX >= 1 + SOURCE_NAME_MAX && KEY_MAX >= 1 + GUEST_MAX && KEY_MAX >= 1 + DOMAIN_MAX &&
                   KEY_MAX >= 3 + NETWORK_MAX + 1 + IPV6_LEN && KEY_MAX >= 2 + HWADDR_MAX,
               "every key fits");

/* The bytes of `key`, for as long as it lives. */
static inline struct bytes key_bytes(const struct key *key)
{
    return (struct bytes){key->at, key->len};
}

/* Copies a key that stands elsewhere; false when it is longer than any of ours. */
static inline bool key_copy(struct bytes from, struct key *key)
{
    if (from.len > KEY_MAX)
        return false;
    key->len = from.len;
    memcpy(key->at, from.at, from.len);
    return true;
}

/* Kinds without a subject: KEY_META, KEY_STATE, KEY_SOURCES, KEY_OPTIONS; and KEY_SUFFIX, see suffix.h. */
struct key key_single(enum key_kind kind);
/* KEY_HOST, KEY_GUEST and KEY_SUFFIX: `name` is folded here. KEY_SOURCE, KEY_ITEMS, KEY_NETWORK and
 * KEY_STRANGERS: taken as it is. `name` is at most KEY_MAX - 1 bytes; the caller has checked its own,
 * narrower bound. */
struct key key_named(enum key_kind kind, struct bytes name);
struct key key_lease(const char *network, const struct ip *ip);
struct key key_entry(uint8_t kind, uint8_t alias, const char *network, const struct ip *ip);
struct key key_address(const struct ip *ip);
struct key key_machine(const struct hwaddr *hwaddr);

/* As key_named() and key_address(), in place: a look-up cannot afford the copy. */
void key_set_named(struct key *key, enum key_kind kind, struct bytes name);
void key_set_address(struct key *key, const struct ip *ip);

/* What a lease's or an entry's key says. */
struct entry_key {
    uint8_t kind; /* 0: a lease */
    uint8_t alias;
    char network[NETWORK_MAX + 1];
    struct ip ip;
};

/* Takes a key of KEY_LEASE or KEY_ENTRY apart. -EBADMSG when it is none. */
int key_entry_parse(struct bytes key, struct entry_key *entry);

#endif
