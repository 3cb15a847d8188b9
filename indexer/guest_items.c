#include "guest_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "derive.h"
#include "machines.h"
#include "source_record.h"

int item_list_add(struct item_list *list, struct source_item item)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 16;
        struct source_item *more = reallocarray(list->at, room, sizeof(*more));

        if (more == NULL)
            return -ENOMEM;
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = item;
    return 0;
}

void item_list_free(struct item_list *list)
{
    free(list->at);
}

static int compare_guests(const struct source_item *a, const struct source_item *b)
{
    size_t common = a->guest.len < b->guest.len ? a->guest.len : b->guest.len;
    int order = memcmp(a->guest.at, b->guest.at, common);

    return order != 0 ? order : (a->guest.len > b->guest.len) - (a->guest.len < b->guest.len);
}

static int compare_hwaddrs(const struct source_item *a, const struct source_item *b)
{
    return hwaddr_compare(&a->hwaddr, &b->hwaddr);
}

static int by_guest(const void *a, const void *b)
{
    int order = compare_guests(a, b);

    return order != 0 ? order : compare_hwaddrs(a, b);
}

static int by_hwaddr(const void *a, const void *b)
{
    int order = compare_hwaddrs(a, b);

    return order != 0 ? order : compare_guests(a, b);
}

static void sort_unique(struct item_list *items)
{
    size_t kept = 0;

    if (items->count == 0)
        return;
    qsort(items->at, items->count, sizeof(*items->at), by_guest);
    for (size_t i = 1; i < items->count; i++) {
        if (by_guest(&items->at[kept], &items->at[i]) != 0)
            items->at[++kept] = items->at[i];
    }
    items->count = kept + 1;
}

/* A sorted list, walked group by group. */
struct walk {
    const struct source_item *at;
    const struct source_item *end;
};

/* How many items at the head belong together. */
static size_t group(const struct walk *walk,
                    int (*compare)(const struct source_item *, const struct source_item *))
{
    size_t count = 0;

    while (walk->at + count < walk->end && compare(walk->at, walk->at + count) == 0)
        count++;
    return count;
}

/* One step of walking two sorted lists side by side: which of them has the lesser head. */
struct step {
    const struct source_item *head;
    size_t old;
    size_t new;
};

static bool next_step(struct walk *old, struct walk *new,
                      int (*compare)(const struct source_item *, const struct source_item *),
                      struct step *step)
{
    bool has_old = old->at < old->end, has_new = new->at < new->end;
    int order = has_old && has_new ? compare(old->at, new->at) : has_old ? -1 : 1;

    if (!has_old && !has_new)
        return false;
    step->head = order <= 0 ? old->at : new->at;
    step->old = order <= 0 ? group(old, compare) : 0;
    step->new = order >= 0 ? group(new, compare) : 0;
    old->at += step->old;
    new->at += step->new;
    return true;
}

static struct walk walk_of(const struct source_item *items, size_t count)
{
    /* Where there is no array: nothing may be added to NULL, not even 0. */
    static const struct source_item none;

    if (items == NULL)
        items = &none;
    return (struct walk){items, items + count};
}

static int update_presences(struct index *index, struct bytes origin, struct walk old, struct walk new)
{
    bool defined = origin.at[0] == '/';
    struct step step;
    int rc = 0;

    while (rc == 0 && next_step(&old, &new, compare_guests, &step)) {
        if ((step.old > 0) == (step.new > 0))
            continue;
        report_change(index->report, "%.*s: guest %.*s %s", (int)origin.len - defined,
                      (const char *)origin.at + defined, (int)step.head->guest.len,
                      (const char *)step.head->guest.at,
                      step.new == 0 ? "gone"
                      : defined     ? "defined"
                                    : "running");
        rc = derive_set_presence(index, step.head->guest, origin, step.new > 0);
    }
    return rc;
}

/* Gives a machine its guests in this network, and its leases the answers that follow. */
static int set_machine(struct index *index, struct bytes network, const struct hwaddr *hwaddr,
                       const struct source_item *items, size_t count)
{
    CLEANUP_OUTPUTS struct outputs before = {NULL, 0};
    CLEANUP_OUTPUTS struct outputs after = {NULL, 0};
    CLEANUP_MACHINE struct machine old = {.guest_count = 0};
    CLEANUP_MACHINE struct machine new = {.guest_count = 0};
    CLEANUP_FREE struct machine_guest *guests = calloc(count + 1, sizeof(*guests));
    int rc = guests == NULL ? -ENOMEM : machine_load(index->store, hwaddr, &old);

    for (size_t i = 0; rc == 0 && i < count; i++)
        guests[i] = (struct machine_guest){true, network, items[i].guest};
    if (rc == 0)
        rc = derive_machine(index, &old, &before);
    if (rc == 0)
        rc = machine_set_guests(index->store, hwaddr, network, guests, count);
    if (rc == 0)
        rc = machine_load(index->store, hwaddr, &new);
    if (rc == 0)
        rc = derive_machine(index, &new, &after);
    return rc < 0 ? rc : derive_replace(index, &before, &after);
}

static bool same_group(const struct source_item *old, const struct source_item *new, const struct step *step)
{
    if (step->old != step->new)
        return false;
    for (size_t i = 0; i < step->old; i++) {
        if (compare_guests(&old[i], &new[i]) != 0)
            return false;
    }
    return true;
}

static int update_machines(struct index *index, struct bytes network, struct walk old, struct walk new)
{
    struct step step;
    int rc = 0;

    while (rc == 0 && next_step(&old, &new, compare_hwaddrs, &step)) {
        if (step.head->hwaddr.known && !same_group(old.at - step.old, new.at - step.new, &step))
            rc = set_machine(index, network, &step.head->hwaddr, new.at - step.new, step.new);
    }
    return rc;
}

/* Both sorted the same way. */
static bool same_items(const struct source_record *known, const struct item_list *items)
{
    if (known->value.at == NULL || known->count != items->count)
        return false;
    for (size_t i = 0; i < items->count; i++) {
        if (by_guest(&known->items[i], &items->at[i]) != 0)
            return false;
    }
    return true;
}

int guest_items_apply(struct index *index, const char *name, struct bytes origin, const struct source *source,
                      struct item_list *items)
{
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, name, &known);

    sort_unique(items);
    if (rc == 0 && same_items(&known, items))
        return source_record_save(index->store, name, source, items->at, items->count, true);
    /* What is remembered was sorted when it was written. */
    if (rc == 0)
        rc = update_presences(index, origin, walk_of(known.items, known.count),
                              walk_of(items->at, items->count));
    if (rc == 0)
        rc = source_record_save(index->store, name, source, items->at, items->count, false);
    if (rc < 0)
        return rc;
    if (known.count > 0)
        qsort(known.items, known.count, sizeof(*known.items), by_hwaddr);
    if (items->count > 0)
        qsort(items->at, items->count, sizeof(*items->at), by_hwaddr);
    rc = update_machines(index, origin, walk_of(known.items, known.count), walk_of(items->at, items->count));
    /* The networks of its entries may be others now. */
    if (rc == 0)
        rc = source_record_unread(index->store, SOURCE_STATIC);
    return rc < 0 ? rc : derive_settle(index);
}
