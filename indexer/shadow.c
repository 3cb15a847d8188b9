#include "shadow.h"

#include <errno.h>

#include "host_refusal.h"
#include "lease_record.h"

static bool is_static(enum lease_kind kind)
{
    return rank_owns_names(lease_rank(kind));
}

/* Calls `each` for every static entry of the address, in their order, until it returns other than 0. */
static int each_of_address(struct store *store, const struct lease *entry,
                           int (*each)(void *context, const struct lease *other), void *context)
{
    static const enum lease_kind kinds[] = {KIND_STATIC, KIND_RESERVED, KIND_HOST};
    struct lease other;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        /* Aliases are numbered without a gap. */
        for (unsigned alias = 0; rc == 0 && alias <= UINT8_MAX; alias++) {
            other = (struct lease){.kind = kinds[i], .alias = (uint8_t)alias, .ip = entry->ip};
            strcpy(other.network, entry->network);
            rc = lease_record_get(store, &other);
            if (rc < 0)
                break;
            rc = each(context, &other);
        }
        if (rc == -ENOENT || rc == -EBADMSG)
            rc = 0;
    }
    return rc;
}

static int compare_places(const struct lease *a, const struct lease *b)
{
    int order = (a->kind > b->kind) - (a->kind < b->kind);

    return order != 0 ? order : a->alias - b->alias;
}

struct weighing {
    const struct lease *entry;
    struct shadow *shadow;
};

static int weigh(void *context, const struct lease *other)
{
    const struct weighing *weighing = context;
    const struct lease *entry = weighing->entry;
    struct shadow *shadow = weighing->shadow;

    if (compare_places(other, entry) >= 0)
        return 1;
    if (lease_rank(other->kind) != lease_rank(entry->kind))
        return 0;
    if (entry->host[0] != '\0' && name_equal(other->host, entry->host)) {
        shadow->host = true;
        shadow->qualified = shadow->qualified || name_equal(other->domain, entry->domain);
    }
    if (entry->hwaddr.known && hwaddr_equal(&other->hwaddr, &entry->hwaddr))
        shadow->guests = true;
    return 0;
}

int shadow_of(struct store *store, const struct lease *entry, struct shadow *shadow)
{
    struct weighing weighing = {entry, shadow};
    int rc = 0;

    *shadow = (struct shadow){false, false, false};
    if (is_static(entry->kind))
        rc = each_of_address(store, entry, weigh, &weighing);
    return rc < 0 ? rc : 0;
}

struct later {
    const struct lease *entry;
    int (*each)(void *context, const struct lease *later);
    void *context;
};

static int pass_later(void *context, const struct lease *other)
{
    const struct later *later = context;

    return compare_places(other, later->entry) > 0 ? later->each(later->context, other) : 0;
}

int shadow_each_later(struct store *store, const struct lease *entry,
                      int (*each)(void *context, const struct lease *later), void *context)
{
    struct later later = {entry, each, context};

    return is_static(entry->kind) ? each_of_address(store, entry, pass_later, &later) : 0;
}
