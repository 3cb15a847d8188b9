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
#include <unistd.h>

#include "own_store.h"
#include "schema/tdb_layout.h"
#include "sync_log.h"

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

static uint8_t *sequence_in(struct bytes file)
{
    return (uint8_t *)(uintptr_t)file.at + offsetof(struct tdb_layout_header, sequence);
}

static uint32_t sequence_of(struct bytes file)
{
    return tdb_layout_word(sequence_in(file));
}

static void blank_sequence(struct bytes file)
{
    memset(sequence_in(file), 0, 4);
}

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
    sync_keep(fd);
    after = sync_content;
    /* but for the sequence number, which says that it is not the current one */
    ck_assert_uint_ne(sequence_of(after), sequence_of(before));
    blank_sequence(after);
    blank_sequence(before);
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

        sync_log_clear();
        own_publish("a", i == 0 ? "1" : "2");
        from = strrchr(sync_log, 'f');
        ck_assert_msg(from != NULL && strcmp(from, "frd") == 0, "%s", sync_log);
        ck_assert_ptr_eq(strchr(sync_log, 'r'), from + 1);
        content = read_file(own_path(INDEX_FILE));
        ck_assert(bytes_equal(content, sync_content));
        free((void *)content.at);
    }
}
END_TEST

/* What is to follow the prepared index finds its name on the disk, and a directory that was just made its
 * own. */
