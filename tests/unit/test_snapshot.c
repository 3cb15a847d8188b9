/* Publishing: an index that can be opened is complete and never changes, whatever fails or is killed. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "own_store.h"
#include "schema/tdb_layout.h"

/* What this program did to make a file durable: "f" a file synced, "d" a directory synced, "r" renamed, "m"
 * its mode changed. Syncing itself is left out: it takes time. */
static char log_text[64];
static char fail_at; /* the call that fails with EIO; 0: none */
static struct bytes synced;

static int log_call(char call)
{
    size_t len = strlen(log_text);

    if (len + 1 < sizeof(log_text))
        log_text[len] = call;
    if (call != fail_at)
        return 0;
    errno = EIO;
    return -1;
}

static void keep_content(int fd)
{
    struct stat st;
    uint8_t *content;

    ck_assert_int_eq(fstat(fd, &st), 0);
    content = malloc((size_t)st.st_size);
    ck_assert_int_eq(pread(fd, content, (size_t)st.st_size, 0), st.st_size);
    free((void *)synced.at);
    synced = (struct bytes){content, (size_t)st.st_size};
}

int own_fsync(int fd) __asm__("fsync");
int own_renameat(int from_dir, const char *from, int to_dir, const char *to) __asm__("renameat");
int own_fchmod(int fd, mode_t mode) __asm__("fchmod");

int own_fsync(int fd)
{
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    if (S_ISREG(st.st_mode))
        keep_content(fd);
    return log_call(S_ISDIR(st.st_mode) ? 'd' : 'f');
}

int own_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return log_call('r') < 0 ? -1 : (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
}

int own_fchmod(int fd, mode_t mode)
{
    return log_call('m') < 0 ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

static struct tdb_layout_header header_of(const char *file)
{
    struct bytes content = read_file(own_path(file));
    struct tdb_layout_header header;

    ck_assert_uint_ge(content.len, sizeof(header));
    memcpy(&header, content.at, sizeof(header));
    free((void *)content.at);
    return header;
}

static off_t size_of(const char *file)
{
    struct stat st;

    ck_assert_int_eq(stat(own_path(file), &st), 0);
    return st.st_size;
}

START_TEST(new_file)
{
    unsigned long inode;

    own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    own_expect_files(NULL);
    own_publish("a", "2");
    ck_assert_uint_ne(own_inode(INDEX_FILE), inode);
    own_expect_files(NULL);
    ck_assert_uint_eq(header_of(INDEX_FILE).sequence, 2);
}
END_TEST

/* Who has the old file open, or mapped, sees it as it was, for ever. */
START_TEST(old_file)
{
    struct bytes before, after;
    int fd;

    own_publish("a", "1");
    fd = open(own_path(INDEX_FILE), O_RDONLY);
    before = read_file(own_path(INDEX_FILE));
    for (int i = 0; i < 20; i++)
        own_publish("a", i % 2 == 0 ? "22" : "3");
    keep_content(fd);
    after = synced;
    ck_assert(bytes_equal(before, after));
    close(fd);
    free((void *)before.at);
}
END_TEST

/* All of the file is on the disk before it gets its name, and its name is before we are done; no setting of
 * libtdb's changes that. */
START_TEST(durable)
{
    struct bytes content;

    ck_assert_int_eq(setenv("TDB_NO_FSYNC", "1", 1), 0);
    /* Built anew, then patched. */
    for (int i = 0; i < 2; i++) {
        char *from;

        log_text[0] = '\0';
        memset(log_text, 0, sizeof(log_text));
        own_publish("a", i == 0 ? "1" : "2");
        from = strrchr(log_text, 'f');
        ck_assert_msg(from != NULL && strcmp(from, "frd") == 0, "%s", log_text);
        ck_assert_ptr_eq(strchr(log_text, 'r'), from + 1);
        content = read_file(own_path(INDEX_FILE));
        ck_assert(bytes_equal(content, synced));
        free((void *)content.at);
    }
}
END_TEST

/* A call that fails leaves the index as it was, and nothing else; the next writer publishes. */
START_TEST(failing)
{
    static const char calls[] = "fmr";
    unsigned long inode;
    struct bytes before, after;
    struct store *store;

    own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    before = read_file(own_path(INDEX_FILE));
    store = own_store(STORE_WRITE);
    own_set(store, "a", "2");
    fail_at = calls[_i];
    ck_assert_int_eq(own_commit(store), -EIO);
    fail_at = '\0';
    reports_expect_one(&own_reports, "/" INDEX_FILE ": Input/output error");
    /* A file that only could not be renamed is finished: the next writer does that. */
    own_expect_files(calls[_i] == 'r' ? NEW_FILE : NULL);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    after = read_file(own_path(INDEX_FILE));
    ck_assert(bytes_equal(before, after));
    free((void *)before.at);
    free((void *)after.at);
    store = own_store(STORE_WRITE);
    ck_assert_int_eq(own_inode(INDEX_FILE) != inode, calls[_i] == 'r');
    own_expect_files(NULL);
    store_close(store);
    own_publish("a", "3");
}
END_TEST

/* The new name may not be on the disk: that is not done. */
START_TEST(directory_not_synced)
{
    struct store *store = own_store(STORE_WRITE);

    own_set(store, "a", "1");
    fail_at = 'd';
    ck_assert_int_eq(own_commit(store), -EIO);
    reports_expect_one(&own_reports, "/" INDEX_FILE ": Input/output error");
    ck_assert_uint_eq(own_inode(NEW_FILE), 0);
}
END_TEST

static void set_many(struct store *store, int from, int to)
{
    char name[16];

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        own_set(store, name, name);
    }
}

