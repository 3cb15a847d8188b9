#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "cleanup.h"
#include "dnsmasq.h"
#include "schema/paths.h"
#include "source_record.h"
#include "text_list.h"

#define HOOK "lvindex-hook"
/* Of a script, so much is looked through. */
#define SCRIPT_MAX 16384

struct checking {
    struct check *check;
    struct text_list networks; /* of those that run the hook */
};

/* Is the script the hook, if only by a link, as libvirt's helper may be one? */
static bool is_hook(const char *script)
{
    CLEANUP_FREE char *real = realpath(script, NULL);
    const char *name = real != NULL ? strrchr(real, '/') : strrchr(script, '/');

    return name != NULL && strcmp(name + 1, HOOK) == 0;
}

/* Is it a script that runs the hook in its turn? So does whoever needs two. */
static bool runs_hook(const char *script)
{
    char text[SCRIPT_MAX];
    CLEANUP_FD int fd = open(script, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));

    return length > 2 && memcmp(text, "#!", 2) == 0 &&
           memmem(text, (size_t)length, HOOK, strlen(HOOK)) != NULL;
}

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
    path = realpath(dnsmasq->lease_file != NULL ? dnsmasq->lease_file : "/var/lib/misc/dnsmasq.leases", NULL);
    return check->index != NULL && path != NULL &&
           source_record_each(check->index->store, SOURCE_LEASES, same_file, path) > 0;
}

static int check_hooked(struct checking *checking, const struct dnsmasq *dnsmasq)
{
    if (access(dnsmasq->script, X_OK) < 0)
        return check_add(checking->check, "no event reaches the index",
                         "set \"dhcp-script\" to the hook as it is installed, and restart dnsmasq",
                         "dnsmasq (process %d): cannot run %s: %s", dnsmasq->pid, dnsmasq->script,
                         strerror(errno));
    if (!dnsmasq->leasefile_ro && !dnsmasq->script_on_renewal)
        return check_add(checking->check,
                         "it does not tell of renewals, and names end with the first lease time",
                         "add \"script-on-renewal\" to its configuration, and restart it",
                         "dnsmasq (process %d): runs the hook without script-on-renewal", dnsmasq->pid);
    return 0;
}

static int check_network(struct checking *checking, const struct dnsmasq *dnsmasq)
{
    if (text_list_contains(&checking->networks, dnsmasq->network))
        return check_add(checking->check, "each takes the other's leases for its own",
                         "give each its own LVINDEX_NETWORK in its environment, and restart it",
                         "dnsmasq (process %d): tells the hook the network \"%s\", as another one does",
                         dnsmasq->pid, dnsmasq->network);
    return text_list_add(&checking->networks, dnsmasq->network, strlen(dnsmasq->network));
}

static int check_one(void *context, const struct dnsmasq *dnsmasq)
{
    struct checking *checking = context;
    bool direct = dnsmasq->script != NULL && is_hook(dnsmasq->script);
    int rc;

    if (!dnsmasq->dhcp)
        return 0;
    if (!direct && (dnsmasq->script == NULL || !runs_hook(dnsmasq->script)))
        return is_followed(checking->check, dnsmasq)
                   ? 0
                   : check_add(
                         checking->check, "its leases have no names",
                         "set \"dhcp-script\" to lvindex-hook and restart it, or have lvindex-sync --watch "
                         "follow its lease file",
                         "dnsmasq (process %d): does not run the hook, and nothing follows its leases",
                         dnsmasq->pid);
    if (!feeds_ours(checking->check, dnsmasq))
        return 0;
    rc = check_hooked(checking, dnsmasq);
    /* A script of one's own may name the network itself. */
    return rc < 0 || !direct || !dnsmasq->known ? rc : check_network(checking, dnsmasq);
}

int check_dnsmasq(struct check *check)
{
    struct checking checking = {.check = check};
    int rc = dnsmasq_each(check_one, &checking);

    text_list_free(&checking.networks);
    return rc;
}
