#include "guests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "guest_items.h"
#include "json_text.h"
#include "macs.h"
#include "network_files.h"
#include "schema/paths.h"
#include "text_list.h"

struct libvirt_dirs libvirt_dirs_default(void)
{
    const char *networks = getenv(ENV_LIBVIRT_DIR);
    const char *definitions = getenv(ENV_DEFINITIONS_DIR);

    return (struct libvirt_dirs){
        .networks = networks != NULL && networks[0] != '\0' ? networks : LVINDEX_LIBVIRTDIR,
        .definitions = definitions != NULL && definitions[0] != '\0' ? definitions : LVINDEX_DEFINITIONSDIR,
    };
}

/* Where an entry made no sense, what was known stays: it may have been any guest's. */
static int keep_known(struct index *index, const char *name, struct source_record *known,
                      struct item_list *items)
{
    int rc = source_record_load_all(index->store, name, known);

    for (size_t i = 0; rc == 0 && i < known->count; i++)
        rc = item_list_add(items, known->items[i]);
    return rc;
}

static int apply_macs(struct index *index, const char *network, const struct source_file *source)
{
    CLEANUP_JSON struct json_object *json = NULL;
    CLEANUP_ITEMS struct item_list items = {NULL, 0, 0};
    CLEANUP_SOURCE struct source_record known = {.count = 0};
    struct source new;
    int rc = macs_parse(source->file.text, source->file.len, source->where, index->report, &json, &items);

    if (rc == -EBADMSG) {
        report_problem(index->report, "damaged; its network keeps the guests already known", "%s",
                       source->where);
        return 0;
    }
    new = source_file_new(source, rc == 1);
    if (rc == 1)
        rc = keep_known(index, source->name, &known, &items);
    return rc < 0 ? rc : guest_items_apply(index, source->name, bytes_of(network), &new, &items);
}

/* Forgets a source of guests, and its guests. */
static int forget_guests(struct index *index, const char *prefix, const char *place, struct bytes origin)
{
    CLEANUP_ITEMS struct item_list none = {NULL, 0, 0};
    CLEANUP_SOURCE struct source_record known = {.count = 0};
    const struct source gone = {0};
    char name[SOURCE_NAME_MAX + 1];
    int rc;

    snprintf(name, sizeof(name), "%s%s", prefix, place);
    rc = source_record_load(index->store, name, &known);
    if (rc < 0 || known.value.at == NULL)
        return rc;
    rc = guest_items_apply(index, name, origin, &gone, &none);
    return rc < 0 ? rc : source_record_delete(index->store, name);
}

static int forget_macs(struct index *index, const char *network)
{
    return forget_guests(index, SOURCE_MACS, network, bytes_of(network));
}

/* Reads the names that a directory of definitions defines. A guest named in a way that libvirt forbids is
 * none. */
static int apply_definitions(struct index *index, DIR *stream, const char *where, const char *name,
                             struct bytes origin, const struct source *source)
{
    CLEANUP_TEXTS struct text_list names = {NULL, 0};
    CLEANUP_ITEMS struct item_list items = {NULL, 0, 0};
    int rc = text_list_directory(&names, stream, ".xml");

    if (rc < 0) {
        report_errno(index->report, rc, "%s", where);
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < names.count; i++) {
        if (guest_valid(names.at[i]))
            rc = item_list_add(&items, (struct source_item){.guest = bytes_of(names.at[i])});
    }
    return rc < 0 ? rc : guest_items_apply(index, name, origin, source, &items);
}

/* `driver` is qemu or lxc. Guests are marked as coming from "/qemu": no network is called so. */
static int refresh_definitions(struct index *index, const char *dir, const char *driver)
{
    CLEANUP_FREE char *where = NULL;
    CLEANUP_DIR DIR *stream = NULL;
    CLEANUP_SOURCE struct source_record known = {.count = 0};
    struct source source = {0};
    char name[SOURCE_NAME_MAX + 1];
    struct bytes origin;
    int rc;

    if (asprintf(&where, "%s/%s", dir, driver) < 0) {
        where = NULL;
        return -ENOMEM;
    }
    origin = bytes_of(where + strlen(dir));
    snprintf(name, sizeof(name), SOURCE_DEFINITIONS "%s", driver);
    stream = opendir(where);
    if (stream == NULL && errno == ENOENT)
        return forget_guests(index, SOURCE_DEFINITIONS, driver, origin);
    rc = stream == NULL ? -errno : identity_of(dirfd(stream), &source.identity);
    if (rc < 0) {
        report_errno(index->report, rc, "%s", where);
        return 0;
    }
    rc = source_record_load(index->store, name, &known);
    if (rc < 0 || identity_equal(&source.identity, &known.source.identity))
        return rc;
    return apply_definitions(index, stream, where, name, origin, &source);
}

int guests_refresh(struct index *index, const struct libvirt_dirs *dirs)
{
    static const struct network_file_kind macs = {.suffix = ".macs",
                                                  .prefix = SOURCE_MACS,
                                                  .valid = network_valid,
                                                  .strict = true,
                                                  .apply = apply_macs,
                                                  .forget = forget_macs};
    int rc = network_files_refresh(index, dirs->networks, &macs);

    if (rc == 0)
        rc = refresh_definitions(index, dirs->definitions, "qemu");
    if (rc == 0)
        rc = refresh_definitions(index, dirs->definitions, "lxc");
    return rc;
}
