#include "follow_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/machine.h"

int follow_compare_guests(const struct follow_guest *a, const struct follow_guest *b)
{
    int order = strcmp(a->network, b->network);

    return order != 0 ? order : strcmp(a->name, b->name);
}

static int compare(const void *a, const void *b)
{
    return follow_compare_guests(a, b);
}

static int add_guest(struct follow_view *view, const struct machine_guest *guest)
{
    struct follow_guest *more = reallocarray(view->guests, view->guest_count + 1, sizeof(*more));
    struct follow_guest *added;

    if (more == NULL)
        return -ENOMEM;
    view->guests = more;
    added = &more[view->guest_count++];
    *added = (struct follow_guest){.network = ""};
    memcpy(added->network, guest->network.at, guest->network.len);
    memcpy(added->name, guest->name.at, guest->name.len);
    return 0;
}

/* A record that makes no sense has no guests. */
static int add_machine(void *context, struct bytes key, struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct machine_guest guest;
    int rc = 0;

    (void)key;
    for (uint16_t left = machine_guest_count(&u); rc == 0 && left > 0 && machine_next_guest(&u, &guest);
         left--) {
        if (guest.running && guest.network.len <= NETWORK_MAX)
            rc = add_guest(context, &guest);
    }
    return rc;
}

/* A guest with several interfaces in a network counts once. */
static void unique_guests(struct follow_view *view)
{
    size_t count = 0;

    if (view->guest_count > 0)
        qsort(view->guests, view->guest_count, sizeof(*view->guests), compare);
    for (size_t i = 0; i < view->guest_count; i++) {
        if (count == 0 || follow_compare_guests(&view->guests[count - 1], &view->guests[i]) != 0)
            view->guests[count++] = view->guests[i];
    }
    view->guest_count = count;
}

int follow_view_read(struct index *index, const char *network, struct follow_view *view)
{
    const struct dump_query everything = {.network = NULL};
    int rc;

    *view = (struct follow_view){.guest_count = 0};
    rc = dump_collect(index, &everything, &view->leases);
    if (rc == 0)
        rc = store_each(index->store, KEY_MACHINE, add_machine, view);
    unique_guests(view);
    return rc == 0 && network != NULL ? dump_find_network(index, network, view->bridge) : rc;
}

void follow_view_free(struct follow_view *view)
{
    dump_free(&view->leases);
    free(view->guests);
    *view = (struct follow_view){.guest_count = 0};
}
