#include "entry_list.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What orders entries of a file, less their place in it: greater comes first. Any constant does, so that a
 * file that did not change makes the same entries; this one, in milliseconds, is in 2004. */
#define FIRST_SEEN (UINT64_C(1) << 40)

enum refusal entry_name_parse(struct bytes given, struct entry_name *to)
{
    const struct bytes text = name_without_root(given);
    const uint8_t *dot = memchr(text.at, '.', text.len);
    size_t host_len = dot != NULL ? (size_t)(dot - text.at) : text.len;
    size_t domain_len = dot != NULL ? text.len - host_len - 1 : 0;
    struct entry_name name = {.host = ""};
    enum refusal refusal;

    if (memchr(text.at, '\0', text.len) != NULL)
        return REFUSAL_SYNTAX;
    if (host_len > LABEL_MAX || text.len > DOMAIN_MAX)
        return REFUSAL_TOO_LONG;
    memcpy(name.host, text.at, host_len);
    refusal = name_check(name.host);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (dot != NULL) {
        memcpy(name.domain, dot + 1, domain_len);
        if (!name_domain_valid(name.domain, domain_len))
            return REFUSAL_SYNTAX;
    }
    *to = name;
    return REFUSAL_NONE;
}

static int compare_places(const void *a, const void *b)
{
    const struct entry_place *left = a, *right = b;
    int order = ip_compare(&left->ip, &right->ip);

    return order != 0 ? order : strcmp(left->network, right->network);
}

struct entry_place *entry_list_place(struct entry_list *list, const char *network, const struct ip *ip)
{
    struct entry_place *place = calloc(1, sizeof(*place));
    void *found;

    if (place == NULL)
        return NULL;
    strcpy(place->network, network);
    place->ip = *ip;
    found = tsearch(place, &list->places, compare_places);
    if (found == NULL || *(struct entry_place **)found != place)
        free(place);
    return found == NULL ? NULL : *(struct entry_place **)found;
}

static int add(struct entry_list *list, struct entry_place *place, const struct entry_name *name)
{
    struct lease entry = {.kind = list->kind, .alias = (uint8_t)place->count, .ip = place->ip};
    size_t *more = reallocarray(place->at, place->count + 1, sizeof(*more));
    int rc;

    if (more == NULL)
        return -ENOMEM;
    place->at = more;
    strcpy(entry.network, place->network);
    strcpy(entry.host, name->host);
    strcpy(entry.domain, name->domain);
    entry.seen = list->entries.count < FIRST_SEEN ? FIRST_SEEN - list->entries.count : 0;
    rc = lease_list_add(&list->entries, &entry);
    if (rc == 0)
        place->at[place->count++] = list->entries.count - 1;
    return rc;
}

/* The entry that the name may be written into: of the same name, or of none, as a machine may have come
 * before the names. NULL: none. */
static struct lease *find_room(struct entry_list *list, const struct entry_place *place,
                               const struct entry_name *name)
{
    for (size_t i = 0; i < place->count; i++) {
        struct lease *entry = &list->entries.at[place->at[i]];

        if (entry->host[0] == '\0' ||
            (name_equal(entry->host, name->host) && (entry->domain[0] == '\0' || name->domain[0] == '\0' ||
                                                     name_equal(entry->domain, name->domain))))
            return entry;
    }
    return NULL;
}

int entry_list_add_name(struct entry_list *list, struct entry_place *place, const struct entry_name *name)
{
    struct lease *entry = find_room(list, place, name);

    place->names++;
    if (entry == NULL)
        return add(list, place, name);
    if (entry->host[0] == '\0')
        strcpy(entry->host, name->host);
    if (entry->domain[0] == '\0')
        strcpy(entry->domain, name->domain);
    return 0;
}

int entry_list_set_hwaddr(struct entry_list *list, struct entry_place *place, const struct hwaddr *hwaddr)
{
    static const struct entry_name nameless = {.host = ""};
    int rc = place->count > 0 ? 0 : add(list, place, &nameless);

    if (rc < 0)
        return rc;
    place->hwaddr = *hwaddr;
    list->entries.at[place->at[0]].hwaddr = *hwaddr;
    return 0;
}

static void free_place(void *place)
{
    free(((struct entry_place *)place)->at);
    free(place);
}

void entry_list_free(struct entry_list *list)
{
    tdestroy(list->places, free_place);
    lease_list_free(&list->entries);
}
