#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "dnsmasq.h"
#include "dump.h"
#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "indexer/static_file.h"
#include "indexer/suffixes.h"
#include "indexer/text_list.h"
#include "indexer/tool.h"

/* How the file of suffixes calls the network without a name. */
#define UNNAMED "."

/* --- Which networks there are -----------------------------------------------------------------------------
 */

static int know(struct text_list *known, const char *name, size_t length)
{
    char network[NETWORK_MAX + 1];

    snprintf(network, sizeof(network), "%.*s", (int)length, name);
    return text_list_contains(known, network) ? 0 : text_list_add(known, network, strlen(network));
}

/* A static entry's own word does not make a network. */
static int know_lease(void *context, const struct lease *lease)
{
    return lease->kind == KIND_STATIC ? 0 : know(context, lease->network, strlen(lease->network));
}

/* What a source is called behind its prefix: NETWORK, or NETWORK=FILE. */
static int know_source(void *context, const char *rest)
{
    return know(context, rest, strcspn(rest, "="));
}

/* One that has just been set up has no lease yet. */
static int know_dnsmasq(void *context, const struct dnsmasq *dnsmasq)
{
    return know(context, dnsmasq->network, strlen(dnsmasq->network));
}

static int know_all(struct index *index, struct text_list *known)
{
    static const char *const sources[] = {SOURCE_MACS,      SOURCE_STATUS,    SOURCE_CONF,
                                          SOURCE_HOSTSFILE, SOURCE_ADDNHOSTS, SOURCE_LEASES};
    int rc = leases_each(index, NULL, know_lease, known);

    if (rc == 0)
        rc = entries_each(index, NULL, know_lease, known);
    for (size_t i = 0; rc == 0 && i < sizeof(sources) / sizeof(sources[0]); i++)
        rc = source_record_each(index->store, sources[i], know_source, known);
    return rc == 0 ? dnsmasq_each(know_dnsmasq, known) : rc;
}

/* --- Which ones the administrator's files name ------------------------------------------------------------
 */

/* Each unknown one is told once for a file. */
static int judge(struct check *check, struct text_list *known, const char *file, const char *network)
{
    if (text_list_contains(known, network))
        return 0;
    return check_add(check, "what is said of it concerns nobody",
                     "write it as lvindex-dump shows it, or as libvirt calls it",
                     "%s/%s: no lease, guest or libvirt network is known of network \"%s\"",
                     tool_config_dir(), file, network) < 0
               ? -ENOMEM
               : text_list_add(known, network, strlen(network));
}

static int judge_suffixes(struct check *check, struct text_list *known)
{
    CLEANUP_SOURCE struct source_record record = {.count = 0};
    int rc = source_record_load_all(check->index->store, SOURCE_NETWORKS, &record);

    for (size_t i = 0; rc == 0 && i < record.count; i++) {
        const struct bytes pair = record.items[i].guest;
        const uint8_t *space = memchr(pair.at, ' ', pair.len);
        char network[NETWORK_MAX + 1] = UNNAMED;

        if (space != NULL && space - pair.at <= NETWORK_MAX)
            snprintf(network, sizeof(network), "%.*s", (int)(space - pair.at), (const char *)pair.at);
        if (strcmp(network, UNNAMED) != 0)
            rc = judge(check, known, SUFFIXES_FILE, network);
    }
    return rc;
}

/* Static entries: their networks, and names that this host keeps for itself. */
static int judge_entries(struct check *check, struct text_list *known)
{
    CLEANUP_DUMP struct dump_leases entries = {NULL, 0};
    int rc = dump_collect(check->index, &(struct dump_query){.network = NULL}, &entries);

    for (size_t i = 0; rc == 0 && i < entries.count; i++) {
        const struct lease *entry = &entries.at[i].lease;

        if (entry->kind != KIND_STATIC)
            continue;
        if (entry->network[0] != '\0')
            rc = judge(check, known, STATIC_FILE, entry->network);
        if (rc == 0 && entries.at[i].reason == REFUSAL_OWN_HOST)
            rc = check_add(check, "it is not answered for another machine", "give that machine another name",
                           "%s/" STATIC_FILE ": %s: this host's own name", tool_config_dir(), entry->host);
    }
    return rc;
}

int check_networks(struct check *check)
{
    CLEANUP_TEXTS struct text_list known = {NULL, 0};
    int rc;

    if (check->index == NULL || store_damaged(check->index->store))
        return 0;
    rc = know_all(check->index, &known);
    if (rc == 0)
        rc = judge_suffixes(check, &known);
    if (rc == 0)
        rc = judge_entries(check, &known);
    return rc == -ENOMEM ? rc : 0;
}
