#include "healing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/cleanup.h"
#include "indexer/conf.h"
#include "indexer/escape.h"
#include "indexer/event.h"
#include "indexer/guests.h"
#include "indexer/leases.h"
#include "indexer/status.h"
#include "schema/machine.h"

/* The lease that comes: nobody else's. */
#define EVENT_IP   "198.51.100.77"
#define EVENT_HOST "the-event"

static void ignore(void *context, const char *what, const char *why)
{
    (void)context;
    (void)what;
    (void)why;
}

static const struct report quiet = {.problem = ignore};

static struct libvirt_dirs dirs_of(const struct healing *healing)
{
    return (struct libvirt_dirs){healing->networks, healing->definitions};
}

static int take_event(struct index *index, void *context)
{
    const struct libvirt_dirs dirs = dirs_of(context);
    struct event event = {.action = EVENT_ADD,
                          .has_expiry = true,
                          .lease = {.hwaddr = {true, HWADDR_ETHERNET, 6, {2, 9, 9, 9, 9, 9}}}};
    int rc = ip_parse(EVENT_IP, &event.lease.ip);

    strcpy(event.name, EVENT_HOST);
    if (rc == 0)
        rc = guests_refresh(index, &dirs);
    return rc < 0 ? index_failed(index, rc) : event_apply(index, &event, dirs.networks);
}

int heal_by_event(const struct healing *healing)
{
    return index_change(healing->state, STORE_WRITE, &quiet, take_event, (void *)(uintptr_t)healing);
}

static int read_sources(struct index *index, void *context)
{
    const struct libvirt_dirs dirs = dirs_of(context);
    int rc = guests_refresh(index, &dirs);

    if (rc == 0)
        rc = conf_refresh(index, dirs.networks);
    if (rc == 0)
        rc = status_refresh(index, &dirs);
    return rc < 0 ? index_failed(index, rc) : 0;
}

int heal_by_sync(const struct healing *healing)
{
    return index_change(healing->state, STORE_CHECK, &quiet, read_sources, (void *)(uintptr_t)healing);
}

/* Records whose content is told by leases and by libvirt's files, and by nothing else. */
static bool is_compared(enum key_kind kind)
{
    return kind == KEY_LEASE || kind == KEY_HOST || kind == KEY_GUEST || kind == KEY_ADDRESS ||
           kind == KEY_MACHINE;
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

/* How often each byte is in a machine's record: its leases stand in it as they came. */
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
    return key.at[0] == KEY_MACHINE ? same_bytes(a, b) : bytes_equal(a, b);
}

static bool complain(const char *what, struct bytes key)
{
    CLEANUP_FREE char *text = escape_binary(key);

    printf("%s: %s\n", what, text);
    return false;
}

/* One way: what the other has more is found the other way. */
static bool contains(const struct records *there, const struct records *wanted, bool leases_only,
                     const struct record *but, const char *what)
{
    bool good = true;

    for (size_t i = 0; i < wanted->count; i++) {
        struct bytes key = key_bytes(&wanted->at[i].key);
        const struct kept_record *found = records_find(there, key);

        if (!is_compared(key.at[0]) || (leases_only && key.at[0] != KEY_LEASE) ||
            (but != NULL && bytes_equal(but->key, key)))
            continue;
        if (found == NULL || !same_value(key, value_bytes(&found->value), value_bytes(&wanted->at[i].value)))
            good = complain(what, key);
    }
    return good;
}

bool healed(const struct healing *healing, const struct records *expected, const struct place *place)
{
    /* What follows from a lease that was lost, or is another now, is lost, or another, too. */
    bool lease = place->record != NULL && place->record->key.at[0] == KEY_LEASE;
    const struct record *but = lease ? place->record : NULL;
    struct records found;
    bool good = records_load(healing->state, &found);

    if (good)
        good = contains(&found, expected, lease, but, "lost or changed");
    if (good)
        good = contains(expected, &found, lease, but, "come from nowhere");
    records_free(&found);
    return good;
}

size_t leases_lost(const struct records *expected, const struct records *found, const struct record *damaged)
{
    size_t lost = 0;

    for (size_t i = 0; i < expected->count; i++) {
        struct bytes key = key_bytes(&expected->at[i].key);

        if (key.at[0] == KEY_LEASE && (damaged == NULL || !bytes_equal(damaged->key, key)))
            lost += records_find(found, key) == NULL;
    }
    return lost;
}
