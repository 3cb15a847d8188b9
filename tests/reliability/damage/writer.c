/*
 * damage-writer TEMPLATE WORK index|base STEP FIRST: one bit after the other of an index (every STEP-th, from
 * the FIRST on, and all of the meta record) is wrong; then the file is cut to one length after the other.
 * Each time the next event must succeed, the damaged file must be kept as it was, and all that was in one
 * piece must be there. Damage to a base need not be noticed by an event, but by lvindex-sync.
 *
 * damage-writer TEMPLATE WORK random SECONDS SERIES: up to 16 changes at once; the event must succeed, and
 * the index be whole afterwards.
 *
 * TEMPLATE holds `state`, `libvirt`, `definitions` and `config`; WORK is where the work is done.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "healing.h"
#include "schema/paths.h"
#include "schema/tdb_layout.h"
#include "trouble.h"

#define FAILURES 20
#define CHANGES  16

static const char *const names[] = {INDEX_FILE, "base-1.tdb"};

static struct anatomy files[2];
static struct healing healing;
static struct records expected;

static struct {
    uint64_t cases, kept, failures;
} told;

static void empty_state(void)
{
    DIR *stream = opendir(healing.state);
    const struct dirent *entry;

    if (stream == NULL)
        trouble("the work directory cannot be read");
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] != '.' && unlinkat(dirfd(stream), entry->d_name, 0) < 0)
            trouble("the work directory cannot be emptied");
    }
    closedir(stream);
}

static void fail(const char *why, int file, size_t bit, uint64_t series)
{
    struct place place = anatomy_place(&files[file], bit / 8);

    printf("FAILED writer: %s bit %zu (%s), series %" PRIu64 ": %s\n", names[file], bit, anatomy_tell(&place),
           series, why);
    if (++told.failures == FAILURES)
        exit(1);
}

/* Is the damaged file kept, as it was? Of an index that is whole, but for its base, the sequence number was
 * changed. */
static bool is_kept(int file, struct bytes damaged)
{
    const size_t at = offsetof(struct tdb_layout_header, sequence), behind = at + 4;
    char name[40];
    struct bytes kept;
    bool same;

    snprintf(name, sizeof(name), "%s" DAMAGED_SUFFIX, names[file]);
    kept = load_file(healing.state, name);
    same = kept.len == damaged.len &&
           (kept.len < behind || (memcmp(kept.at, damaged.at, at) == 0 &&
                                  memcmp(kept.at + behind, damaged.at + behind, kept.len - behind) == 0));
    free((void *)(uintptr_t)kept.at);
    told.kept += same;
    return same;
}

/* The index with one file damaged, and an event on it. */
static int event_on(int file, struct bytes damaged)
{
    empty_state();
    for (int i = 0; i < 2; i++) {
        if (files[i].count > 0)
            save_file(healing.state, names[i], i == file ? damaged : files[i].file);
    }
    told.cases++;
    return heal_by_event();
}

static void try_bit(int file, size_t bit)
{
    struct bytes content = files[file].file;
    struct place place = anatomy_place(&files[file], bit / 8);
    uint8_t *byte = (uint8_t *)(uintptr_t)content.at + bit / 8;
    bool noticed = place.part != PART_SEQUENCE;

    watch_case(names[file], bit, 0);
    *byte ^= (uint8_t)(1U << bit % 8);
    if (event_on(file, content) != 0)
        fail("the event failed", file, bit, 0);
    else if (file == 1 && heal_by_sync(&healing) < 0)
        fail("lvindex-sync failed", file, bit, 0);
    else if (noticed && !is_kept(file, content))
        fail("not kept aside", file, bit, 0);
    *byte ^= (uint8_t)(1U << bit % 8);
    /* The place is told in the whole file. */
    if (!healed(&healing, &expected, &place))
        fail("not healed", file, bit, 0);
}

