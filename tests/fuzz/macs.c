/* A `.macs` file of any bytes: its guests come, change with the file, and go with it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "indexer/derive.h"
#include "indexer/guests.h"
#include "indexer/json_text.h"
#include "indexer/leases.h"
#include "indexer/macs.h"
#include "schema/name.h"

#define NETWORK "br0"
#define FILE_IN "networks/" NETWORK ".macs"

/* The hardware address of the first guest, or one of nobody's. */
static struct hwaddr first_address(struct bytes data)
{
    CLEANUP_JSON struct json_object *json = NULL;
    CLEANUP_ITEMS struct item_list items = {NULL, 0, 0};
    int rc = macs_parse((const char *)data.at, data.len, "file", &fuzz_report, &json, &items);

    EXPECT(rc == 0 || rc == 1 || rc == -EBADMSG);
    for (size_t i = 0; i < items.count; i++) {
        char name[GUEST_MAX + 1] = "";

        EXPECT(items.at[i].guest.len <= GUEST_MAX);
        memcpy(name, items.at[i].guest.at, items.at[i].guest.len);
        EXPECT(guest_valid(name) && items.at[i].hwaddr.known);
    }
    return items.count > 0 ? items.at[0].hwaddr : (struct hwaddr){true, 1, 6, {2, 0, 0, 0, 0, 1}};
}

static void refresh(struct index *index, const struct libvirt_dirs *dirs)
{
    EXPECT(guests_refresh(index, dirs) == 0 && derive_settle(index) == 0);
    expect_sound(index);
}

static void change_file(struct index *index, const struct libvirt_dirs *dirs, struct bytes content)
{
    scratch_write(FILE_IN, content);
    refresh(index, dirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char other[] = "[{\"domain\": \"web\", \"macs\": [\"02:00:00:00:00:01\"]}]";
    const struct libvirt_dirs dirs = {scratch_empty("networks"), "/nonexistent"};
    const struct bytes whole = {data, size};
    struct lease guests = {.hwaddr = first_address(whole), .ip = {IPV4_LEN, {192, 0, 2, 1}}, .seen = 1};
    struct lease others = {.hwaddr = {true, 1, 6, {6}}, .ip = {IPV4_LEN, {192, 0, 2, 2}}, .seen = 2};
    struct index *index = NULL;

    strcpy(guests.network, NETWORK);
    strcpy(others.network, NETWORK);
    strcpy(others.host, "web");
    EXPECT(index_open_read("/nonexistent", &fuzz_report, &index) == 0);
    EXPECT(leases_put(index, &guests) == 1);
    change_file(index, &dirs, whole);
    EXPECT(leases_put(index, &others) == 1);
    change_file(index, &dirs, (struct bytes){data, size / 2});
    change_file(index, &dirs, bytes_of(other));
    change_file(index, &dirs, whole);
    unlink(scratch_path(FILE_IN));
    refresh(index, &dirs);
    EXPECT(leases_remove(index, &guests) == 0 && leases_remove(index, &others) == 0);
    EXPECT(derive_settle(index) == 0);
    expect_nothing(index);
    index_close(index);
    return 0;
}