START_TEST(prepared_durably)
{
    struct store *store = NULL;

    sync_log_clear();
    ck_assert_int_eq(store_open(own_path("made"), STORE_WRITE, &own_reports.sink, &store), 0);
    ck_assert_str_eq(sync_log, "md");
    own_set(store, "a", "1");
    sync_log_clear();
    ck_assert_int_eq(store_prepare(store), 1);
    ck_assert_str_eq(sync_log, "mfd");
    sync_log_clear();
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_str_eq(sync_log, "rd");
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
    sync_fail_at = calls[_i];
    ck_assert_int_eq(own_commit(store), -EIO);
    sync_fail_at = '\0';
    reports_expect_one(&own_reports, "/" INDEX_FILE ": Input/output error");
    /* A file that only could not be renamed is finished: the next writer does that. */
    own_expect_files(calls[_i] == 'r' ? NEW_FILE : NULL);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    after = read_file(own_path(INDEX_FILE));
    /* Readers were told already, when it came to the rename. */
    ck_assert_uint_eq(sequence_of(after), sequence_of(before) + (calls[_i] == 'r'));
    blank_sequence(after);
    blank_sequence(before);
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
START_TEST(directory_not_sync_content)
{
    struct store *store = own_store(STORE_WRITE);

    own_set(store, "a", "1");
    sync_fail_at = 'd';
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
           mount("small", own_dir(), "tmpfs", 0, "size=100k,mode=0755") == 0;
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

/* The table grows and shrinks with the records: about one to a chain. */
START_TEST(table_size)
{
    struct store *store = own_store(STORE_WRITE);
    uint32_t table;

    set_many(store, 0, 1);
    ck_assert_int_eq(own_commit(store), 1);
    table = header_of(INDEX_FILE).hash_size;
    ck_assert_uint_ge(table, 100);
    store = own_store(STORE_WRITE);
    set_many(store, 0, 1000);
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_uint_ge(header_of(INDEX_FILE).hash_size, 1000);
    ck_assert_uint_le(header_of(INDEX_FILE).hash_size, 2100);
    store = own_store(STORE_WRITE);
    ck_assert_uint_eq(store_meta(store)->records, 1001);
    for (int i = 10; i < 1000; i++) {
        char name[16];

        snprintf(name, sizeof(name), "n%d", i);
        own_set(store, name, NULL);
    }
    ck_assert_int_eq(own_commit(store), 1);
    ck_assert_uint_eq(header_of(INDEX_FILE).hash_size, table);
    store = own_store(STORE_READ);
    ck_assert_uint_eq(store_meta(store)->records, 11);
    own_expect(store, "n9", "n9");
    own_expect(store, "n10", NULL);
    store_close(store);
    ck_assert_uint_eq(header_of(INDEX_FILE).hash, TDB_LAYOUT_JENKINS);
}
END_TEST

/* What is removed, replaced and new, beside what stays. */
START_TEST(all_changes)
{
    struct store *store = own_store(STORE_WRITE);

    set_many(store, 0, 300);
    ck_assert_int_eq(own_commit(store), 1);
    store = own_store(STORE_WRITE);
    set_many(store, 300, 600);
    own_set(store, "n7", NULL);
    own_set(store, "n8", "changed");
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

/* The file has no room to spare, whatever it was before: whole pages, and all but the last bytes used. */
START_TEST(compact)
{
    static char value[40000];
    off_t small;

    own_publish("a", "1");
    small = size_of(INDEX_FILE);
    memset(value, 'v', sizeof(value) - 1);
    own_publish("a", value);
    ck_assert_int_le(size_of(INDEX_FILE), small + (off_t)sizeof(value) + 4096);
    own_publish("a", "1");
    ck_assert_int_eq(size_of(INDEX_FILE), small);
    ck_assert_int_eq(small % 4096, 0);
}
END_TEST

/* The header is what libtdb itself would have written, but for our own words. */
START_TEST(header)
{
    struct tdb_layout_header ours, theirs;
    struct bytes content;
    struct tdb_context *tdb;

    own_publish("a", "1");
    content = read_file(own_path(INDEX_FILE));
    memcpy(&ours, content.at, sizeof(ours));
    free((void *)content.at);
    tdb = tdb_open(own_path("theirs"), (int)ours.hash_size, TDB_NOLOCK | TDB_INCOMPATIBLE_HASH,
                   O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_ptr_nonnull(tdb);
    tdb_close(tdb);
    content = read_file(own_path("theirs"));
    memcpy(&theirs, content.at, sizeof(theirs));
    free((void *)content.at);
    theirs.sequence = 1;
    memcpy(theirs.checksum, ours.checksum, sizeof(theirs.checksum));
    ck_assert_mem_eq(&ours, &theirs, sizeof(ours));
}
END_TEST

/* libtdb, which may know more of its format than we do, changes what we wrote. */
START_TEST(changed_by_libtdb)
{
    struct tdb_context *tdb;
    char value[200];

    memset(value, 'x', sizeof(value));
    own_publish("a", "1");
    tdb = tdb_open(own_path(INDEX_FILE), 0, TDB_NOLOCK, O_RDWR, 0);
    ck_assert_ptr_nonnull(tdb);
    for (int i = 0; i < 3000; i++) {
        struct key key = key_named(KEY_NETWORK, bytes_of("name-00000"));

        key.at[3] = (uint8_t)('a' + i % 20);
        key.at[5] = (uint8_t)('a' + i / 20 % 20);
        build_put(tdb, key_bytes(&key), (struct bytes){(uint8_t *)value, (size_t)i % sizeof(value) + 1});
    }
    ck_assert_int_eq(tdb_check(tdb, NULL, NULL), 0);
    tdb_close(tdb);
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
    tcase_add_test(tcase, prepared_durably);
    tcase_add_loop_test(tcase, failing, 0, 3);
    tcase_add_test(tcase, directory_not_sync_content);
    tcase_add_loop_test(tcase, no_room, 0, (int)(sizeof(no_rooms) / sizeof(no_rooms[0])));
    tcase_add_test(tcase, table_size);
    tcase_add_test(tcase, all_changes);
    tcase_add_test(tcase, compact);
    tcase_add_test(tcase, header);
    tcase_add_test(tcase, changed_by_libtdb);
    tcase_add_test(tcase, tdbdump);
    return test_case_run(tcase);
}
