#include "status_entry.h"

#include <errno.h>
#include <string.h>

#include "event.h"
#include "json_text.h"
#include "numbers.h"
#include "utf8.h"

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

const char *status_entry_read(struct json_object *entry, struct lease *lease, struct octets *server_duid)
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

bool status_entry_ip(struct json_object *entry, struct ip *ip)
{
    bool bad = !json_object_is_type(entry, json_type_object);
    const char *text = bad ? NULL : json_member_text(entry, "ip-address", &bad);

    return text != NULL && ip_parse(text, ip) == 0;
}

bool status_entry_possible(const struct lease *lease)
{
    return lease->hwaddr.known;
}

/* Adds a text, unless it is empty. */
static int add_text(struct json_object *entry, const char *name, const char *text)
{
    return text[0] != '\0' ? json_add(entry, name, json_object_new_string(text)) : 0;
}

struct json_object *status_entry_new(const struct lease *lease, const char *name,
                                     const struct octets *server_duid)
{
    struct json_object *entry = json_object_new_object();
    char iaid[IAID_TEXT_SIZE], ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE], id[OCTETS_TEXT_MAX + 1];
    bool ipv6 = lease->ip.len == IPV6_LEN;

    if (entry == NULL)
        return NULL;
    if (add_text(entry, "iaid", iaid_format(lease, iaid)) < 0 ||
        add_text(entry, "ip-address", ip_format(&lease->ip, ip)) < 0 ||
        add_text(entry, "mac-address", hwaddr_format(&lease->hwaddr, mac)) < 0 ||
        /* JSON is UTF-8; libvirtd would refuse the file. */
        (name != NULL && utf8_valid(name) && json_add(entry, "hostname", json_object_new_string(name)) < 0) ||
        add_text(entry, "client-id", octets_format(&lease->client_id, id)) < 0 ||
        (ipv6 && add_text(entry, "server-duid", octets_format(server_duid, id)) < 0) ||
        json_add_number(entry, "expiry-time", lease->expiry) < 0) {
        json_object_put(entry);
        return NULL;
    }
    return entry;
}

/* One spelling of each address: it can be found by its text. */
static int respell_ip(struct json_object *entry, const struct ip *ip)
{
    struct json_object *member;
    char text[IP_TEXT_SIZE];

    ip_format(ip, text);
    if (!json_object_object_get_ex(entry, "ip-address", &member) ||
        strcmp(json_object_get_string(member), text) == 0)
        return 0;
    return json_object_set_string(member, text) == 1 ? 0 : -ENOMEM;
}

int status_entry_repair(struct json_object *entry, const struct octets *server_duid)
{
    struct lease lease = {.expiry = 0};
    struct octets own = {.len = 0};
    char text[OCTETS_TEXT_MAX + 1];
    int rc;

    if (status_entry_read(entry, &lease, &own) != NULL || !status_entry_possible(&lease))
        return 0;
    rc = respell_ip(entry, &lease.ip);
    if (rc == 0 && !json_object_object_get_ex(entry, "expiry-time", NULL))
        rc = json_add_number(entry, "expiry-time", 0);
    if (rc == 0 && lease.ip.len == IPV6_LEN && own.len == 0)
        rc = add_text(entry, "server-duid", octets_format(server_duid, text));
    return rc < 0 ? rc : 1;
}
