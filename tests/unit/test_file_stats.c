/* Statistics of index files: what is counted is what is there. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/dump/file_stats.h"
#include "own_store.h"

#define NAMES 2000

static void publish(int from, int to, const char *value)
{
    struct store *store = own_store(STORE_WRITE);
    char name[16];

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        own_set(store, name, value);
    }
    ck_assert_int_eq(own_commit(store), 1);
}

static struct file_stats stats_of(const char *name, uint64_t *content)
{
    struct index_file file;
    struct file_stats stats;
    struct stat st;
    int dirfd;

    dirfd = open(own_dir(), O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(dirfd, 0);
    ck_assert_int_eq(index_file_open(dirfd, name, true, &file), 0);
    close(dirfd);
    ck_assert_int_eq(file_stats_take(&file, &stats), 0);
    ck_assert_int_eq(stat(own_path(name), &st), 0);
    ck_assert_uint_eq(stats.size, (uint64_t)st.st_size);
    ck_assert_uint_eq(stats.chains, file.table.hash_size);
    /* What is neither header, chains, records' own 28 bytes nor unused. */
    *content = stats.size - 172 - 4 * (uint64_t)stats.chains - 28 * stats.records - stats.unused;
    index_file_close(&file);
    return stats;
}

/* Keys of 2 to 5 bytes behind the kind, values of 100, and the meta record. */
START_TEST(base_and_changes)
{
    static uint32_t lengths[3 * NAMES];
    char value[101], name[16], base[BASE_NAME_SIZE];
    uint64_t content, keys = 0, filled = 0, longest = 0;
    struct file_stats stats;

    memset(value, 'v', 100);
    value[100] = '\0';
    publish(0, NAMES, value);
    stats = stats_of(base_name(1, base), &content);
    ck_assert_uint_eq(stats.records, NAMES + 1);
    ck_assert_uint_eq(stats.gone, 0);
    ck_assert_uint_lt(stats.chains, sizeof(lengths) / sizeof(lengths[0]));
    for (int i = -1; i < NAMES; i++) {
        TDB_DATA key = {(unsigned char *)name, (size_t)snprintf(name, sizeof(name), i < 0 ? "V" : "nn%d", i)};
        uint32_t *length = &lengths[tdb_jenkins_hash(&key) % stats.chains];

        keys += key.dsize;
        filled += (*length)++ == 0;
        if (*length > longest)
            longest = *length;
    }
    ck_assert_uint_eq(content, keys + NAMES * 100 + META_PACKED);
    ck_assert_uint_eq(stats.filled, filled);
    ck_assert_uint_eq(stats.longest, longest);
    ck_assert(file_stats_mean(&stats) == (double)(NAMES + 1) / (double)filled);
    stats = stats_of(INDEX_FILE, &content);
    ck_assert_uint_eq(stats.records, 1);
    ck_assert_uint_eq(stats.longest, 1);
    ck_assert_uint_eq(content, 1 + META_PACKED);
    publish(3, 6, NULL);
    publish(10, 12, "2");
    stats = stats_of(INDEX_FILE, &content);
    ck_assert_uint_eq(stats.records, 6);
    ck_assert_uint_eq(stats.gone, 3);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("file_stats");

    tcase_add_test(tcase, base_and_changes);
    return test_case_run(tcase);
}
