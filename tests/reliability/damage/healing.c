#include "healing.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "indexer/sync_pass.h"
#include "schema/lease.h"
#include "schema/machine.h"

/* The lease that comes: nobody else's. */
#define EVENT_IP   "198.51.100.77"
#define EVENT_MAC  "02:09:09:09:09:09"
#define EVENT_HOST "the-event"

/* The hook's main(). */
int hook_main(int argc, char **argv);

static void ignore(void *context, const char *what, const char *why)
{
    (void)context;
    (void)what;
    (void)why;
}

static const struct report quiet = {.problem = ignore};

int heal_by_event(void)
{
    char hook[] = "lvindex-hook", add[] = "add", mac[] = EVENT_MAC, ip[] = EVENT_IP, name[] = EVENT_HOST;
    char *argv[] = {hook, add, mac, ip, name, NULL};

    /* getopt_long(3) begins anew. */
    optind = 0;
    return hook_main(5, argv);
}

int heal_by_sync(const struct healing *healing)
{
    const struct sync_sources sources = {.libvirt = {healing->networks, healing->definitions},
                                         .config = healing->config};

    return sync_pass(healing->state, STORE_CHECK, &sources, &quiet);
}

/* Records whose content is told by leases, entries and files, and by nothing else. */
static bool is_compared(enum key_kind kind)
{
    return kind == KEY_LEASE || kind == KEY_ENTRY || kind == KEY_HOST || kind == KEY_GUEST ||
           kind == KEY_ADDRESS || kind == KEY_MACHINE || kind == KEY_NETWORK || kind == KEY_OPTIONS ||
           kind == KEY_SUFFIX;
}

bool is_heard(struct bytes key)
{
    struct entry_key entry;

    return key_entry_parse(key, &entry) == 0 &&
           (entry.kind == KIND_LEASE || entry.kind == KIND_ARP || entry.kind == KIND_KEPT);
}

/* Is it about the event's lease, which has the time in it? */
static bool is_events(struct bytes key)
{
    static const uint8_t mac[] = {KEY_MACHINE, 1, 2, 9, 9, 9, 9, 9};
    struct ip ip;

    return ip_parse(EVENT_IP, &ip) == 0 && (memmem(key.at, key.len, ip.octets, ip.len) != NULL ||
                                            memmem(key.at, key.len, EVENT_HOST, strlen(EVENT_HOST)) != NULL ||
                                            bytes_equal(key, (struct bytes){mac, sizeof(mac)}));
}

/* How often each byte is in a record: a machine's leases, and a suffix's networks, stand in it as they came.
 */
static bool same_bytes(struct bytes a, struct bytes b)
{
    int counts[256] = {0};

    for (size_t i = 0; i < a.len; i++)
        counts[a.at[i]]++;
    for (size_t i = 0; i < b.len; i++)
        counts[b.at[i]]--;
    for (size_t i = 0; i < 256; i++) {
        if (counts[i] != 0)
            return false;
    }
    return true;
}

static bool same_value(struct bytes key, struct bytes a, struct bytes b)
{
    if (is_events(key))
        return true;
    return key.at[0] == KEY_MACHINE || key.at[0] == KEY_SUFFIX ? same_bytes(a, b) : bytes_equal(a, b);
}

static bool complain(const char *what, struct bytes key)
{
    CLEANUP_FREE char *text = escape_binary(key);

    printf("%s: %s\n", what, text);
    return false;
}

/* One way: what the other has more is found the other way. */
static bool contains(const struct records *there, const struct records *wanted, bool heard_only,
                     const struct record *but, const char *what)
{
    bool good = true;

    for (size_t i = 0; i < wanted->count; i++) {
        struct bytes key = key_bytes(&wanted->at[i].key);
        const struct kept_record *found = records_find(there, key);

        if (!is_compared(key.at[0]) || (heard_only && !is_heard(key)) ||
            (but != NULL && bytes_equal(but->key, key)))
            continue;
        if (found == NULL || !same_value(key, value_bytes(&found->value), value_bytes(&wanted->at[i].value)))
            good = complain(what, key);
    }
    return good;
}

bool healed(const struct healing *healing, const struct records *expected, const struct place *place)
{
    /* What follows from one that was lost, or is another now, is lost, or another, too. */
    bool heard = place->record != NULL && is_heard(place->record->key);
    /* Of a network, libvirt's files do not tell the server's DUID. */
    bool network = place->record != NULL && place->record->key.at[0] == KEY_NETWORK;
    const struct record *but = heard || network ? place->record : NULL;
    struct records found;
    bool good = records_load(healing->state, &found);

    if (good)
        good = contains(&found, expected, heard, but, "lost or changed");
    if (good)
        good = contains(expected, &found, heard, but, "come from nowhere");
    records_free(&found);
    return good;
}

size_t heard_lost(const struct records *expected, const struct records *found, const struct record *damaged)
{
    size_t lost = 0;

    for (size_t i = 0; i < expected->count; i++) {
        struct bytes key = key_bytes(&expected->at[i].key);

        if (is_heard(key) && (damaged == NULL || !bytes_equal(damaged->key, key)))
            lost += records_find(found, key) == NULL;
    }
    return lost;
}
