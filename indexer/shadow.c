#include "shadow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host_refusal.h"
#include "lease_record.h"

static bool is_static(enum lease_kind kind)
{
    return rank_owns_names(lease_rank(kind));
}

static int add(struct shaded_list *list, const struct lease *entry)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 4;
        struct shaded *more = reallocarray(list->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = (struct shaded){*entry, {false, false}};
    return 0;
}

void shaded_list_free(struct shaded_list *list)
{
    free(list->at);
}

/* Lets an earlier entry's shadow fall on another one of the address. */
static void shade(const struct lease *earlier, const struct lease *entry, struct shadow *shadow)
{
    if (lease_rank(earlier->kind) != lease_rank(entry->kind))
        return;
    if (entry->host[0] != '\0' && name_equal(earlier->host, entry->host)) {
        shadow->host = true;
        shadow->qualified = shadow->qualified || name_equal(earlier->domain, entry->domain);
    }
}

/* Adds those of one kind. Aliases are numbered without a gap. */
static int add_kind(struct store *store, const struct lease *first, struct shaded_list *list)
{
    int rc = 0;

    for (unsigned alias = 0; rc == 0 && alias <= UINT8_MAX; alias++) {
        struct lease entry = *first;

        entry.alias = (uint8_t)alias;
        rc = lease_record_get(store, &entry);
        if (rc == 0)
            rc = add(list, &entry);
    }
    return rc == -ENOENT || rc == -EBADMSG ? 0 : rc;
}

/* Adds those of an address, in their order, without shadows. */
static int load(struct store *store, const char *network, const struct ip *ip, struct shaded_list *list)
{
    static const enum lease_kind kinds[] = {KIND_STATIC, KIND_RESERVED, KIND_HOST};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct lease place = {.kind = kinds[i], .ip = *ip};

        strcpy(place.network, network);
        rc = add_kind(store, &place, list);
    }
    return rc;
}

int shaded_list_add(struct store *store, const char *network, const struct ip *ip, struct shaded_list *list)
{
    size_t first = list->count;
    int rc = load(store, network, ip, list);

    for (size_t i = first; i < list->count; i++) {
        for (size_t j = first; j < i; j++)
            shade(&list->at[j].entry, &list->at[i].entry, &list->at[i].shadow);
    }
    return rc;
}

static int compare_places(const struct lease *a, const struct lease *b)
{
    int order = (a->kind > b->kind) - (a->kind < b->kind);

    return order != 0 ? order : a->alias - b->alias;
}

int shadow_of(struct store *store, const struct lease *entry, struct shadow *shadow)
{
    CLEANUP_SHADED struct shaded_list list = {.count = 0};
    int rc;

    *shadow = (struct shadow){false, false};
    if (!is_static(entry->kind))
        return 0;
    rc = load(store, entry->network, &entry->ip, &list);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        if (compare_places(&list.at[i].entry, entry) < 0)
            shade(&list.at[i].entry, entry, shadow);
    }
    return rc;
}
