#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/cleanup.h"
#include "indexer/file.h"
#include "indexer/json_text.h"
#include "indexer/lease_file.h"
#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "indexer/status.h"
#include "indexer/status_entry.h"

struct listed {
    struct ip ip;
    size_t file; /* which of the listing's files lists it */
};

void listing_free(struct listing *listing)
{
    free(listing->at);
    text_list_free(&listing->files);
}

/* Adds an address of the file that was added last. */
static int add(struct listing *listing, const struct ip *ip)
{
    if (listing->count == listing->room) {
        size_t room = listing->room * 2 + 64;
        struct listed *more = reallocarray(listing->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        listing->at = more;
        listing->room = room;
    }
    listing->at[listing->count++] = (struct listed){*ip, listing->files.count - 1};
    return 0;
}

static int take_status(struct index *index, struct file *file, struct listing *listing)
{
    CLEANUP_JSON struct json_object *array = NULL;
    int rc = json_parse_array(file->text, file->len, &array);
    size_t count = rc == 0 ? json_object_array_length(array) : 0;

    (void)index;
    /* One that does not parse lists nothing. */
    if (rc == -EBADMSG)
        rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct ip ip;

        if (status_entry_ip(json_object_array_get_idx(array, i), &ip))
            rc = add(listing, &ip);
    }
    return rc;
}

/* What a pass would take for forgotten does not count. */
static int take_leases(struct index *index, struct file *file, struct listing *listing)
{
    char *rest = file->text;
    char *line;
    int rc = 0;

    while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
        struct lease lease = {.expiry = 0};

        if (lease_file_entry(line, &lease) && !lease_forgotten(index, &lease))
            rc = add(listing, &lease.ip);
    }
    return rc;
}

static int read_file(struct index *index, const char *path, int flags,
                     int (*take)(struct index *index, struct file *file, struct listing *listing),
                     struct listing *listing)
{
    CLEANUP_FILE struct file file = {.fd = -1};
    int rc = file_open(AT_FDCWD, path, flags, &file);

    if (rc == -ENOENT)
        return 0;
    if (rc == 0)
        rc = file_read(&file);
    /* dnsmasq writes its lease file in place. */
    if (rc == 0)
        rc = file_settle(&file, FILE_PATIENCE_LOCKED);
    if (rc == 0)
        rc = text_list_add(&listing->files, path, strlen(path));
    if (rc == 0)
        rc = take(index, &file, listing);
    return rc < 0 ? report_errno(index->report, rc, "%s", path) : 0;
}

static int read_status(struct index *index, const char *dir, const char *network, struct listing *listing)
{
    CLEANUP_FREE char *path = NULL;

    if (asprintf(&path, "%s/%s" STATUS_SUFFIX, dir, network) < 0) {
        path = NULL;
        return report_errno(index->report, -ENOMEM, "%s", dir);
    }
    return read_file(index, path, O_NOFOLLOW, take_status, listing);
}

static int compare(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;

    return ip_compare(&left->ip, &right->ip);
}

int listing_load(struct index *index, const char *libvirt_dir, const char *network, struct listing *listing)
{
    CLEANUP_TEXTS struct text_list sources = {NULL, 0};
    size_t len = strlen(network);
    int rc = source_record_each(index->store, SOURCE_LEASES, text_list_collect, &sources);

    *listing = (struct listing){.count = 0};
    if (rc < 0)
        return report_errno(index->report, rc, "%s", store_path(index->store));
    if (len > 0)
        rc = read_status(index, libvirt_dir, network, listing);
    /* "NETWORK=FILE" */
    for (size_t i = 0; rc == 0 && i < sources.count; i++) {
        const char *name = sources.at[i];

        if (strncmp(name, network, len) == 0 && name[len] == '=')
            rc = read_file(index, name + len + 1, 0, take_leases, listing);
    }
    if (listing->count > 0)
        qsort(listing->at, listing->count, sizeof(*listing->at), compare);
    return rc;
}

const char *listing_find(const struct listing *listing, const struct ip *ip)
{
    const struct listed wanted = {*ip, 0};
    const struct listed *found = NULL;

    if (listing->count > 0)
        found = bsearch(&wanted, listing->at, listing->count, sizeof(wanted), compare);
    return found != NULL ? listing->files.at[found->file] : NULL;
}
