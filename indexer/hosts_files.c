#include "hosts_files.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "config_lines.h"
#include "entry_source.h"
#include "network_files.h"
#include "source_record.h"

/* A DUID takes up to OCTETS_TEXT_MAX of it. */
#define LINE_MAX_TEXT 2048

/* What both kinds share while they are read. */
struct reading {
    struct config_lines lines;
    const char *bridge;
    struct entry_list *list;
};

typedef int read_line_fn(struct reading *reading);

/* A name that may be no answer is one for libvirt's DNS all the same. */
static bool take_name(struct bytes text, struct entry_name *name)
{
    return text.len > 0 && entry_name_parse(text, name) == REFUSAL_NONE;
}

static int add_name(struct reading *reading, struct entry_place *place, const struct entry_name *name)
{
    return place->names < ENTRY_NAMES_MAX ? entry_list_add_name(reading->list, place, name) : 0;
}

/* "3600", "2m", "infinite": a lease's length; "ignore"; and what dnsmasq has besides. */
static bool is_option(const char *field)
{
    static const char *const prefixes[] = {"id:", "set:", "tag:", "net:"};
    size_t digits = strspn(field, "0123456789");

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(field, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return strcmp(field, "infinite") == 0 || strcmp(field, "ignore") == 0 ||
           (digits > 0 && (field[digits] == '\0' ||
                           (isalpha((unsigned char)field[digits]) != 0 && field[digits + 1] == '\0')));
}

/* An address, which libvirt puts into brackets if it is an IPv6 one. */
static bool take_address(char *field, struct ip *ip)
{
    size_t len = strlen(field);

    if (len > 2 && field[0] == '[' && field[len - 1] == ']') {
        field[len - 1] = '\0';
        field++;
    }
    return ip_parse(field, ip) == 0;
}

/* What a line of reserved addresses says. */
struct reserved {
    struct ip ip;
    struct hwaddr hwaddr;
    struct entry_name name; /* "": none */
};

static void read_fields(char *text, struct reserved *reserved)
{
    char *field;

    while ((field = strsep(&text, ",")) != NULL) {
        if (is_option(field) || (reserved->ip.len == 0 && take_address(field, &reserved->ip)))
            continue;
        if (reserved->hwaddr.known || hwaddr_parse(field, &reserved->hwaddr) < 0)
            take_name(bytes_of(field), &reserved->name);
    }
}

static int read_reserved(struct reading *reading)
{
    struct reserved reserved = {.ip = {0}};
    struct entry_place *place;
    struct config_word word;
    char text[LINE_MAX_TEXT + 1];
    int rc = 0;

    config_next_word(&reading->lines, &word);
    if (config_word_copy(&word, text, LINE_MAX_TEXT))
        read_fields(text, &reserved);
    if (reserved.ip.len == 0) {
        config_bad(&reading->lines, &word, "no address in it");
        return 0;
    }
    place = entry_list_place(reading->list, reading->bridge, &reserved.ip);
    if (place == NULL)
        return -ENOMEM;
    if (reserved.hwaddr.len > 0 && !place->hwaddr.known)
        rc = entry_list_set_hwaddr(reading->list, place, &reserved.hwaddr);
    return rc == 0 && reserved.name.host[0] != '\0' ? add_name(reading, place, &reserved.name) : rc;
}

static int read_host(struct reading *reading)
{
    char text[IP_TEXT_SIZE];
    struct entry_place *place;
    struct config_word word;
    struct entry_name name;
    struct ip ip;
    int rc = 0;

    config_next_word(&reading->lines, &word);
    if (!config_word_copy(&word, text, sizeof(text) - 1) || ip_parse(text, &ip) < 0) {
        config_bad(&reading->lines, &word, "no address");
        return 0;
    }
    place = entry_list_place(reading->list, reading->bridge, &ip);
    if (place == NULL)
        return -ENOMEM;
    while (rc == 0 && config_next_word(&reading->lines, &word)) {
        if (take_name(word.text, &name))
            rc = add_name(reading, place, &name);
    }
    return rc;
}

static int parse(struct reading *reading, read_line_fn *read_line)
{
    int rc = 0;

    while (rc == 0 && config_next_line(&reading->lines))
        rc = read_line(reading);
    config_lines_finish(&reading->lines);
    return rc < 0 ? rc : reading->lines.bad > 0;
}

int hosts_files_parse_reserved(struct bytes text, const char *where, const char *bridge,
                               const struct report *report, struct entry_list *list)
{
    struct reading reading = {config_lines_of(where, text, report), bridge, list};

    return parse(&reading, read_reserved);
}

int hosts_files_parse_hosts(struct bytes text, const char *where, const char *bridge,
                            const struct report *report, struct entry_list *list)
{
    struct reading reading = {config_lines_of(where, text, report), bridge, list};

    return parse(&reading, read_host);
}

static int apply(struct index *index, const char *network, const struct source_file *source,
                 enum lease_kind kind)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = kind};
    struct bytes text = {(const uint8_t *)source->file.text, source->file.len};
    char bridge[NETWORK_MAX + 1];
    struct source new;
    int rc = conf_bridge(index, network, bridge);

    /* Not known yet, and not remembered as read. */
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = (kind == KIND_HOST ? hosts_files_parse_hosts
                            : hosts_files_parse_reserved)(text, source->where, bridge, index->report, &list);
    if (rc < 0)
        return rc;
    new = source_file_new(source, rc == 1);
    return entry_source_apply(index, source->name, &new, &list.entries);
}