static const struct {
    const char *name;
    bool published; /* there is an index already */
    bool anew;      /* and so many new records that it is built anew */
    rlim_t limit;   /* of a file's size; 0: the filesystem is full */
    int rc;
} no_rooms[] = {
    {"first file, its header", false, false, 100, -EFBIG},
    {"first file", false, false, 40000, -EFBIG},
    {"patched", true, false, 40000, -EFBIG},
    {"built anew", true, true, 40000, -EFBIG},
    {"first file, disk full", false, false, 0, -ENOSPC},
    {"patched, disk full", true, false, 0, -ENOSPC},
    {"built anew, disk full", true, true, 0, -ENOSPC},
};

/* A filesystem of 100 KiB over the test's directory; false when we may not. */
static bool mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("small", own_dir(), "tmpfs", 0, "size=100k") == 0;
}

/* No room for the new file: the old one stays, nothing else does, and the report says what is the matter. */
START_TEST(no_room)
{
    static char value[300000];
    struct rlimit limit;
    unsigned long inode;
    struct store *store;
    int rc;

    if (no_rooms[_i].limit == 0 && !mount_small())
        return;
    memset(value, 'v', sizeof(value) - 1);
    if (no_rooms[_i].published)
        own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    store = own_store(STORE_WRITE);
    own_set(store, "a", value);
    if (no_rooms[_i].anew)
        set_many(store, 0, 500);
    getrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    if (no_rooms[_i].limit > 0)
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){no_rooms[_i].limit, limit.rlim_max});
    rc = own_commit(store);
    setrlimit(RLIMIT_FSIZE, &limit);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    ck_assert_uint_eq(own_inode(NEW_FILE), 0);
    ck_assert_msg(rc == no_rooms[_i].rc, "%s: %s", no_rooms[_i].name, own_reports.text);
    reports_expect_one(&own_reports, strerror(-no_rooms[_i].rc));
}
END_TEST

/* The table grows with the records: at one and a half to a chain. */
START_TEST(rebuild_for_records)
{
    struct store *store;
    uint32_t table;

    own_publish("n0", "n0");
    table = header_of(INDEX_FILE).hash_size;
    ck_assert_uint_ge(table, 100);
    store = own_store(STORE_WRITE);
    set_many(store, 0, (int)(table * 3 / 2) - 1);
    ck_assert(!store_rebuilds(store));
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_uint_eq(header_of(INDEX_FILE).hash_size, table);
    store = own_store(STORE_WRITE);
    ck_assert_uint_eq(store_meta(store)->records, table * 3 / 2);
    own_set(store, "one more", "x");
    ck_assert(store_rebuilds(store));
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->records, table * 3 / 2 + 1);
    ck_assert_uint_ge(header_of(INDEX_FILE).hash_size, table * 3 / 2);
    own_expect(store, "n0", "n0");
    own_expect(store, "n200", "n200");
    own_expect(store, "one more", "x");
    store_close(store);
    ck_assert_uint_eq(header_of(INDEX_FILE).sequence, 3);
    ck_assert_uint_eq(header_of(INDEX_FILE).hash, TDB_LAYOUT_JENKINS);
}
END_TEST

