#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dump.h"
#include "indexer/cleanup.h"
#include "indexer/source_record.h"
#include "indexer/static_file.h"
#include "indexer/tool.h"

struct search {
    struct store *store;
    uint16_t number;
    char *found;
};

/* Takes the lease file of this number: "FILE" or "NETWORK=FILE", of which only the file matters here. */
static int match(void *context, const char *rest)
{
    struct search *search = context;
    CLEANUP_SOURCE struct source_record record = {.count = 0};
    char name[SOURCE_NAME_MAX + 1];
    const char *path = source_leases_file(rest);
    int rc;

    snprintf(name, sizeof(name), SOURCE_LEASES "%s", rest);
    rc = source_record_load(search->store, name, &record);
    if (rc < 0 || record.source.number != search->number)
        return rc;
    search->found = strdup(path != NULL ? path : rest);
    return search->found == NULL ? -ENOMEM : 1;
}

/* Of what is no lease. NULL without memory. */
static char *entry_feeder(enum lease_kind kind)
{
    char *path;

    switch (kind) {
    case KIND_STATIC:
        return asprintf(&path, "%s/" STATIC_FILE, tool_config_dir()) < 0 ? NULL : path;
    case KIND_RESERVED:
        return strdup("libvirt's .hostsfile");
    case KIND_HOST:
        return strdup("libvirt's .addnhosts");
    case KIND_ARP:
        return strdup("dnsmasq's neighbours");
    default:
        return strdup("a lease that was kept");
    }
}

int dump_feeder(struct index *index, const struct lease *lease, char **text)
{
    struct search search = {index->store, lease->owner, NULL};
    int rc = 0;

    if (lease->kind != KIND_LEASE) {
        *text = entry_feeder(lease->kind);
        return *text == NULL ? -ENOMEM : 0;
    }
    if (lease->owner >= OWNER_FIRST_FILE)
        rc = source_record_each(index->store, SOURCE_LEASES, match, &search);
    if (rc < 0)
        return rc;
    if (search.found == NULL)
        search.found = strdup(lease->owner == OWNER_HOOK     ? "the hook"
                              : lease->owner == OWNER_STATUS ? "libvirt's .status"
                                                             : "a lease file");
    *text = search.found;
    return *text == NULL ? -ENOMEM : 0;
}
