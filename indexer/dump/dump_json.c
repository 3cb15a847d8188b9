#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "indexer/json_text.h"
#include "indexer/numbers.h"

/* Adds a text, unless it is empty. */
static int add_text(struct json_object *object, const char *name, const char *text)
{
    return text[0] == '\0' ? 0 : json_add(object, name, json_object_new_string(text));
}

static int add_guests(struct json_object *object, const struct dump_lease *lease)
{
    struct json_object *guests = json_object_new_array();
    int rc = guests == NULL ? -ENOMEM : 0;

    for (size_t i = 0; rc == 0 && i < lease->guest_count; i++) {
        struct json_object *name = json_new_escaped(lease->guests[i]);

        if (name == NULL || json_object_array_add(guests, name) != 0) {
            json_object_put(name);
            rc = -ENOMEM;
        }
    }
    if (rc < 0) {
        json_object_put(guests);
        return rc;
    }
    return json_add(object, "guests", guests);
}

static int add_refusal(struct json_object *object, const struct dump_lease *lease)
{
    const char *name = lease->lease.refused[0] != '\0' ? lease->lease.refused : lease->lease.host;
    int rc = 0;

    if (lease->reason != REFUSAL_NONE) {
        rc = json_add(object, "name-refused", json_new_escaped(name));
        if (rc == 0)
            rc = add_text(object, "name-refused-reason", refusal_text(lease->reason));
    }
    return rc;
}

int dump_json_lease(struct json_object *object, const struct dump_lease *entry)
{
    const struct lease *lease = &entry->lease;
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1], iaid[IAID_TEXT_SIZE];
    int rc = lease->kind == KIND_LEASE ? 0 : add_text(object, "kind", lease_kind_text(lease->kind));

    if (rc == 0)
        rc = json_add(object, "network", json_object_new_string(lease->network));
    if (rc == 0)
        rc = add_text(object, "ip-address", ip_format(&lease->ip, ip));
    if (rc == 0)
        rc = add_text(object, "mac-address", hwaddr_format(&lease->hwaddr, mac));
    if (rc == 0)
        rc = add_text(object, "hostname", entry->reason == REFUSAL_NONE ? lease->host : "");
    if (rc == 0)
        rc = add_text(object, "domain", entry->reason == REFUSAL_NONE ? lease->domain : "");
    if (rc == 0)
        rc = add_text(object, "client-id", octets_format(&lease->client_id, id));
    if (rc == 0)
        rc = add_text(object, "iaid", iaid_format(lease, iaid));
    if (rc == 0)
        rc = json_add_number(object, "expiry-time", lease->expiry);
    if (rc == 0 && lease->interface[0] != '\0')
        rc = json_add(object, "interface", json_new_escaped(lease->interface));
    if (rc == 0 && lease->heard != 0)
        rc = json_add_number(object, "last-heard", lease->heard / 1000);
    if (rc == 0)
        rc = add_guests(object, entry);
    return rc < 0 ? rc : add_refusal(object, entry);
}

/* Those that are leases, or all others. */
static int add_leases(struct json_object *array, const struct dump_leases *leases, bool entries)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < leases->count; i++) {
        struct json_object *object;

        if ((leases->at[i].lease.kind != KIND_LEASE) != entries)
            continue;
        object = json_object_new_object();
        if (object == NULL || json_object_array_add(array, object) != 0) {
            json_object_put(object);
            return -ENOMEM;
        }
        rc = dump_json_lease(object, &leases->at[i]);
    }
    return rc;
}

static int add_array(struct json_object *object, const char *name, const struct dump_leases *leases,
                     bool entries)
{
    struct json_object *array = json_object_new_array();
    int rc = array == NULL ? -ENOMEM : add_leases(array, leases, entries);

    if (rc < 0) {
        json_object_put(array);
        return rc;
    }
    return json_add(object, name, array);
}

int dump_json(struct index *index, const struct dump_query *query, FILE *to)
{
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    CLEANUP_JSON struct json_object *object = json_object_new_object();
    int rc = object == NULL ? -ENOMEM : json_add_number(object, "version", store_meta(index->store)->version);

    if (rc == 0)
        rc = json_add_number(object, "generation", store_meta(index->store)->generation);
    if (rc == 0)
        rc = dump_collect(index, query, &leases);
    if (rc == 0)
        rc = add_array(object, "leases", &leases, false);
    if (rc == 0)
        rc = add_array(object, "entries", &leases, true);
    return rc < 0 ? rc : json_print(object, to);
}
