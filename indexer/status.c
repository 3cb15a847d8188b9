#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json_text.h"
#include "network_files.h"
#include "pass.h"
#include "status_entry.h"

static int take_entries(struct json_object *array, struct pass *pass)
{
    struct octets server_duid = {0};
    size_t count = array == NULL ? 0 : json_object_array_length(array);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct lease lease = {.expiry = 0};
        struct octets duid = {.len = 0};
        const char *why = status_entry_read(json_object_array_get_idx(array, i), &lease, &duid);

        if (server_duid.len == 0)
            server_duid = duid;

        if (why != NULL)
            pass_bad_entry(pass, i + 1, why);
        else
            rc = pass_lease(pass, &lease);
    }
    if (rc == 0)
        rc = pass_finish(pass);
    return rc < 0 ? rc : index_set_server_duid(pass->index, pass->network, &server_duid);
}

int status_apply(struct index *index, const char *network, const struct source_file *source,
                 struct json_object *array)
{
    CLEANUP_PASS struct pass pass = {
        .index = index, .network = network, .where = source->where, .owner = OWNER_STATUS, .ordered = true};
    struct network known;
    int rc = index_network(index, network, &known);

    if (rc < 0)
        return rc;
    pass.first = source_file_is_first(index, source);
    /* Where the hook feeds the network, a change that came by another way (libvirt's own helper) was heard,
     * too. */
    pass.heard = known.libvirt && source->known.value.at != NULL;
    rc = take_entries(array, &pass);
    return rc < 0 ? rc : source_file_applied(index, source, !pass_whole(&pass));
}

static int apply(struct index *index, const char *network, const struct source_file *source)
{
    CLEANUP_JSON struct json_object *array = NULL;
    int rc = source->file.len > 0 ? json_parse_array(source->file.text, source->file.len, &array) : 0;

    if (rc == -EBADMSG) {
        report_problem(index->report, "damaged; its network keeps the leases already known", "%s",
                       source->where);
        return 0;
    }
    return rc < 0 ? rc : status_apply(index, network, source, array);
}

int status_forget(struct index *index, const char *network)
{
    CLEANUP_PASS struct pass from_file = {.index = index, .network = network, .owner = OWNER_STATUS};
    CLEANUP_PASS struct pass from_hook = {.index = index, .network = network, .owner = OWNER_HOOK};
    char name[SOURCE_NAME_MAX + 1];
    struct network known;
    int rc = index_network(index, network, &known);

    if (rc == 0)
        rc = pass_finish(&from_file);
    /* The hook's leases that the file cannot hold. */
    if (rc == 0 && known.libvirt)
        rc = pass_finish(&from_hook);
    snprintf(name, sizeof(name), SOURCE_STATUS "%s", network);
    return rc < 0 ? rc : source_record_delete(index->store, name);
}

int status_refresh(struct index *index, const struct libvirt_dirs *dirs)
{
    static const struct network_file_kind kind = {.suffix = STATUS_SUFFIX,
                                                  .prefix = SOURCE_STATUS,
                                                  .valid = network_valid,
                                                  .strict = true,
                                                  .apply = apply,
                                                  .forget = status_forget};

    return network_files_refresh(index, dirs->networks, &kind);
}
