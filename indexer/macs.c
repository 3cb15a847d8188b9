#include "macs.h"

#include <errno.h>
#include <string.h>

#include "json_text.h"
#include "schema/name.h"

static int add_addresses(struct json_object *macs, struct bytes guest, bool *bad, struct item_list *items)
{
    size_t count = json_object_array_length(macs);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct json_object *text = json_object_array_get_idx(macs, i);
        struct source_item item = {.guest = guest};

        if (!json_is_text(text) || hwaddr_parse(json_object_get_string(text), &item.hwaddr) < 0)
            *bad = true;
        else
            rc = item_list_add(items, item);
    }
    return rc;
}

static int add_guest(struct json_object *entry, bool *bad, struct item_list *items)
{
    struct json_object *macs;
    const char *guest;

    if (!json_object_is_type(entry, json_type_object)) {
        *bad = true;
        return 0;
    }
    guest = json_member_text(entry, "domain", bad);
    if (guest == NULL || !guest_valid(guest) || !json_object_object_get_ex(entry, "macs", &macs) ||
        !json_object_is_type(macs, json_type_array)) {
        *bad = true;
        return 0;
    }
    return add_addresses(macs, bytes_of(guest), bad, items);
}

int macs_parse(const char *text, size_t len, const char *where, const struct report *report,
               struct json_object **json, struct item_list *items)
{
    bool incomplete = false;
    size_t count;
    int rc = 0;

    *json = NULL;
    if (len == 0)
        return 0;
    rc = json_parse_array(text, len, json);
    if (rc < 0)
        return rc;
    count = json_object_array_length(*json);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        bool bad = false;

        rc = add_guest(json_object_array_get_idx(*json, i), &bad, items);
        if (bad)
            report_problem(report, "not a guest's name with its addresses, left out", "%s: entry %zu", where,
                           i + 1);
        incomplete = incomplete || bad;
    }
    return rc < 0 ? rc : incomplete;
}
