#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "numbers.h"
#include "json_text.h"
#include "network_files.h"
#include "pass.h"

static bool read_expiry(struct json_object *entry, uint64_t *expiry)
{
    struct json_object *member;
    int64_t seconds;

    *expiry = 0;
    if (!json_object_object_get_ex(entry, "expiry-time", &member))
        return true;
    seconds = json_object_get_int64(member);
    if (!json_object_is_type(member, json_type_int) || seconds < 0 || (uint64_t)seconds > SECONDS_MAX)
        return false;
    *expiry = (uint64_t)seconds;
    return true;
}

/* What is wrong with an entry; NULL when it is a lease. */
static const char *read_entry(struct json_object *entry, struct lease *lease, struct octets *server_duid)
{
    const char *ip, *mac, *host, *client_id, *iaid, *duid;
    bool bad = false;

    if (!json_object_is_type(entry, json_type_object))
        return "not an object";
    ip = json_member_text(entry, "ip-address", &bad);
    mac = json_member_text(entry, "mac-address", &bad);
    host = json_member_text(entry, "hostname", &bad);
    client_id = json_member_text(entry, "client-id", &bad);
    iaid = json_member_text(entry, "iaid", &bad);
    duid = json_member_text(entry, "server-duid", &bad);
    if (bad)
        return "a member that must be a string is none";
    if (ip == NULL || ip_parse(ip, &lease->ip) < 0)
        return "no valid ip-address";
    if (mac != NULL && hwaddr_parse(mac, &lease->hwaddr) < 0)
        return "no valid mac-address";
    if (client_id != NULL && octets_parse(client_id, &lease->client_id) < 0)
        return "no valid client-id";
    if (iaid != NULL && iaid_parse(iaid, lease) < 0)
        return "no valid iaid";
    if (duid != NULL && octets_parse(duid, server_duid) < 0)
        return "no valid server-duid";
    if (!read_expiry(entry, &lease->expiry))
        return "no valid expiry-time";
    if (host != NULL && strlen(host) > RAW_NAME_MAX)
        return "hostname too long";
    lease_set_name(lease, host != NULL ? host : "", "");
    return NULL;
}

static int take_entries(struct json_object *array, struct pass *pass)
{
    struct octets server_duid = {0};
    size_t count = array == NULL ? 0 : json_object_array_length(array);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct lease lease = {.expiry = 0};
        const char *why = read_entry(json_object_array_get_idx(array, i), &lease, &server_duid);

        if (why != NULL)
            pass_bad_entry(pass, i + 1, why);
        else
            rc = pass_lease(pass, &lease);
    }
    if (rc == 0)
        rc = pass_finish(pass);
    return rc < 0 ? rc : index_set_server_duid(pass->index, pass->network, &server_duid);
}

static int apply(struct index *index, const char *network, const struct source_file *source)
{
    CLEANUP_JSON struct json_object *array = NULL;
    CLEANUP_PASS struct pass pass = {
        .index = index, .network = network, .where = source->where, .owner = OWNER_STATUS, .ordered = true};
    int rc;

    if (source->file.len > 0) {
        array = json_parse_array(source->file.text, source->file.len);
        if (array == NULL) {
            report_problem(index->report, "damaged; its network keeps the leases already known", "%s",
                           source->where);
            return 0;
        }
    }
    rc = take_entries(array, &pass);
    return rc < 0 ? rc : source_file_applied(index, source, pass.incomplete);
}

/* The network is gone: so is what its file brought. */
static int forget(struct index *index, const char *network)
{
    CLEANUP_PASS struct pass pass = {.index = index, .network = network, .owner = OWNER_STATUS};
    char name[SOURCE_NAME_MAX + 1];
    int rc = pass_finish(&pass);

    snprintf(name, sizeof(name), SOURCE_STATUS "%s", network);
    return rc < 0 ? rc : source_record_delete(index->store, name);
}

int status_refresh(struct index *index, const struct libvirt_dirs *dirs)
{
    static const struct network_file_kind kind = {".status", SOURCE_STATUS, apply, forget};

    return network_files_refresh(index, dirs->networks, &kind);
}
