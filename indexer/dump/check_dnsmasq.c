#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_dnsmasq.h"
#include "dnsmasq_script.h"
#include "indexer/cleanup.h"
#include "indexer/source_record.h"
#include "indexer/text_list.h"
#include "schema/paths.h"

struct checking {
    struct check *check;
    struct text_list networks; /* of those that run the hook */
};

/* Does its hook write the index that is looked at? */
static bool feeds_ours(const struct check *check, const struct dnsmasq *dnsmasq)
{
    const char *dir = dnsmasq->state_dir != NULL ? dnsmasq->state_dir : LVINDEX_STATEDIR;
    struct stat its, ours;

    if (!dnsmasq->known || strcmp(dir, check->dir) == 0)
        return true;
    return stat(dir, &its) == 0 && stat(check->dir, &ours) == 0 && its.st_dev == ours.st_dev &&
           its.st_ino == ours.st_ino;
}

/* Does the index know the network's .status? */
static bool has_status(struct check *check, const char *network)
{
    CLEANUP_SOURCE struct source_record record = {.count = 0};
    char name[SOURCE_NAME_MAX + 1];

    return check->index != NULL &&
           snprintf(name, sizeof(name), SOURCE_STATUS "%s", network) < (int)sizeof(name) &&
           source_record_load(check->index->store, name, &record) == 0 && record.value.at != NULL;
}

/* Any network that the lease file is read for. */
static int same_file(void *context, const char *rest)
{
    const char *path = source_leases_file(rest);

    return path != NULL && strcmp(path, context) == 0;
}

static bool is_followed(struct check *check, const struct dnsmasq *dnsmasq)
{
    CLEANUP_FREE char *path = NULL;

    if (dnsmasq->libvirt && has_status(check, dnsmasq->network))
        return true;
    path = realpath(dnsmasq_lease_file(dnsmasq), NULL);
    return check->index != NULL && path != NULL &&
           source_record_each(check->index->store, SOURCE_LEASES, same_file, path) > 0;
}

/* The script can be run, and does what it is there for. */
static int check_hooked(struct checking *checking, const struct dnsmasq *dnsmasq)
{
    CLEANUP_FREE char *script = dnsmasq_path(dnsmasq, dnsmasq->script);
    const pid_t pid = dnsmasq->process->pid;

    if (script == NULL)
        return -ENOMEM;
    if (access(script, X_OK) < 0)
        return check_add(checking->check, "no event reaches the index",
                         "set \"dhcp-script\" to the hook as it is installed, and restart dnsmasq",
                         "dnsmasq (process %d): cannot run %s: %s", pid, dnsmasq->script, strerror(errno));
    if (dnsmasq->script_user != NULL && strcmp(dnsmasq->script_user, "root") != 0)
        return check_add(checking->check, "it cannot write the index, and no event reaches it",
                         "take \"dhcp-scriptuser\" out of its configuration, and restart it",
                         "dnsmasq (process %d): runs the hook as user %s", pid, dnsmasq->script_user);
    if (!dnsmasq->leasefile_ro && !dnsmasq->script_on_renewal)
        return check_add(checking->check,
                         "it does not tell of renewals, and names end with the first lease time",
                         "add \"script-on-renewal\" to its configuration, and restart it",
                         "dnsmasq (process %d): runs the hook without script-on-renewal", pid);
    return 0;
}

static int check_network(struct checking *checking, const struct dnsmasq *dnsmasq)
{
    if (text_list_contains(&checking->networks, dnsmasq->network))
        return check_add(checking->check, "each takes the other's leases for its own",
                         "give each its own LVINDEX_NETWORK in its environment, and restart it",
                         "dnsmasq (process %d): tells the hook the network \"%s\", as another one does",
                         dnsmasq->process->pid, dnsmasq->network);
    return text_list_add(&checking->networks, dnsmasq->network, strlen(dnsmasq->network));
}

static int check_unhooked(struct check *check, const struct dnsmasq *dnsmasq)
{
    if (is_followed(check, dnsmasq))
        return 0;
    return check_add(check, "its leases have no names",
                     "set \"dhcp-script\" to lvindex-hook and restart it, or have lvindex-sync --watch "
                     "follow its lease file",
                     "dnsmasq (process %d): does not run the hook, and nothing follows its leases",
                     dnsmasq->process->pid);
}

static int check_hook(struct checking *checking, const struct dnsmasq *dnsmasq, bool direct)
{
    /* A script of one's own may name the network itself. */
    const bool named = direct && dnsmasq->known;
    int rc;

    if (!feeds_ours(checking->check, dnsmasq))
        return 0;
    rc = check_hooked(checking, dnsmasq);
    if (rc == 0 && named)
        rc = check_network(checking, dnsmasq);
    return rc == 0 ? check_lost(checking->check, dnsmasq, named ? dnsmasq->network : NULL) : rc;
}

static int check_one(void *context, const struct dnsmasq *dnsmasq)
{
    struct checking *checking = context;
    enum dnsmasq_script script;
    int rc = 0;

    if (dnsmasq->partly)
        return check_add(checking->check, "whether it runs the hook is not known",
                         "put \"dhcp-script\" into its main configuration file, and lists of names elsewhere",
                         "dnsmasq (process %d): its configuration is too large to be read whole",
                         dnsmasq->process->pid);
    if (!dnsmasq->dhcp)
        return 0;
    if (dnsmasq->changed != NULL)
        rc = check_add(checking->check, "it runs with the older one", "restart it",
                       "%s: changed after dnsmasq (process %d) was started", dnsmasq->changed,
                       dnsmasq->process->pid);
    if (rc == 0)
        rc = check_unwritten(checking->check, dnsmasq);
    if (rc == 0)
        rc = dnsmasq_script_kind(dnsmasq, &script);
    if (rc < 0)
        return rc;
    return script == DNSMASQ_NO_HOOK ? check_unhooked(checking->check, dnsmasq)
                                     : check_hook(checking, dnsmasq, script == DNSMASQ_HOOK);
}

int check_dnsmasq(struct check *check)
{
    struct checking checking = {.check = check};
    int rc = dnsmasq_each(check_one, &checking);

    text_list_free(&checking.networks);
    return rc;
}