static int apply_reserved(struct index *index, const char *network, const struct source_file *source)
{
    return apply(index, network, source, KIND_RESERVED);
}

static int apply_hosts(struct index *index, const char *network, const struct source_file *source)
{
    return apply(index, network, source, KIND_HOST);
}

static int forget(struct index *index, const char *prefix, const char *network)
{
    char name[SOURCE_NAME_MAX + 1];

    snprintf(name, sizeof(name), "%s%s", prefix, network);
    return entry_source_forget(index, name);
}

static int forget_reserved(struct index *index, const char *network)
{
    return forget(index, SOURCE_HOSTSFILE, network);
}

static int forget_hosts(struct index *index, const char *network)
{
    return forget(index, SOURCE_ADDNHOSTS, network);
}

/* A network that is defined anew under another name may list what the old one did. */
static const struct network_file_kind kinds[] = {
    {.suffix = ".hostsfile",
     .prefix = SOURCE_HOSTSFILE,
     .valid = conf_name_valid,
     .forget_first = true,
     .apply = apply_reserved,
     .forget = forget_reserved},
    {.suffix = ".addnhosts",
     .prefix = SOURCE_ADDNHOSTS,
     .valid = conf_name_valid,
     .forget_first = true,
     .apply = apply_hosts,
     .forget = forget_hosts},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int hosts_files_refresh(struct index *index, const char *dir)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < KINDS; i++)
        rc = network_files_refresh(index, dir, &kinds[i]);
    return rc;
}

/* Which network is on the bridge? -ENOENT where that is not known from its file: an index that was damaged
 * may remember the network and not the file, without which its entries are not read. */
static int network_of(struct index *index, const char *bridge, struct network *network)
{
    char again[NETWORK_MAX + 1];
    int rc = index_network(index, bridge, network);

    return rc < 0 ? rc : conf_bridge(index, network->name, again);
}

int hosts_files_refresh_bridge(struct index *index, const char *dir, const char *bridge)
{
    struct network network;
    int rc = network_of(index, bridge, &network);

    if (rc == -ENOENT) {
        rc = conf_refresh(index, dir);
        if (rc == 0)
            rc = network_of(index, bridge, &network);
    }
    if (rc == -ENOENT)
        return 0;
    for (size_t i = 0; rc == 0 && i < KINDS; i++)
        rc = network_file_refresh(index, dir, network.name, &kinds[i]);
    return rc;
}
