#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "index.h"
#include "leases.h"
#include "schema/name.h"
#include "schema/suffix.h"
#include "source_record.h"
#include "suffixes.h"
#include "text_list.h"
#include "value.h"

/* What a network stands under: its own name, libvirt's for it, its domain, its suffixes, and the empty one.
 */
#define UNDER_MAX (4 + SUFFIXES_MAX)

struct under {
    size_t count;
    struct bytes at[UNDER_MAX]; /* they point into the network and its name */
};

static bool is_under(const struct under *under, struct bytes suffix)
{
    for (size_t i = 0; i < under->count; i++) {
        if (name_equal_bytes(under->at[i], suffix))
            return true;
    }
    return false;
}

static void add_under(struct under *under, const char *suffix)
{
    if (suffix[0] != '\0' && !is_under(under, bytes_of(suffix)))
        under->at[under->count++] = bytes_of(suffix);
}

static struct under under_of(const char *name, const struct network *network)
{
    struct under under = {.count = 0};

    add_under(&under, name);
    add_under(&under, network->name);
    add_under(&under, network->domain);
    for (size_t i = 0; i < network->suffix_count; i++)
        add_under(&under, network->suffixes[i]);
    if (network->domain[0] != '\0' || network->suffix_count > 0)
        under.at[under.count++] = (struct bytes){NULL, 0};
    return under;
}

/* Puts the network into the suffix's record, or takes it out. */
static int set_listed(struct store *store, struct bytes suffix, struct bytes network, bool listed)
{
    struct key key = key_named(KEY_SUFFIX, suffix);
    CLEANUP_VALUE struct value value = {NULL, 0};
    CLEANUP_FREE uint8_t *packed = NULL;
    int rc = store_get(store, &key, &value);
    struct unpacker u;
    struct packer p;

    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (suffix_lists(value_bytes(&value), network) == listed)
        return 0;
    packed = malloc(value.len + 1 + network.len);
    if (packed == NULL)
        return -ENOMEM;
    p = (struct packer){packed, packed + value.len + 1 + network.len, false};
    for (u = unpacker_of(value_bytes(&value)); unpack_left(&u) > 0;) {
        struct bytes other = unpack_short(&u);

        if (!u.bad && !bytes_equal(other, network))
            pack_short(&p, other);
    }
    if (listed)
        pack_short(&p, network);
    return p.full ? -EMSGSIZE : store_put(store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

/* Also those that it stands under already are looked at: one may be missing in an index that was damaged. */
static int set_under(struct index *index, const char *name, const struct under *before,
                     const struct under *now)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < before->count; i++) {
        if (!is_under(now, before->at[i]))
            rc = set_listed(index->store, before->at[i], bytes_of(name), false);
    }
    for (size_t i = 0; rc == 0 && i < now->count; i++)
        rc = set_listed(index->store, now->at[i], bytes_of(name), true);
    return rc;
}

int index_network(struct index *index, const char *name, struct network *network)
{
    CLEANUP_VALUE struct value value;
    struct key key = key_named(KEY_NETWORK, bytes_of(name));
    int rc = store_get(index->store, &key, &value);

    if (rc == -ENOENT || (rc == 0 && !network_unpack(value_bytes(&value), network))) {
        *network = (struct network){0};
        return 0;
    }
    return rc;
}

int index_set_network(struct index *index, const char *name, const struct network *network)
{
    struct key key = key_named(KEY_NETWORK, bytes_of(name));
    struct network before, now = *network;
    uint8_t packed[NETWORK_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};
    struct under under_before, under_now;
    int rc = index_network(index, name, &before);

    if (rc == 0)
        rc = suffixes_given(index, name, &now);
    if (rc < 0)
        return rc;
    under_before = under_of(name, &before);
    under_now = under_of(name, &now);
    rc = set_under(index, name, &under_before, &under_now);
    network_pack(&p, &now);
    return rc < 0 ? rc : store_put(index->store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

int index_suffix_networks(struct index *index, struct bytes suffix, struct value *networks)
{
    struct key key;

    if (suffix.len == 0 || suffix.len > DOMAIN_MAX)
        return -ENOENT;
    key = key_named(KEY_SUFFIX, suffix);
    return store_get(index->store, &key, networks);
}

int index_suffix(struct index *index, struct bytes network, size_t label_len,
                 char suffix[static DOMAIN_MAX + 1])
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    struct key key;
    struct bytes found;
    int rc;

    suffix[0] = '\0';
    if (network.len > NETWORK_MAX)
        return 0;
    key = key_named(KEY_NETWORK, network);
    rc = store_get(index->store, &key, &value);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    found = network_suffix(value_bytes(&value));
    if (found.len == 0 || label_len + 1 + found.len > DOMAIN_MAX ||
        !name_domain_valid((const char *)found.at, found.len))
        return 0;
    memcpy(suffix, found.at, found.len);
    suffix[found.len] = '\0';
    return 0;
}

/* Does it stand under its own name, as all but the unnamed one do? */
static bool is_known(struct store *store, const char *name)
{
    struct key key = key_named(name[0] != '\0' ? KEY_SUFFIX : KEY_NETWORK, bytes_of(name));
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = store_get(store, &key, &value);

    return rc == 0 && (name[0] == '\0' || suffix_lists(value_bytes(&value), bytes_of(name)));
}

int index_know_network(struct index *index, const char *name)
{
    struct network network;
    int rc;

    if (is_known(index->store, name))
        return 0;
    rc = index_network(index, name, &network);
    return rc < 0 ? rc : index_set_network(index, name, &network);
}

static int note_network(void *context, struct bytes key, struct bytes value)
{
    (void)value;
    return text_list_add(context, (const char *)key.at + 1, key.len - 1);
}

static int note_leased(void *context, const struct lease *lease)
{
    struct text_list *networks = context;

    return text_list_contains(networks, lease->network) ? 0 : text_list_collect(networks, lease->network);
}

/* Has the files read again, for what was not looked for in them. */
static int forget_contents(struct index *index)
{
    CLEANUP_TEXTS struct text_list names = {NULL, 0};
    int rc = source_record_each(index->store, SOURCE_CONF, text_list_collect, &names);

    for (size_t i = 0; rc == 0 && i < names.count; i++) {
        const struct source nothing = {.number = 0};
        char name[SOURCE_NAME_MAX + 1];

        snprintf(name, sizeof(name), SOURCE_CONF "%s", names.at[i]);
        rc = source_record_touch(index->store, name, &nothing);
    }
    return rc;
}

int index_convert_networks(struct index *index)
{
    CLEANUP_TEXTS struct text_list networks = {NULL, 0};
    int rc = store_each(index->store, KEY_NETWORK, note_network, &networks);

    if (rc == 0)
        rc = leases_each(index, NULL, note_leased, &networks);
    for (size_t i = 0; rc == 0 && i < networks.count; i++) {
        struct network network;

        if (!network_valid(networks.at[i]))
            continue;
        rc = index_network(index, networks.at[i], &network);
        if (rc == 0)
            rc = index_set_network(index, networks.at[i], &network);
    }
    return rc < 0 ? rc : forget_contents(index);
}

int index_set_server_duid(struct index *index, const char *name, const struct octets *duid)
{
    struct network network;
    int rc = index_network(index, name, &network);

    if (rc < 0 || duid->len == 0)
        return rc;
    network.server_duid = *duid;
    return index_set_network(index, name, &network);
}