/* A rebuild takes the changes along: what is removed, replaced and new. */
START_TEST(rebuild_with_changes)
{
    struct store *store = own_store(STORE_WRITE);

    set_many(store, 0, 300);
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_WRITE);
    set_many(store, 300, 600);
    own_set(store, "n7", NULL);
    own_set(store, "n8", "changed");
    ck_assert(store_rebuilds(store));
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->records, 600);
    own_expect(store, "n7", NULL);
    own_expect(store, "n8", "changed");
    own_expect(store, "n9", "n9");
    own_expect(store, "n599", "n599");
    store_close(store);
}
END_TEST

/* A file of more than twice its built size is built anew, and is small again. */
START_TEST(rebuild_for_size)
{
    static char value[40000];
    uint64_t built;
    struct store *store;

    own_publish("a", "1");
    store = own_store(STORE_READ);
    built = store_meta(store)->built_size;
    store_close(store);
    ck_assert_uint_eq(built, (uint64_t)size_of(INDEX_FILE));
    memset(value, 'v', sizeof(value) - 1);
    own_publish("a", value);
    ck_assert_int_gt(size_of(INDEX_FILE), (off_t)(2 * built));
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->built_size, built);
    ck_assert(store_rebuilds(store));
    store_close(store);
    own_publish("a", "2");
    ck_assert_uint_eq((uint64_t)size_of(INDEX_FILE), built);
}
END_TEST

/* Years of events: the file stays near the size of what is in it, and no record is lost. */
START_TEST(growth)
{
    static char value[3000];
    uint64_t built = 0;
    struct store *store;
    uint32_t records = 0;

    srandom(4711);
    for (int round = 0; round < 5000; round++) {
        reports_start(&own_reports);
        if (store_open(own_dir(), STORE_WRITE, &own_reports.sink, &store) < 0)
            ck_abort_msg("%s", own_reports.text);
        if (store_meta(store)->built_size > built)
            built = store_meta(store)->built_size;
        for (int i = 0; i < 3; i++) {
            struct key key;
            char name[16];

            snprintf(name, sizeof(name), "n%ld", random() % 100);
            key = key_named(KEY_NETWORK, bytes_of(name));
            memset(value, 'a' + round % 26, sizeof(value));
            store_put(store, &key,
                      (struct bytes){(uint8_t *)value, 1 + (size_t)random() % (sizeof(value) - 1)});
        }
        records = store_meta(store)->records;
        if (own_commit(store) != 1)
            ck_abort_msg("%s", own_reports.text);
        /* libtdb makes room for a hundred of what it could not place. */
        if ((uint64_t)size_of(INDEX_FILE) > 2 * built + 125 * sizeof(value))
            ck_abort_msg("%ld bytes in round %d, built with %lu", (long)size_of(INDEX_FILE), round,
                         (unsigned long)built);
    }
    ck_assert_uint_eq(records, 101);
    /* 100 records of 1,500 bytes, with libtdb's own room for growth */
    ck_assert_uint_lt(built, 100 * 1500 * 4);
}
END_TEST

/* The samba project's own tool reads it. */
START_TEST(tdbdump)
{
    char command[400], line[400];
    int records = 0;
    FILE *output;

    own_publish("web-01", "\"value\"");
    own_publish("b", "2");
    snprintf(command, sizeof(command), "tdbdump '%s'", own_path(INDEX_FILE));
    output = popen(command, "re");
    ck_assert_ptr_nonnull(output);
    while (fgets(line, sizeof(line), output) != NULL)
        records += strncmp(line, "key(", 4) == 0;
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_int_eq(records, 3);
    snprintf(command, sizeof(command), "tdbdump -k nweb-01 '%s'", own_path(INDEX_FILE));
    output = popen(command, "re");
    ck_assert_ptr_nonnull(output);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), output));
    ck_assert_int_eq(strncmp(line, "\\22value\\22", 11), 0);
    ck_assert_int_eq(pclose(output), 0);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("snapshot");

    tcase_add_test(tcase, new_file);
    tcase_add_test(tcase, old_file);
    tcase_add_test(tcase, durable);
    tcase_add_loop_test(tcase, failing, 0, 3);
    tcase_add_test(tcase, directory_not_synced);
    tcase_add_loop_test(tcase, no_room, 0, (int)(sizeof(no_rooms) / sizeof(no_rooms[0])));
    tcase_add_test(tcase, rebuild_for_records);
    tcase_add_test(tcase, rebuild_with_changes);
    tcase_add_test(tcase, rebuild_for_size);
    tcase_add_test(tcase, growth);
    tcase_add_test(tcase, tdbdump);
    return test_case_run(tcase);
}
