#include "check_dnsmasq.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/cleanup.h"
#include "indexer/file.h"
#include "indexer/ip_list.h"
#include "indexer/lease_file.h"
#include "indexer/leases.h"
#include "schema/claim.h"

/* --- A file that is no longer written ---------------------------------------------------------------------
 */

struct reading {
    const char *path;
};

/* Is it an argument that gives the file to lvindex-sync: FILE or NETWORK=FILE, with the option or behind it?
 */
static bool gives(const char *argument, const char *path)
{
    const size_t whole = strlen(argument), length = strlen(path);
    const size_t before = whole < length ? 0 : whole - length;

    return strcmp(argument + before, path) == 0 &&
           (before == 0 || argument[before - 1] == '=' || (before == 2 && strncmp(argument, "-l", 2) == 0));
}

/* Does a lvindex-sync that runs read the lease file? */
static int reads_file(void *context, const struct process *process)
{
    CLEANUP_TEXTS struct text_list arguments = {NULL, 0};
    const struct reading *reading = context;
    int rc = process_texts(process, "cmdline", &arguments);

    for (size_t i = 1; rc == 0 && i < arguments.count; i++)
        rc = gives(arguments.at[i], reading->path);
    return rc;
}

int check_unwritten(struct check *check, const struct dnsmasq *dnsmasq)
{
    struct reading reading = {dnsmasq_lease_file(dnsmasq)};
    int rc;

    /* libvirt's have none; what is the default belongs to another one then. */
    if (!dnsmasq->leasefile_ro || (dnsmasq->lease_file == NULL && (dnsmasq->libvirt || !dnsmasq->known)))
        return 0;
    rc = process_each("lvindex-sync", reads_file, &reading);
    if (rc <= 0)
        return rc;
    return check_add(check, "that file never changes again, and leases that ended come back from it",
                     "take it out of the options of lvindex-sync (/etc/default/lvindex), and restart it",
                     "%s: lvindex-sync reads it, and dnsmasq (process %d) has leasefile-ro", reading.path,
                     dnsmasq->process->pid);
}

/* --- Events that were lost --------------------------------------------------------------------------------
 */

/* Bytes of a lease file that are read at the most: some two million leases. */
#define LEASES_READ (128U << 20)

static int add_address(void *context, const struct lease *lease)
{
    return ip_list_add(context, &lease->ip);
}

/* The addresses of the file's live leases, in memory. One that cannot be read, or is larger than any, has
 * none. */
static int read_leases(const char *path, uint64_t now, struct ip_list *listed)
{
    CLEANUP_FILE struct file file = {.fd = -1};
    char *rest, *line;
    int rc = file_open(AT_FDCWD, path, 0, &file);

    file.most = LEASES_READ;
    if (rc == 0)
        rc = file_read(&file);
    if (rc < 0)
        return rc == -ENOMEM ? rc : 0;
    rest = file.text;
    while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
        struct lease lease = {.expiry = 0};

        if (lease_file_entry(line, &lease) && !expiry_passed(lease.expiry, now))
            rc = ip_list_add(listed, &lease.ip);
    }
    return rc;
}

struct lost {
    struct ip first; /* by address */
    size_t count;
};

/* Which of the listed addresses the index lacks: of the network, or where that is NULL, of any. */
static int find_lost(struct index *index, const struct ip_list *listed, const char *network,
                     struct lost *lost)
{
    CLEANUP_IPS struct ip_list known = {NULL, 0, 0};
    int rc = leases_each(index, network, add_address, &known);

    *lost = (struct lost){.count = 0};
    ip_list_sort(&known);
    for (size_t i = 0; rc == 0 && i < listed->count; i++) {
        const struct ip *ip = &listed->at[i];

        if (ip_list_contains(&known, ip))
            continue;
        if (lost->count++ == 0 || ip_compare(ip, &lost->first) < 0)
            lost->first = *ip;
    }
    return rc;
}

/* An event may be on its way: dnsmasq writes its file before the hook is told. */
static int look_again(const struct check *check, const struct ip_list *listed, const char *network,
                      struct lost *lost)
{
    struct index *index = NULL;
    int rc;

    sleep(1);
    rc = index_open_read(check->dir, check->index->report, &index);
    if (rc == 0)
        rc = find_lost(index, listed, network, lost);
    index_close(index);
    return rc;
}

int check_lost(struct check *check, const struct dnsmasq *dnsmasq, const char *network)
{
    CLEANUP_FREE char *path = dnsmasq_path(dnsmasq, dnsmasq_lease_file(dnsmasq));
    CLEANUP_IPS struct ip_list listed = {NULL, 0, 0};
    struct lost lost = {.count = 0};
    char ip[IP_TEXT_SIZE];
    int rc;

    if (path == NULL)
        return -ENOMEM;
    if (dnsmasq->leasefile_ro || check->index == NULL || store_damaged(check->index->store))
        return 0;
    rc = read_leases(path, check->index->now, &listed);
    if (rc == 0)
        rc = find_lost(check->index, &listed, network, &lost);
    if (rc == 0 && lost.count > 0)
        rc = look_again(check, &listed, network, &lost);
    if (rc < 0 || lost.count == 0)
        return rc == -ENOMEM ? rc : 0;
    return check_add(check, "their events were lost, and their names do not resolve",
                     "restart the dnsmasq: it tells the hook all its leases again",
                     "%s: %zu of the leases of dnsmasq (process %d) are not in the index, the first: %s",
                     dnsmasq_lease_file(dnsmasq), lost.count, dnsmasq->process->pid,
                     ip_format(&lost.first, ip));
}
