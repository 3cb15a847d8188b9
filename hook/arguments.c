#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "indexer/numbers.h"
#include "schema/name.h"

/* DHCP's "for ever" (RFC 2131, 3.3) as a lease's length. */
#define LENGTH_INFINITE UINT32_MAX

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static int refuse(const struct report *report, const char *what, const char *value, const char *why)
{
    report_problem(report, why, "%s \"%.300s\"", what, value);
    return -EINVAL;
}

const char *arguments_network(const struct report *report, bool *libvirt)
{
    const char *name = "VIR_BRIDGE_NAME";
    const char *network = variable(name);

    *libvirt = network != NULL;
    if (network == NULL) {
        name = "LVINDEX_NETWORK";
        network = variable(name);
    }
    if (network == NULL)
        return "";
    if (!network_valid(network)) {
        refuse(report, name, network, "not a valid network name");
        return NULL;
    }
    return network;
}

/* Copies a text of at most `max` bytes. */
static int copy_text(const struct report *report, const char *what, const char *value, char *to, size_t max)
{
    if (value == NULL)
        return 0;
    if (strlen(value) > max)
        return refuse(report, what, value, "too long");
    strcpy(to, value);
    return 0;
}

static int read_octets(const struct report *report, const char *what, const char *value,
                       struct octets *octets)
{
    if (value == NULL)
        return 0;
    switch (octets_parse(value, octets)) {
    case 0:
        return 0;
    case -E2BIG:
        return refuse(report, what, value, "too long");
    default:
        return refuse(report, what, value, "not octets as xx:xx:...");
    }
}

static int read_hwaddr(const struct report *report, const char *what, const char *value,
                       struct hwaddr *hwaddr)
{
    switch (hwaddr_parse(value, hwaddr)) {
    case 0:
        return 0;
    case -E2BIG:
        return refuse(report, what, value, "too long");
    default:
        return refuse(report, what, value, "not a hardware address");
    }
}

/* An IPv4 lease: argv names the hardware address, the environment the client-id. */
static int read_ipv4_client(const char *client, const struct report *report, struct lease *lease)
{
    int rc = read_hwaddr(report, "MAC", client, &lease->hwaddr);

    return rc < 0
               ? rc
               : read_octets(report, "DNSMASQ_CLIENT_ID", variable("DNSMASQ_CLIENT_ID"), &lease->client_id);
}

/* An IPv6 lease: argv names the DUID; the hardware address is there when dnsmasq knows it. A lease has an
 * IAID, which its end need not tell. */
static int read_ipv6_client(enum event_action action, const char *client, const struct report *report,
                            struct lease *lease)
{
    const char *iaid = variable("DNSMASQ_IAID");
    const char *mac = variable("DNSMASQ_MAC");
    int rc;

    if (iaid != NULL ? iaid_parse(iaid, lease) < 0 : action != EVENT_DEL)
        return refuse(report, "DNSMASQ_IAID", iaid != NULL ? iaid : "",
                      "not an IAID, which an IPv6 lease has");
    rc = read_octets(report, "DUID", client, &lease->client_id);
    if (rc == 0 && mac != NULL)
        rc = read_hwaddr(report, "DNSMASQ_MAC", mac, &lease->hwaddr);
    return rc;
}

/* A time with white space on both sides, which libvirt's helper allows, too. dnsmasq 2.90 puts some behind
 * it. */
static int read_seconds(const char *text, uint64_t max, uint64_t *seconds)
{
    char copy[64];
    size_t len;

    text += strspn(text, " \t\n");
    len = strlen(text);
    while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
        len--;
    if (len >= sizeof(copy))
        return -ERANGE;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return number_parse(copy, max, seconds);
}

