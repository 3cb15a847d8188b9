#include "conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "network_files.h"
#include "numbers.h"
#include "schema/name.h"

/* What a file says. */
struct conf {
    char bridge[NETWORK_MAX + 1]; /* "": not said */
    uint8_t prefix_ipv4;
    uint8_t prefix_ipv6;
    char domain[DOMAIN_MAX + 1]; /* "": none, or none that names can have */
};

/* The length of a netmask's prefix; -1 when it is none. */
static int mask_length(const struct ip *mask)
{
    uint32_t bits = 0;
    int length = 0;

    for (int i = 0; i < IPV4_LEN; i++)
        bits = bits << 8 | mask->octets[i];
    while (length < 32 && (bits & UINT32_C(1) << (31 - length)) != 0)
        length++;
    return length == 32 || (bits << length) == 0 ? length : -1;
}

/* FIRST[,LAST],NETMASK or PREFIX[,TIME]: the field behind the addresses. */
static void read_range(char *text, struct conf *conf)
{
    struct ip first, ip;
    uint64_t prefix;
    char *field = strsep(&text, ",");

    if (ip_parse(field, &first) < 0)
        return;
    while ((field = strsep(&text, ",")) != NULL) {
        if (first.len == IPV6_LEN && conf->prefix_ipv6 == 0 && number_parse(field, 128, &prefix) == 0)
            conf->prefix_ipv6 = (uint8_t)prefix;
        if (first.len == IPV4_LEN && conf->prefix_ipv4 == 0 && ip_parse(field, &ip) == 0 &&
            ip.len == IPV4_LEN && mask_length(&ip) > 0)
            conf->prefix_ipv4 = (uint8_t)mask_length(&ip);
    }
}

static void read_domain(const char *text, struct conf *conf)
{
    size_t len = strlen(text);

    if (name_domain_valid(text, len))
        memcpy(conf->domain, text, len + 1);
}

static void read_conf(char *text, struct conf *conf)
{
    static const char interface[] = "interface=", range[] = "dhcp-range=", domain[] = "domain=";
    char *line;

    memset(conf, 0, sizeof(*conf));
    while ((line = strsep(&text, "\n")) != NULL) {
        if (strncmp(line, interface, strlen(interface)) == 0 &&
            strlen(line + strlen(interface)) <= NETWORK_MAX)
            strcpy(conf->bridge, line + strlen(interface));
        else if (strncmp(line, range, strlen(range)) == 0)
            read_range(line + strlen(range), conf);
        else if (strncmp(line, domain, strlen(domain)) == 0)
            read_domain(line + strlen(domain), conf);
    }
}

static int set_network(struct index *index, const char *bridge, const char *name, const struct conf *conf)
{
    struct network network;
    int rc = index_network(index, bridge, &network);

    if (rc < 0)
        return rc;
    strcpy(network.name, name);
    network.prefix_ipv4 = conf->prefix_ipv4;
    network.prefix_ipv6 = conf->prefix_ipv6;
    strcpy(network.domain, conf->domain);
    return index_set_network(index, bridge, &network);
}

/* Takes the name from the bridge that the network was on before, unless it still is, or another network is
 * there by now. */
static int clear_network(struct index *index, const char *source, const char *name, const char *bridge)
{
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, source, &known);

    const struct conf nothing = {.prefix_ipv4 = 0};
    char before[NETWORK_MAX + 1];
    struct network network;
    struct bytes bridge_before;

    if (rc < 0 || known.count == 0)
        return rc;
    bridge_before = known.items[0].guest;
    if (bridge_before.len > NETWORK_MAX || bytes_equal(bridge_before, bytes_of(bridge)))
        return 0;
    memcpy(before, bridge_before.at, bridge_before.len);
    before[bridge_before.len] = '\0';
    rc = index_network(index, before, &network);
    return rc == 0 && strcmp(network.name, name) == 0 ? set_network(index, before, "", &nothing) : rc;
}

/* Its static entries are known under the bridge. */
static int unread_hosts(struct index *index, const char *name)
{
    static const char *const prefixes[] = {SOURCE_HOSTSFILE, SOURCE_ADDNHOSTS};
    char source[SOURCE_NAME_MAX + 1];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        snprintf(source, sizeof(source), "%s%s", prefixes[i], name);
        rc = source_record_unread(index->store, source);
    }
    return rc;
}

/* A file that is no network's (it names no bridge) says nothing. */
static int apply(struct index *index, const char *name, const struct source_file *source)
{
    struct source new = source_file_new(source, false);
    struct source_item item = {.guest = {NULL, 0}};
    struct conf conf;
    int rc = 0;

    read_conf(source->file.text, &conf);
    item.guest = bytes_of(conf.bridge);
    rc = clear_network(index, source->name, name, conf.bridge);
    if (rc == 0 && conf.bridge[0] != '\0' && network_valid(conf.bridge))
        rc = set_network(index, conf.bridge, name, &conf);
    /* The bridge is remembered, for when the file is gone. */
    if (rc == 0)
        rc = source_record_save(index->store, source->name, &new, &item, conf.bridge[0] != '\0', false);
    return rc < 0 ? rc : unread_hosts(index, name);
}

static int forget(struct index *index, const char *name)
{
    char source[SOURCE_NAME_MAX + 1];
    int rc;

    snprintf(source, sizeof(source), SOURCE_CONF "%s", name);
    rc = clear_network(index, source, name, "");
    return rc < 0 ? rc : source_record_delete(index->store, source);
}

int conf_bridge(struct index *index, const char *name, char bridge[static NETWORK_MAX + 1])
{
    CLEANUP_SOURCE struct source_record known = {.count = 0};
    char source[SOURCE_NAME_MAX + 1];
    struct bytes found;
    int rc;

    snprintf(source, sizeof(source), SOURCE_CONF "%s", name);
    rc = source_record_load_all(index->store, source, &known);
    if (rc < 0 || known.count == 0)
        return rc < 0 ? rc : -ENOENT;
    found = known.items[0].guest;
    if (found.len > NETWORK_MAX)
        return -ENOENT;
    memcpy(bridge, found.at, found.len);
    bridge[found.len] = '\0';
    return network_valid(bridge) ? 0 : -ENOENT;
}

bool conf_name_valid(const char *name)
{
    return guest_valid(name) && strlen(name) <= NETWORK_MAX;
}

int conf_refresh(struct index *index, const char *dir)
{
    static const struct network_file_kind kind = {
        .suffix = ".conf", .prefix = SOURCE_CONF, .valid = conf_name_valid, .apply = apply, .forget = forget};

    return network_files_refresh(index, dir, &kind);
}
