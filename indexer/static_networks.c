#include "static_networks.h"

#include <errno.h>
#include <string.h>

#include "schema/machine.h"
#include "text_list.h"

/* Adds a network, once. Definitions have a place that no network is called. */
static int add_network(struct text_list *networks, struct bytes network)
{
    char name[NETWORK_MAX + 1];

    if (network.len == 0 || network.len > NETWORK_MAX || network.at[0] == '/')
        return 0;
    memcpy(name, network.at, network.len);
    name[network.len] = '\0';
    return text_list_contains(networks, name) ? 0 : text_list_add(networks, name, network.len);
}

/* Reads the guests of the machine alone: it may have many entries, each of which asks for them. */
static int add_of_machine(struct index *index, const struct hwaddr *hwaddr, struct text_list *networks)
{
    const struct key key = key_machine(hwaddr);
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = hwaddr->len > 0 ? store_get(index->store, &key, &value) : -ENOENT;
    struct unpacker u = unpacker_of(value_bytes(&value));
    struct machine_guest guest;

    for (size_t left = rc == 0 ? machine_guest_count(&u) : 0; rc == 0 && left > 0; left--) {
        if (!machine_next_guest(&u, &guest))
            break;
        if (guest.running)
            rc = add_network(networks, guest.network);
    }
    return rc == -ENOENT ? 0 : rc;
}

static int add_of_name(struct index *index, const char *name, struct text_list *networks)
{
    const struct key key = key_named(KEY_GUEST, bytes_of(name));
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = store_get(index->store, &key, &value);
    struct unpacker rest = unpacker_of(value_bytes(&value));
    struct claim claim;

    while (rc == 0 && claim_next(&rest, &claim)) {
        if ((claim.flags & CLAIM_PRESENCE) != 0)
            rc = add_network(networks, claim.network);
    }
    return rc == -ENOENT ? 0 : rc;
}

static int add_of_names(struct index *index, const struct entry_list *list, const struct entry_place *place,
                        struct text_list *networks)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < place->count; i++) {
        const struct lease *entry = &list->entries.at[place->at[i]];
        char qualified[DOMAIN_MAX + 1];

        if (entry->host[0] != '\0')
            rc = add_of_name(index, entry->host, networks);
        if (rc == 0 && entry->domain[0] != '\0')
            rc = add_of_name(index, lease_qualified(entry, qualified), networks);
    }
    return rc;
}

/* May the place's entries be added to those that lines with this network have of the address? */
static bool goes_with(const struct entry_place *place, const struct entry_place *other)
{
    return place->names + other->names <= ENTRY_NAMES_MAX &&
           (!place->hwaddr.known || !other->hwaddr.known || hwaddr_equal(&place->hwaddr, &other->hwaddr));
}

/* The networks of an address that was given none; the unnamed one if there is no other. */
static int find_networks(struct index *index, struct entry_list *list, const struct entry_place *place,
                         struct text_list *networks)
{
    CLEANUP_TEXTS struct text_list all = {NULL, 0};
    int rc = add_of_machine(index, &place->hwaddr, &all);

    if (rc == 0 && all.count == 0)
        rc = add_of_names(index, list, place, &all);
    for (size_t i = 0; rc == 0 && i < all.count; i++) {
        const struct entry_place *other = entry_list_place(list, all.at[i], &place->ip);

        if (other == NULL)
            rc = -ENOMEM;
        else if (goes_with(place, other))
            rc = text_list_add(networks, all.at[i], strlen(all.at[i]));
    }
    return rc < 0 || networks->count > 0 ? rc : text_list_add(networks, "", 0);
}

/* Adds what an entry of `from` says, which is of that place, to the network. */
static int add_entry(struct entry_list *to, const struct lease *entry, const struct entry_place *from,
                     const char *network)
{
    struct entry_place *place = entry_list_place(to, network, &entry->ip);
    struct entry_name name;
    int rc = 0;

    if (place == NULL)
        return -ENOMEM;
    if (from->hwaddr.known && !place->hwaddr.known)
        rc = entry_list_set_hwaddr(to, place, &from->hwaddr);
    if (rc < 0 || entry->host[0] == '\0')
        return rc;
    strcpy(name.host, entry->host);
    strcpy(name.domain, entry->domain);
    return entry_list_add_name(to, place, &name);
}

int static_networks_find(struct index *index, struct entry_list *from, struct entry_list *to)
{
    CLEANUP_TEXTS struct text_list networks = {NULL, 0};
    const struct entry_place *last = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < from->entries.count; i++) {
        const struct lease *entry = &from->entries.at[i];
        const struct entry_place *place = entry_list_place(from, entry->network, &entry->ip);

        if (place == NULL)
            return -ENOMEM;
        if (entry->network[0] != '\0') {
            rc = add_entry(to, entry, place, entry->network);
            continue;
        }
        /* Those of one address stand side by side, mostly. */
        if (place != last) {
            text_list_free(&networks);
            networks = (struct text_list){NULL, 0};
            rc = find_networks(index, from, place, &networks);
            last = place;
        }
        for (size_t j = 0; rc == 0 && j < networks.count; j++)
            rc = add_entry(to, entry, place, networks.at[j]);
    }
    return rc;
}