/* DNSMASQ_LEASE_EXPIRES, or DNSMASQ_LEASE_LENGTH of a dnsmasq that does not trust its clock. */
static int read_expiry(const struct report *report, struct event *event)
{
    const char *expires = getenv("DNSMASQ_LEASE_EXPIRES");
    const char *length = variable("DNSMASQ_LEASE_LENGTH");
    uint64_t seconds;

    if (event->action == EVENT_DEL && event->libvirt)
        return 0; /* its lease goes whatever the time is */
    event->has_expiry = expires != NULL || length != NULL;
    if (expires != NULL && read_seconds(expires, SECONDS_MAX, &event->lease.expiry) < 0)
        return refuse(report, "DNSMASQ_LEASE_EXPIRES", expires, "not a time in seconds");
    if (expires != NULL || length == NULL)
        return 0;
    if (read_seconds(length, UINT32_MAX, &seconds) < 0)
        return refuse(report, "DNSMASQ_LEASE_LENGTH", length, "not a length in seconds");
    if (seconds != LENGTH_INFINITE)
        event->lease.expiry = (uint64_t)time(NULL) + seconds;
    return 0;
}

/* The name that libvirt's helper writes into .status: also one that dnsmasq refused or took away, and an
 * empty one. */
static const char *mirrored_name(const char *name)
{
    if (name == NULL)
        name = getenv("DNSMASQ_SUPPLIED_HOSTNAME");
    return name != NULL ? name : getenv("DNSMASQ_OLD_HOSTNAME");
}

static int read_names(char *name, const struct report *report, struct event *event)
{
    int rc = copy_text(report, "HOSTNAME", name, event->name, RAW_NAME_MAX);

    if (rc == 0)
        rc = copy_text(report, "DNSMASQ_DOMAIN", variable("DNSMASQ_DOMAIN"), event->domain, RAW_NAME_MAX);
    if (rc == 0)
        rc = copy_text(report, "DNSMASQ_SUPPLIED_HOSTNAME", variable("DNSMASQ_SUPPLIED_HOSTNAME"),
                       event->supplied, RAW_NAME_MAX);
    if (rc == 0)
        rc = copy_text(report, "DNSMASQ_OLD_HOSTNAME", variable("DNSMASQ_OLD_HOSTNAME"), event->old_name,
                       RAW_NAME_MAX);
    event->mirrored = mirrored_name(name);
    return rc;
}

int arguments_read(enum event_action action, char **argv, const struct report *report, struct event *event)
{
    struct lease *lease = &event->lease;
    const char *network;
    int rc;

    memset(event, 0, sizeof(*event));
    event->action = action;
    event->data_missing = variable("DNSMASQ_DATA_MISSING") != NULL;
    network = arguments_network(report, &event->libvirt);
    if (network == NULL)
        return -EINVAL;
    strcpy(lease->network, network);
    if (ip_parse(argv[1], &lease->ip) < 0)
        return refuse(report, "IP", argv[1], "not an address");
    rc = lease->ip.len == IPV4_LEN ? read_ipv4_client(argv[0], report, lease)
                                   : read_ipv6_client(action, argv[0], report, lease);
    if (rc == 0)
        rc = read_expiry(report, event);
    if (rc == 0)
        rc = copy_text(report, "DNSMASQ_INTERFACE", variable("DNSMASQ_INTERFACE"), lease->interface,
                       INTERFACE_MAX);
    if (rc == 0)
        rc = read_octets(report, "DNSMASQ_SERVER_DUID", variable("DNSMASQ_SERVER_DUID"), &event->server_duid);
    return rc < 0 ? rc : read_names(argv[2], report, event);
}

int arguments_neighbour(char **argv, const struct report *report, struct neighbour *neighbour)
{
    bool libvirt;
    const char *network = arguments_network(report, &libvirt);

    if (network == NULL)
        return -EINVAL;
    strcpy(neighbour->network, network);
    if (ip_parse(argv[1], &neighbour->ip) < 0)
        return refuse(report, "IP", argv[1], "not an address");
    return read_hwaddr(report, "MAC", argv[0], &neighbour->hwaddr);
}
