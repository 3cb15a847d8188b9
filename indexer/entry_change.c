#include "entry_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "derive.h"
#include "lease_record.h"
#include "leases.h"
#include "machines.h"
#include "shadow.h"

/* --- The addresses ----------------------------------------------------------------------------------------
 */

/* Entries that stand for their addresses, one of each. */
struct places {
    const struct lease **at;
    size_t count;
};

static void places_free(struct places *places)
{
    free(places->at);
}

static int compare_places(const void *a, const void *b)
{
    const struct lease *left = *(const struct lease *const *)a, *right = *(const struct lease *const *)b;
    int order = ip_compare(&left->ip, &right->ip);

    return order != 0 ? order : strcmp(left->network, right->network);
}

static int find_places(const struct lease_list *gone, const struct lease_list *come, struct places *places)
{
    size_t total = gone->count + come->count, kept = 0;

    places->at = calloc(total + 1, sizeof(struct lease *));
    if (places->at == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < gone->count; i++)
        places->at[i] = &gone->at[i];
    for (size_t i = 0; i < come->count; i++)
        places->at[gone->count + i] = &come->at[i];
    qsort(places->at, total, sizeof(struct lease *), compare_places);
    for (size_t i = 0; i < total; i++) {
        if (i == 0 || compare_places(&places->at[kept - 1], &places->at[i]) != 0)
            places->at[kept++] = places->at[i];
    }
    places->count = kept;
    return 0;
}

/* --- What follows from all entries of these addresses -----------------------------------------------------
 */

/* Lists them, with the shadows that fall on them. */
static int list_entries(struct index *index, const struct places *places, struct shaded_list *list)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < places->count; i++)
        rc = shaded_list_add(index->store, places->at[i]->network, &places->at[i]->ip, list);
    return rc;
}

static int by_machine(const void *a, const void *b)
{
    const struct shaded *left = a, *right = b;

    return hwaddr_compare(&left->entry.hwaddr, &right->entry.hwaddr);
}

/* Machine by machine: one may have many addresses. */
static int derive_entries(struct index *index, struct shaded_list *list, struct outputs *outputs)
{
    int rc = 0;

    if (list->count > 0)
        qsort(list->at, list->count, sizeof(*list->at), by_machine);
    for (size_t first = 0, next; rc == 0 && first < list->count; first = next) {
        CLEANUP_MACHINE struct machine machine;

        rc = machine_load(index->store, &list->at[first].entry.hwaddr, &machine);
        for (next = first; next < list->count && by_machine(&list->at[first], &list->at[next]) == 0; next++) {
            const struct shaded *shaded = &list->at[next];

            if (rc == 0)
                rc = derive_outputs_of(index, &machine, &shaded->entry, &shaded->shadow, outputs);
        }
    }
    return rc;
}

static int derive_places(struct index *index, const struct places *places, struct outputs *outputs)
{
    CLEANUP_SHADED struct shaded_list list = {.count = 0};
    int rc = list_entries(index, places, &list);

    return rc < 0 ? rc : derive_entries(index, &list, outputs);
}

/* --- The machines -----------------------------------------------------------------------------------------
 */

static size_t add_changes(struct machine_change *changes, size_t count, const struct lease_list *entries,
                          bool present)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct lease *entry = &entries->at[i];

        if (entry->hwaddr.len > 0)
            changes[count++] = (struct machine_change){
                .hwaddr = entry->hwaddr,
                .lease = {(uint8_t)entry->kind, entry->ip, bytes_of(entry->network)},
                .present = present,
            };
    }
    return count;
}

/* Whether their leases are stale depends on how many there are. */
static int derive_machines(struct index *index, const struct machine_change *changes, size_t count)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct lease any = {.hwaddr = changes[i].hwaddr};

        if (i == 0 || hwaddr_compare(&changes[i].hwaddr, &changes[i - 1].hwaddr) != 0)
            rc = derive_siblings(index, &any);
    }
    return rc;
}

/* --- The records ------------------------------------------------------------------------------------------
 */

static int change_records(struct index *index, const struct lease_list *gone, const struct lease_list *come)
{
    const char *network = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < gone->count; i++)
        rc = lease_record_delete(index->store, &gone->at[i]);
    for (size_t i = 0; rc == 0 && i < come->count; i++) {
        if (network == NULL || strcmp(network, come->at[i].network) != 0)
            rc = index_know_network(index, come->at[i].network);
        network = come->at[i].network;
        if (rc == 0)
            rc = lease_record_put(index->store, &come->at[i]);
    }
    return rc;
}

int entries_change(struct index *index, const struct lease_list *gone, const struct lease_list *come)
{
    __attribute__((cleanup(places_free))) struct places places = {NULL, 0};
    CLEANUP_OUTPUTS struct outputs before = {NULL, 0};
    CLEANUP_OUTPUTS struct outputs after = {NULL, 0};
    CLEANUP_FREE struct machine_change *changes = calloc(gone->count + come->count + 1, sizeof(*changes));
    size_t count;
    int rc;

    if (changes == NULL)
        return -ENOMEM;
    count = add_changes(changes, add_changes(changes, 0, gone, false), come, true);
    rc = find_places(gone, come, &places);
    if (rc == 0)
        rc = derive_places(index, &places, &before);
    if (rc == 0)
        rc = change_records(index, gone, come);
    if (rc == 0)
        rc = machines_change(index->store, changes, count);
    if (rc == 0)
        rc = derive_places(index, &places, &after);
    if (rc == 0)
        rc = derive_replace(index, &before, &after);
    return rc < 0 ? rc : derive_machines(index, changes, count);
}
