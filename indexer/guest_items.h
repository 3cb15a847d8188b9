/*
 * From what a source of guests said to what it says now.
 */
#ifndef LVINDEX_INDEXER_GUEST_ITEMS_H
#define LVINDEX_INDEXER_GUEST_ITEMS_H

#include "index.h"
#include "schema/source.h"

/* A growing list of items. Guests' names point elsewhere. */
struct item_list {
    struct source_item *at;
    size_t count;
    size_t room;
};

int item_list_add(struct item_list *list, struct source_item item);
void item_list_free(struct item_list *list);

#define CLEANUP_ITEMS __attribute__((cleanup(item_list_free)))

/* Makes the guests and addresses in `items` all that the source knows, and remembers source and items under
 * `name`. `origin` marks its guests' presence: the network of a .macs file, else something that no network is
 * called. Sorts `items` and drops repetitions. A source that says what it said before is no reason to commit.
 * -errno. */
int guest_items_apply(struct index *index, const char *name, struct bytes origin, const struct source *source,
                      struct item_list *items);

#endif
