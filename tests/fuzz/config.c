/* The administrator's settings and suffixes, and libvirt's NETWORK.conf, of any bytes: the first byte tells
 * which. What they say is taken in, changes with the file, and goes with it. */
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "indexer/conf.h"
#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/settings.h"
#include "indexer/suffixes.h"
#include "schema/key.h"
#include "schema/options.h"

#define CONFIG   "config"
#define NETWORKS "networks"
#define BRIDGE   "br0"

static int read_settings(struct index *index)
{
    return settings_refresh(index, scratch_path(CONFIG));
}

static int read_suffixes(struct index *index)
{
    return suffixes_refresh(index, scratch_path(CONFIG));
}

static int read_conf(struct index *index)
{
    char bridge[NETWORK_MAX + 1];
    int rc = conf_refresh(index, scratch_path(NETWORKS));

    if (conf_bridge(index, "default", bridge) == 0)
        EXPECT(network_valid(bridge));
    return rc;
}

static const struct {
    const char *file;
    int (*read)(struct index *index);
} kinds[] = {
    {CONFIG "/" SETTINGS_FILE, read_settings},
    {CONFIG "/" SUFFIXES_FILE, read_suffixes},
    {NETWORKS "/default.conf", read_conf},
};

/* What the index tells of files, networks, suffixes and settings, one record behind the other. */
static int print(void *context, struct bytes key, struct bytes value)
{
    struct lookup_options options;

    /* Settings as they are without a file. */
    if (key.at[0] == KEY_OPTIONS && options_unpack(value, &options) && options.grace == 0)
        return 0;
    fwrite(key.at, 1, key.len, context);
    fwrite(value.at, 1, value.len, context);
    return 0;
}

static char *told(struct index *index, size_t *len)
{
    static const enum key_kind told_kinds[] = {KEY_OPTIONS, KEY_NETWORK, KEY_SUFFIX, KEY_HOST, KEY_ADDRESS};
    char *text = NULL;
    FILE *to = open_memstream(&text, len);

    for (size_t i = 0; i < sizeof(told_kinds) / sizeof(told_kinds[0]); i++)
        EXPECT(store_each(index->store, told_kinds[i], print, to) == 0);
    EXPECT(fclose(to) == 0);
    return text;
}

static void take(struct index *index, size_t kind)
{
    EXPECT(kinds[kind].read(index) == 0 && derive_settle(index) == 0);
    expect_sound(index);
}

static void change_file(struct index *index, size_t kind, struct bytes content)
{
    scratch_write(kinds[kind].file, content);
    take(index, kind);
}

static void put_lease(struct index *index, const char *network, uint8_t last)
{
    struct lease lease = {
        .hwaddr = {true, 1, 6, {2, 0, 0, 0, 0, last}}, .ip = {IPV4_LEN, {192, 0, 2, last}}, .seen = last};

    strcpy(lease.network, network);
    strcpy(lease.host, "web");
    EXPECT(leases_put(index, &lease) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t kind = size > 0 ? data[0] % (sizeof(kinds) / sizeof(kinds[0])) : 0;
    const struct bytes whole = {data + (size > 0), size - (size > 0)};
    struct index *index = NULL;
    char *texts[2];
    size_t lengths[2];

    scratch_empty(CONFIG);
    scratch_empty(NETWORKS);
    EXPECT(index_open_read("/nonexistent", &fuzz_report, &index) == 0);
    put_lease(index, BRIDGE, 1);
    put_lease(index, "", 2);
    if (kinds[kind].read != read_conf) {
        scratch_write(NETWORKS "/default.conf", bytes_of("interface=" BRIDGE "\n"));
        EXPECT(read_conf(index) == 0);
    }
    take(index, kind);
    texts[0] = told(index, &lengths[0]);
    change_file(index, kind, whole);
    change_file(index, kind, (struct bytes){whole.at, whole.len / 2});
    change_file(index, kind, whole);
    unlink(scratch_path(kinds[kind].file));
    take(index, kind);
    /* Of a file that is gone, nothing is left; but a network's name stays known. */
    texts[1] = told(index, &lengths[1]);
    EXPECT(kinds[kind].read == read_conf ||
           (lengths[0] == lengths[1] && memcmp(texts[0], texts[1], lengths[0]) == 0));
    free(texts[0]);
    free(texts[1]);
    index_close(index);
    return 0;
}