/* Cut off, it has lost what stood behind; what stood before is there. */
static void try_length(int file, size_t length)
{
    struct records found;
    size_t lost, behind = 0;

    watch_case(names[file], 8 * length, 0);
    if (event_on(file, (struct bytes){files[file].file.at, length}) != 0 ||
        (file == 1 && heal_by_sync(&healing) < 0)) {
        fail("cut here: the event failed", file, 8 * length, 0);
        return;
    }
    if (!is_kept(file, (struct bytes){files[file].file.at, length}))
        fail("cut here: not kept aside", file, 8 * length, 0);
    for (size_t i = 0; i < files[file].count; i++)
        behind += is_heard(files[file].records[i].key) && files[file].records[i].end > length;
    if (length < tdb_layout_chain(files[file].hash_size))
        behind = files[file].count;
    if (!records_load(healing.state, &found))
        fail("cut here: not healed", file, 8 * length, 0);
    lost = heard_lost(&expected, &found, NULL);
    if (lost > behind)
        fail("cut here: leases before it are lost", file, 8 * length, 0);
    records_free(&found);
}

/* The meta record's bits are few, and each is a case of its own. */
static bool is_meta(int file, size_t bit)
{
    struct place place = anatomy_place(&files[file], bit / 8);

    return place.part == PART_VALUE && place.record->key.at[0] == KEY_META;
}

static void try_file(int file, size_t step, size_t first)
{
    size_t length = files[file].file.len;

    for (size_t bit = 0; bit < 8 * length; bit++) {
        if ((bit >= first && (bit - first) % step == 0) || is_meta(file, bit))
            try_bit(file, bit);
    }
    for (size_t at = first % length; at < length; at += step)
        try_length(file, at);
}

static void try_changes(uint64_t series)
{
    uint64_t now = series, changes = 1 + number_below(&now, CHANGES);
    int file = files[1].count > 0 ? (int)number_below(&now, 2) : 0;
    struct bytes content = files[file].file;
    struct bytes damaged = {malloc(content.len), content.len};
    struct records found;

    watch_case(names[file], 0, series);
    memcpy((uint8_t *)(uintptr_t)damaged.at, content.at, content.len);
    while (changes-- > 0)
        mutate(damaged, &now);
    if (number_below(&now, 8) == 0)
        damaged.len = (size_t)number_below(&now, damaged.len);
    if (event_on(file, damaged) != 0 || heal_by_sync(&healing) < 0)
        fail("the event failed", file, 0, series);
    if (!records_load(healing.state, &found))
        fail("not healed", file, 0, series);
    records_free(&found);
    free((void *)(uintptr_t)damaged.at);
}

static void try_random(double seconds, uint64_t series)
{
    const time_t end = time(NULL) + (time_t)seconds;

    while (time(NULL) < end)
        try_changes(series++);
}

static char *inside(const char *directory, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", directory, name) < 0)
        trouble("no memory");
    return path;
}

static void load(const char *template, const char *work)
{
    char *state = inside(template, "state");

    healing = (struct healing){work, inside(template, "libvirt"), inside(template, "definitions"),
                               inside(template, "config")};
    setenv(ENV_STATE_DIR, healing.state, 1);
    setenv(ENV_LIBVIRT_DIR, healing.networks, 1);
    setenv(ENV_DEFINITIONS_DIR, healing.definitions, 1);
    setenv(ENV_CONFIG_DIR, healing.config, 1);
    setenv("DNSMASQ_LEASE_EXPIRES", "4102444800", 1);
    /* The hook tells there what was damaged; we print to standard output. */
    if (freopen("/dev/null", "w", stderr) == NULL)
        trouble("no /dev/null");
    for (int i = 0; i < 2; i++) {
        struct bytes content = load_file(state, names[i]);

        if (content.len > 0)
            anatomy_of(content, &files[i]);
    }
    free(state);
    if (event_on(0, files[0].file) != 0 || !records_load(healing.state, &expected))
        trouble("an event on the whole index fails");
}

int main(int argc, char **argv)
{
    if (argc != 6)
        trouble("usage: damage-writer TEMPLATE WORK index|base|random STEP|SECONDS FIRST|SERIES");
    load(argv[1], argv[2]);
    watch_start();
    if (strcmp(argv[3], "random") == 0)
        try_random(atof(argv[4]), strtoull(argv[5], NULL, 10));
    else
        try_file(strcmp(argv[3], "base") == 0, strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
    printf("{\"cases\": %" PRIu64 ", \"kept aside\": %" PRIu64 "}\n", told.cases, told.kept);
    return told.failures > 0;
}
