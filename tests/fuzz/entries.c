/* Files of static entries with any bytes, of each of the three kinds: the first byte tells which. Entries
 * come, change with the file, and go with it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "indexer/conf.h"
#include "indexer/derive.h"
#include "indexer/hosts_files.h"
#include "indexer/leases.h"
#include "indexer/static_file.h"

#define NETWORK "default"
#define BRIDGE  "br0"
#define CONFIG  "config"

static int parse_static(struct bytes text, const char *where, struct entry_list *list)
{
    return static_file_parse(text, where, &fuzz_report, list);
}

static int parse_reserved(struct bytes text, const char *where, struct entry_list *list)
{
    return hosts_files_parse_reserved(text, where, BRIDGE, &fuzz_report, list);
}

static int parse_hosts(struct bytes text, const char *where, struct entry_list *list)
{
    return hosts_files_parse_hosts(text, where, BRIDGE, &fuzz_report, list);
}

static const struct {
    const char *file;
    int (*parse)(struct bytes text, const char *where, struct entry_list *list);
    enum lease_kind kind;
} kinds[] = {
    {CONFIG "/" STATIC_FILE, parse_static, KIND_STATIC},
    {"networks/" NETWORK ".hostsfile", parse_reserved, KIND_RESERVED},
    {"networks/" NETWORK ".addnhosts", parse_hosts, KIND_HOST},
};

/* Every entry keeps its rules, by itself. */
static size_t expect_valid(struct bytes text, size_t kind)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = kinds[kind].kind};
    int rc = kinds[kind].parse(text, "file", &list);

    EXPECT(rc == 0 || rc == 1);
    for (size_t i = 0; i < list.entries.count; i++)
        EXPECT(lease_valid(&list.entries.at[i]) && list.entries.at[i].kind == kinds[kind].kind);
    return list.entries.count;
}

static int count(void *context, const struct lease *entry)
{
    (void)entry;
    ++*(size_t *)context;
    return 0;
}

/* Takes in what the files say now: the index has as many entries, and keeps its rules. */
static void refresh(struct index *index, size_t expected)
{
    size_t found = 0;

    EXPECT(hosts_files_refresh(index, scratch_path("networks")) == 0);
    EXPECT(static_file_refresh(index, scratch_path(CONFIG)) == 0);
    EXPECT(derive_settle(index) == 0);
    expect_sound(index);
    EXPECT(entries_each(index, NULL, count, &found) == 0 && found == expected);
}

static void change_file(struct index *index, size_t kind, struct bytes content)
{
    scratch_write(kinds[kind].file, content);
    refresh(index, expect_valid(content, kind));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t kind = size > 0 ? data[0] % (sizeof(kinds) / sizeof(kinds[0])) : 0;
    const struct bytes whole = {data + (size > 0), size - (size > 0)};
    struct index *index = NULL;

    scratch_empty("networks");
    scratch_empty(CONFIG);
    scratch_write("networks/" NETWORK ".conf", bytes_of("interface=" BRIDGE "\n"));
    EXPECT(index_open_read("/nonexistent", &fuzz_report, &index) == 0);
    EXPECT(conf_refresh(index, scratch_path("networks")) == 0);
    change_file(index, kind, whole);
    change_file(index, kind, (struct bytes){whole.at, whole.len / 2});
    change_file(index, kind, whole);
    unlink(scratch_path(kinds[kind].file));
    refresh(index, 0);
    expect_nothing(index);
    index_close(index);
    return 0;
}
