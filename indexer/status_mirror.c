#include "status_mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "json_text.h"
#include "lease_list.h"
#include "leases.h"
#include "replace.h"
#include "status_entry.h"

static int list_entries(void *context, const struct lease *lease)
{
    if (lease->owner != OWNER_STATUS || !status_entry_possible(lease))
        return 0;
    return lease_list_add(context, lease);
}

static int by_age(const void *a, const void *b)
{
    const struct lease *left = a, *right = b;
    uint64_t first = lease_stamp(left), second = lease_stamp(right);

    return (first > second) - (first < second);
}

static int append(struct json_object *array, struct json_object *entry)
{
    if (entry != NULL && json_object_array_add(array, entry) == 0)
        return 0;
    json_object_put(entry);
    return -ENOMEM;
}

/* Makes the entries anew from what the index knows. */
static int restore(struct status_mirror *mirror)
{
    CLEANUP_LEASES struct lease_list listing = {NULL, 0, 0};
    struct network network;
    int rc = leases_each(mirror->index, mirror->network, list_entries, &listing);

    if (rc == 0)
        rc = index_network(mirror->index, mirror->network, &network);
    if (rc == 0 && listing.count > 0)
        qsort(listing.at, listing.count, sizeof(*listing.at), by_age);
    for (size_t i = 0; rc == 0 && i < listing.count; i++) {
        const struct lease *lease = &listing.at[i];
        const char *name = lease_shown_name(lease);

        rc = append(mirror->array,
                    status_entry_new(lease, name[0] != '\0' ? name : NULL, &network.server_duid));
    }
    return rc;
}

/* Makes every entry one that libvirtd takes; what cannot be is left out, and the file as it was kept aside.
 */
static int repair(struct status_mirror *mirror)
{
    struct network network;
    int rc = index_network(mirror->index, mirror->network, &network);

    for (size_t i = json_object_array_length(mirror->array); rc >= 0 && i-- > 0;) {
        rc = status_entry_repair(json_object_array_get_idx(mirror->array, i), &network.server_duid);
        if (rc == 0) {
            mirror->damaged = true;
            json_object_array_del_idx(mirror->array, i, 1);
        }
    }
    return rc < 0 ? rc : 0;
}

/* Takes over what is in the file: into the index where somebody else wrote it, and into the array. */
static int load_text(struct status_mirror *mirror, bool changed)
{
    const struct file *file = &mirror->source.file;
    int rc;

    if (file->len > 0)
        mirror->array = json_parse_array(file->text, file->len);
    mirror->damaged = file->len > 0 && mirror->array == NULL;
    if (mirror->array == NULL)
        mirror->array = json_object_new_array();
    if (mirror->array == NULL)
        return -ENOMEM;
    if (mirror->damaged) {
        report_problem(mirror->index->report, "damaged; using what the index knows of it", "%s",
                       mirror->source.where);
        return restore(mirror);
    }
    rc = changed ? status_apply(mirror->index, mirror->network, &mirror->source, mirror->array) : 0;
    return rc < 0 ? rc : repair(mirror);
}

static int load(struct status_mirror *mirror, const char *dir)
{
    int state = source_file_open(mirror->index, mirror->dirfd, dir, mirror->file_name, O_NOFOLLOW,
                                 SOURCE_STATUS, mirror->network, &mirror->source);
    int rc = 0;

    if (state < 0)
        return state;
    if (state == SOURCE_UNREADABLE)
        return -EIO;
    if (state == SOURCE_GONE)
        rc = status_forget(mirror->index, mirror->network);
    else if (mirror->source.file.text == NULL)
        rc = file_read(&mirror->source.file);
    return rc < 0 ? rc : load_text(mirror, state == SOURCE_NEW);
}

int status_mirror_open(struct status_mirror *mirror, struct index *index, const char *dir,
                       const char *network)
{
    int rc;

    *mirror = (struct status_mirror){.index = index, .network = network, .source = {.file = {.fd = -1}}};
    snprintf(mirror->file_name, sizeof(mirror->file_name), "%s" STATUS_SUFFIX, network);
    mirror->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mirror->dirfd < 0)
        return report_errno(index->report, -errno, "%s", dir);
    rc = load(mirror, dir);
    /* What could not be read has been reported. */
    return rc < 0 && rc != -EIO ? report_errno(index->report, rc, "%s", mirror->source.where) : rc;
}

void status_mirror_close(struct status_mirror *mirror)
{
    json_object_put(mirror->array);
    free(mirror->text);
    source_file_close(&mirror->source);
    if (mirror->dirfd >= 0)
        close(mirror->dirfd);
}

void status_mirror_remove(struct status_mirror *mirror, const struct ip *ip)
{
    for (size_t i = json_object_array_length(mirror->array); i-- > 0;) {
        struct ip other;

        if (status_entry_ip(json_object_array_get_idx(mirror->array, i), &other) &&
            ip_compare(&other, ip) == 0)
            json_object_array_del_idx(mirror->array, i, 1);
    }
}

int status_mirror_put(struct status_mirror *mirror, const struct lease *lease, const char *name,
                      const struct octets *server_duid)
{
    status_mirror_remove(mirror, &lease->ip);
    return status_entry_possible(lease) ? append(mirror->array, status_entry_new(lease, name, server_duid))
                                        : 0;
}

/* The file's text as libvirt writes it. NULL without memory; the caller frees. */
static char *format(struct json_object *array)
{
    const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *json =
        json_object_array_length(array) == 0 ? "[\n\n]" : json_object_to_json_string_ext(array, flags);
    char *text;

    return json != NULL && asprintf(&text, "%s\n", json) >= 0 ? text : NULL;
}

static int remember(struct status_mirror *mirror)
{
    struct source source = {.digest = digest_of(mirror->text, strlen(mirror->text), 0)};

    return source_record_save(mirror->index->store, mirror->source.name, &source, NULL, 0, false);
}

int status_mirror_prepare(struct status_mirror *mirror)
{
    int rc;

    mirror->text = format(mirror->array);
    rc = mirror->text == NULL ? -ENOMEM : remember(mirror);
    return rc < 0 ? index_failed(mirror->index, rc) : 0;
}

static int write_text(struct status_mirror *mirror)
{
    int rc = mirror->damaged ? replace_keep_damaged(mirror->dirfd, mirror->file_name) : 0;

    return rc < 0 ? rc : replace_file(mirror->dirfd, mirror->file_name, mirror->text, strlen(mirror->text));
}

int status_mirror_write(struct status_mirror *mirror)
{
    int rc = write_text(mirror);

    return rc < 0 ? report_errno(mirror->index->report, rc, "%s", mirror->source.where) : 0;
}

void status_mirror_touch(const struct status_mirror *mirror)
{
    const int flags = O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    CLEANUP_FD int fd = mirror->dirfd < 0 ? -1 : openat(mirror->dirfd, mirror->file_name, flags, 0644);

    if (mirror->dirfd >= 0 && fd < 0)
        report_errno(mirror->index->report, -errno, "%s", mirror->source.where);
}
