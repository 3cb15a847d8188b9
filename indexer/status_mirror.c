#include "status_mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    int rc = leases_each(mirror->index, mirror->network, list_entries, &listing);

    if (rc == 0 && listing.count > 0)
        qsort(listing.at, listing.count, sizeof(*listing.at), by_age);
    for (size_t i = 0; rc == 0 && i < listing.count; i++) {
        const struct lease *lease = &listing.at[i];
        const char *name = lease_shown_name(lease);

        rc = append(mirror->array,
                    status_entry_new(lease, name[0] != '\0' ? name : NULL, &mirror->server_duid));
    }
    return rc;
}

/* Makes every entry one that libvirtd takes; what cannot be is left out, and the file as it was kept aside.
 */
static int repair(struct status_mirror *mirror)
{
    int rc = 0;

    for (size_t i = json_object_array_length(mirror->array); rc >= 0 && i-- > 0;) {
        rc = status_entry_repair(json_object_array_get_idx(mirror->array, i), &mirror->server_duid);
        if (rc == 0) {
            mirror->damaged = true;
            json_object_array_del_idx(mirror->array, i, 1);
        }
    }
    return rc < 0 ? rc : 0;
}

static int read_server_duid(struct status_mirror *mirror)
{
    struct network network;
    int rc = index_network(mirror->index, mirror->network, &network);

    mirror->server_duid = network.server_duid;
    return rc;
}

/* Makes the text entries: takes what is `changed`, as somebody else wrote it, into the index, too. */
static int parse(struct status_mirror *mirror, bool changed)
{
    const struct status_text *text = &mirror->text;
    int rc = 0;

    if (text->len > 0)
        rc = json_parse_array(text->at, text->len, &mirror->array);
    if (rc < 0 && rc != -EBADMSG)
        return rc;
    mirror->damaged = rc == -EBADMSG;
    rc = 0;
    if (mirror->array == NULL)
        mirror->array = json_object_new_array();
    if (mirror->array == NULL)
        return -ENOMEM;
    if (changed && !mirror->damaged)
        rc = status_apply(mirror->index, mirror->network, &mirror->source, mirror->array);
    if (rc == 0)
        rc = read_server_duid(mirror);
    if (rc < 0 || !mirror->damaged)
        return rc < 0 ? rc : repair(mirror);
    report_problem(mirror->index->report, "damaged; using what the index knows of it", "%s",
                   mirror->source.where);
    return restore(mirror);
}

/* What the source's record says of a text that the hook wrote, and of no other: it need not be parsed. In one
 * that was written when a server's DUID was known, it stands in every IPv6 entry; to one of before, parsing
 * adds it. */
static struct source_item mark_of(const struct status_mirror *mirror)
{
    return (struct source_item){
        .guest = bytes_of(mirror->server_duid.len > 0 ? "written with server-duid" : "written")};
}

/* 1 when it is such a text, 0, or -errno. */
static int is_ours(struct status_mirror *mirror)
{
    struct source_record *known = &mirror->source.known;
    struct source_item mark = mark_of(mirror);
    int rc = source_record_load_items(mirror->index->store, mirror->source.name, known);

    return rc < 0 ? rc
                  : mirror->source.file.digest == known->source.digest && known->count == 1 &&
                        bytes_equal(known->items[0].guest, mark.guest);
}

static int load_text(struct status_mirror *mirror, enum source_state state)
{
    struct file *file = &mirror->source.file;
    int rc = 0;

    if (state == SOURCE_SAME && file->text == NULL)
        rc = file_read(file);
    mirror->text = (struct status_text){file->text, file->len};
    file->text = NULL;
    /* Rewritten in place just now? */
    if (rc == 0 && state == SOURCE_SAME && file->digest != mirror->source.known.source.digest)
        state = SOURCE_NEW;
    if (rc == 0 && state == SOURCE_SAME) {
        rc = read_server_duid(mirror);
        if (rc == 0)
            rc = is_ours(mirror);
        if (rc == 1)
            return 0;
    }
    return rc < 0 ? rc : parse(mirror, state == SOURCE_NEW);
}

static int load(struct status_mirror *mirror, const char *dir)
{
    int state = source_file_open(mirror->index, mirror->dirfd, dir, mirror->file_name, O_NOFOLLOW,
                                 SOURCE_STATUS, mirror->network, &mirror->source);
    int rc = 0;

    if (state < 0)
        return state;
    if (state == SOURCE_UNREADABLE)
        return -ECANCELED; /* reported */
    if (state == SOURCE_GONE)
        rc = status_forget(mirror->index, mirror->network);
    return rc < 0 ? rc : load_text(mirror, (enum source_state)state);
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
    return rc < 0 && rc != -ECANCELED ? report_errno(index->report, rc, "%s", mirror->source.where) : rc;
}

