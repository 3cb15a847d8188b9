/*
 * A writer on any index: an event succeeds, what is damaged is kept aside, what is left afterwards is whole,
 * and every lease whose record was in one piece is still there.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "images.h"
#include "indexer/leases.h"
#include "schema/paths.h"
#include "schema/tdb_layout.h"

/* Of IMAGES_BASE_GENERATION. */
#define BASE_IN "state/base-1.tdb"

static int put_lease(struct index *index, void *context)
{
    int rc = leases_put(index, context);

    return rc < 0 ? index_failed(index, rc) : 0;
}

/* Puts in another lease than any that an input has. */
static int event(const char *dir, enum store_mode mode)
{
    struct lease lease = {.network = "event", .hwaddr = {true, 1, 6, {2}}, .ip = {IPV4_LEN, {10, 9, 9, 9}}};

    lease.seen = lease.heard = 1;
    strcpy(lease.host, "event");
    return index_change(dir, mode, &fuzz_report, put_lease, &lease);
}

static bool is_replaced(const struct images *images, const struct key *key)
{
    for (size_t i = 0; i < images->count; i++) {
        if (!images->records[i].in_base && bytes_equal(key_bytes(&images->records[i].key), key_bytes(key)))
            return true;
    }
    return false;
}

/* Only the seal is broken: no lease may be lost, or another than it was. */
static void expect_leases(struct index *index, const struct images *images)
{
    for (size_t i = 0; i < images->count; i++) {
        const struct key *key = &images->records[i].key;
        struct lease lease, found;

        if (lease_unpack(key_bytes(key), images->records[i].value, &lease) < 0 ||
            lease_forgotten(index, &lease) || strcmp(lease.network, "event") == 0 ||
            (images->records[i].in_base && is_replaced(images, key)))
            continue;
        EXPECT(leases_get(index, lease.network, &lease.ip, &found) == 0);
        EXPECT(memcmp(&lease, &found, sizeof(lease)) == 0);
    }
}

/* Of an index that is whole, but not its base, the sequence number was changed, to call readers. */
static void blank_sequence(struct bytes file)
{
    if (file.len >= sizeof(struct tdb_layout_header))
        memset((uint8_t *)(uintptr_t)file.at + offsetof(struct tdb_layout_header, sequence), 0, 4);
}

static void expect_kept(const char *file, struct bytes content)
{
    struct bytes kept = scratch_read(file);

    blank_sequence(kept);
    blank_sequence(content);
    EXPECT(bytes_equal(kept, content));
    free((void *)(uintptr_t)kept.at);
}

/* After the event: nothing is damaged any more. */
static void expect_healed(const char *dir, const struct images *images)
{
    struct index *index = NULL;

    EXPECT(event(dir, STORE_CHECK) >= 0);
    EXPECT(index_open_read(dir, &fuzz_report, &index) == 0);
    EXPECT(!store_damaged(index->store) && store_verified(index->store));
    expect_sound(index);
    if ((images->flags & (IMAGES_RAW | IMAGES_UNSEALED)) == IMAGES_UNSEALED && !images->damaged)
        expect_leases(index, images);
    index_close(index);
}

/* Is the index found to be damaged when it is opened so? */
static bool is_damaged(const char *dir, enum store_mode mode)
{
    struct store *store = NULL;
    int rc = store_open(dir, mode, &fuzz_report, &store);
    bool damaged = rc == 0 && store_damaged(store);

    EXPECT(rc == 0 || rc == -EPROTONOSUPPORT);
    store_close(store);
    return damaged;
}

static void try_event(const char *dir, const struct images *images)
{
    bool damaged = is_damaged(dir, STORE_CHECK), index_damaged = is_damaged(dir, STORE_WRITE);
    int rc = event(dir, STORE_WRITE);

    /* Where all seals fit, the content is taken for what we wrote, and may make no sense. */
    if (!damaged)
        return;
    EXPECT(rc >= 0);
    if (index_damaged)
        expect_kept("state/" DAMAGED_FILE, images->overlay);
    expect_healed(dir, images);
    if (!index_damaged)
        expect_kept(BASE_IN DAMAGED_SUFFIX, images->base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *dir = scratch_empty("state");
    struct images images;

    images_make((struct bytes){data, size}, &images);
    scratch_write("state/" INDEX_FILE, images.overlay);
    if (images.base.len > 0)
        scratch_write(BASE_IN, images.base);
    try_event(dir, &images);
    images_free(&images);
    return 0;
}