void status_mirror_close(struct status_mirror *mirror)
{
    json_object_put(mirror->array);
    free(mirror->text.at);
    source_file_close(&mirror->source);
    if (mirror->dirfd >= 0)
        close(mirror->dirfd);
}

int status_mirror_parse(struct status_mirror *mirror)
{
    return mirror->array != NULL ? 0 : parse(mirror, false);
}

int status_mirror_remove(struct status_mirror *mirror, const struct ip *ip)
{
    int rc = mirror->array == NULL ? status_text_cut(&mirror->text, ip) : -EBADMSG;

    if (rc != -EBADMSG)
        return rc;
    rc = status_mirror_parse(mirror);
    if (rc < 0)
        return rc;
    for (size_t i = json_object_array_length(mirror->array); i-- > 0;) {
        struct ip other;

        if (status_entry_ip(json_object_array_get_idx(mirror->array, i), &other) &&
            ip_compare(&other, ip) == 0)
            json_object_array_del_idx(mirror->array, i, 1);
    }
    return 0;
}

/* The text of a file as libvirt writes it. The caller frees. */
static int format(struct json_object *array, struct status_text *text)
{
    const char *json = json_object_array_length(array) == 0 ? "[\n\n]" : json_format(array);
    int len = json != NULL ? asprintf(&text->at, "%s\n", json) : -1;

    *text = (struct status_text){len < 0 ? NULL : text->at, len < 0 ? 0 : (size_t)len};
    return len < 0 ? -ENOMEM : 0;
}

static int append_text(struct status_text *text, struct json_object *entry)
{
    CLEANUP_JSON struct json_object *list = json_object_new_array();
    struct status_text one;
    int rc;

    if (list == NULL) {
        json_object_put(entry);
        return -ENOMEM;
    }
    rc = append(list, entry);
    if (rc == 0)
        rc = format(list, &one);
    if (rc < 0)
        return rc;
    rc = status_text_append(text, &one);
    free(one.at);
    return rc;
}

int status_mirror_put(struct status_mirror *mirror, const struct lease *lease, const char *name,
                      const struct octets *server_duid)
{
    int rc = status_mirror_remove(mirror, &lease->ip);
    struct json_object *entry;

    if (rc < 0 || !status_entry_possible(lease))
        return rc;
    entry = status_entry_new(lease, name, server_duid);
    return mirror->array != NULL ? append(mirror->array, entry) : append_text(&mirror->text, entry);
}

static int format_array(struct status_mirror *mirror)
{
    free(mirror->text.at);
    return format(mirror->array, &mirror->text);
}

static int remember(struct status_mirror *mirror)
{
    struct source source = {.digest = digest_of(mirror->text.at, mirror->text.len, 0)};
    struct source_item mark = mark_of(mirror);

    return source_record_save(mirror->index->store, mirror->source.name, &source, &mark, 1, false);
}

int status_mirror_prepare(struct status_mirror *mirror)
{
    int rc = mirror->array != NULL ? format_array(mirror) : 0;

    if (rc == 0)
        rc = remember(mirror);
    return rc < 0 ? index_failed(mirror->index, rc) : 0;
}

static int write_text(struct status_mirror *mirror)
{
    int rc = mirror->damaged ? replace_keep_damaged(mirror->dirfd, mirror->file_name) : 0;

    return rc < 0 ? rc
                  : replace_file(mirror->dirfd, mirror->file_name, mirror->text.at, mirror->text.len,
                                 &mirror->replaced);
}

int status_mirror_write(struct status_mirror *mirror)
{
    int rc = write_text(mirror);

    return rc < 0 ? report_errno(mirror->index->report, rc, "%s", mirror->source.where) : 0;
}

void status_mirror_touch(const struct status_mirror *mirror)
{
    const int flags = O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    CLEANUP_FD int fd = mirror->dirfd < 0 ? -1 : openat(mirror->dirfd, mirror->file_name, flags, 0644);

    if (mirror->dirfd < 0 || (fd < 0 && errno == EEXIST))
        return;
    /* Whatever the umask is: libvirt's own modules read it in every process. */
    if (fd < 0 || fchmod(fd, 0644) < 0)
        report_errno(mirror->index->report, -errno, "%s", mirror->source.where);
}
