/* The state directory: modes of its files, what others planted in it, leftovers, and the writers' lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_store.h"
#include "test_clock.h"

static mode_t mode_of(const char *file)
{
    struct stat st;

    ck_assert_int_eq(lstat(own_path(file), &st), 0);
    return st.st_mode;
}

START_TEST(modes)
{
    static const mode_t masks[] = {0, 022, 077, 0777};

    umask(masks[_i]);
    /* Built anew, then patched. */
    for (int i = 0; i < 2; i++) {
        own_publish("a", i == 0 ? "1" : "2");
        ck_assert_uint_eq(mode_of(INDEX_FILE), S_IFREG | 0644);
        ck_assert_uint_eq(mode_of(LOCK_FILE), S_IFREG | 0600);
    }
}
END_TEST

/* A lock that others could open would be a lock that others could hold. */
START_TEST(lock_mode)
{
    own_write(LOCK_FILE, "");
    ck_assert_uint_eq(mode_of(LOCK_FILE), S_IFREG | 0644);
    own_publish("a", "1");
    ck_assert_uint_eq(mode_of(LOCK_FILE), S_IFREG | 0600);
}
END_TEST

START_TEST(lock_of_another)
{
    struct store *store;

    if (geteuid() != 0)
        return;
    own_write(LOCK_FILE, "");
    ck_assert_int_eq(chown(own_path(LOCK_FILE), 65534, 65534), 0);
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), -EPERM);
    reports_expect_one(&own_reports, "/" LOCK_FILE ": Operation not permitted");
}
END_TEST

static const struct {
    mode_t mode;
    uid_t owner;
    int rc;
} directories[] = {
    {0755, 0, 0},      {0700, 0, 0},      {0711, 0, 0},       {0775, 0, -EPERM},
    {0757, 0, -EPERM}, {0777, 0, -EPERM}, {01777, 0, -EPERM}, {0755, 65534, -EPERM},
};

/* Where others may plant, nothing is written. It may be read: that is all there is, and it is checked. */
START_TEST(directory_of_others)
{
    struct store *store;

    if (directories[_i].owner != 0 && geteuid() != 0)
        return;
    own_publish("a", "1");
    ck_assert_int_eq(unlink(own_path(LOCK_FILE)), 0);
    ck_assert_int_eq(chmod(own_dir(), directories[_i].mode), 0);
    if (directories[_i].owner != 0)
        ck_assert_int_eq(chown(own_dir(), directories[_i].owner, directories[_i].owner), 0);
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), directories[_i].rc);
    if (directories[_i].rc == 0) {
        store_close(store);
    } else {
        reports_expect_one(&own_reports, directories[_i].owner == 0 ? ": refused, as others may write to it"
                                                                    : ": refused, as it belongs to another");
        ck_assert_uint_eq(own_inode(LOCK_FILE), 0);
    }
    store = own_store(STORE_READ);
    own_expect(store, "a", "1");
    store_close(store);
}
END_TEST

static void plant(const char *file, int kind)
{
    const char *path = own_path(file);

    if (kind == S_IFLNK)
        ck_assert_int_eq(symlink("victim", path), 0);
    else if (kind == S_IFIFO)
        ck_assert_int_eq(mkfifo(path, 0666), 0);
    else
        ck_assert_int_eq(mkdir(path, 0777), 0);
}

/* A symlink's target: was it opened for writing, replaced, or made? */
static void expect_victim(const char *text)
{
    struct bytes content = read_file(own_path("victim"));

    ck_assert(bytes_equal(content, bytes_of(text)));
    ck_assert_uint_eq(mode_of("victim"), S_IFREG | 0644);
    free((void *)content.at);
}

static const struct {
    const char *file;
    int kind;
    int rc; /* 0: swept */
} planted[] = {
    {LOCK_FILE, S_IFLNK, -ELOOP},  {LOCK_FILE, S_IFIFO, -EPERM},   {LOCK_FILE, S_IFDIR, -EISDIR},
    {NEW_FILE, S_IFLNK, 0},        {NEW_FILE, S_IFIFO, 0},         {NEW_FILE, S_IFDIR, -EISDIR},
    {INDEX_FILE, S_IFLNK, -ELOOP}, {INDEX_FILE, S_IFIFO, -EINVAL}, {INDEX_FILE, S_IFDIR, -EINVAL},
};

/* What is not ours to write is refused, with one report that names it, and never followed; what a writer
 * would have left is swept. */
START_TEST(planted_for_writers)
{
    unsigned long inode;
    struct store *store;

    own_write("victim", "precious");
    plant(planted[_i].file, planted[_i].kind);
    inode = own_inode(planted[_i].file);
    if (planted[_i].rc == 0) {
        own_publish("a", "1");
        ck_assert_uint_eq(mode_of(INDEX_FILE), S_IFREG | 0644);
        own_expect_files("victim");
    } else {
        ck_assert_int_eq(own_store_try(STORE_WRITE, &store), planted[_i].rc);
        reports_expect_one(&own_reports, planted[_i].file);
        ck_assert_uint_eq(own_inode(planted[_i].file), inode);
    }
    expect_victim("precious");
}
END_TEST

START_TEST(planted_for_readers)
{
    bool index = strcmp(planted[_i].file, INDEX_FILE) == 0;
    struct store *store;

    own_write("victim", "precious");
    plant(planted[_i].file, planted[_i].kind);
    ck_assert_int_eq(own_store_try(STORE_READ, &store), index ? planted[_i].rc : 0);
    if (index)
        reports_expect_one(&own_reports, INDEX_FILE);
    store_close(store);
    expect_victim("precious");
}
END_TEST

/* It is not there when a writer comes, but when it publishes. */
START_TEST(planted_in_between)
{
    static const int kinds[] = {S_IFLNK, S_IFIFO, S_IFDIR};
    struct store *store;
    unsigned long inode;

    own_write("victim", "precious");
    if (_i >= 3)
        own_publish("a", "1");
    inode = own_inode(INDEX_FILE);
    store = own_store(STORE_WRITE);
    own_set(store, "a", "2");
    plant(NEW_FILE, kinds[_i % 3]);
    ck_assert_int_lt(own_commit(store), 0);
    reports_expect_one(&own_reports, INDEX_FILE);
    ck_assert_uint_eq(own_inode(INDEX_FILE), inode);
    expect_victim("precious");
}
END_TEST

/* What a killed writer left behind. */
START_TEST(leftover)
{
    struct store *store;

    own_publish("a", "1");
    own_write(NEW_FILE, "TDB file\nhalf a file");
    store = own_store(STORE_READ);
    store_close(store);
    ck_assert_uint_ne(own_inode(NEW_FILE), 0);
    store = own_store(STORE_WRITE);
    own_expect(store, "a", "1");
    store_close(store);
    own_expect_files(NULL);
}
END_TEST

/* Killed before the rename of the first index, and of one in the place of a damaged one. */
START_TEST(finished_leftover)
{
    struct store *store;

    own_publish("a", "1");
    if (_i == 1)
        own_publish("a", "2");
    ck_assert_int_eq(rename(own_path(INDEX_FILE), own_path(NEW_FILE)), 0);
    if (_i == 1)
        own_write(INDEX_FILE, "TDB file\ndamaged");
    store = own_store(STORE_WRITE);
    own_expect(store, "a", _i == 1 ? "2" : "1");
    store_close(store);
    own_expect_files(_i == 1 ? DAMAGED_FILE : NULL);
}
END_TEST

/* Not so one that comes later than the first, where there is none: somebody removed it. */
START_TEST(leftover_without_index)
{
    struct store *store;

    own_publish("a", "1");
    own_publish("a", "2");
    ck_assert_int_eq(rename(own_path(INDEX_FILE), own_path(NEW_FILE)), 0);
    store = own_store(STORE_WRITE);
    own_expect(store, "a", NULL);
    store_close(store);
    ck_assert_uint_eq(own_inode(NEW_FILE), 0);
}
END_TEST

/* Runs `hold` in a child, which says through a pipe when it holds the lock. */
static pid_t start_holder(unsigned int milliseconds)
{
    int said[2];
    char byte;
    pid_t child;

    ck_assert_int_eq(pipe(said), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int fd = open(own_path(LOCK_FILE), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (flock(fd, LOCK_EX) < 0 || write(said[1], "x", 1) != 1)
            _exit(1);
        usleep(milliseconds * 1000);
        _exit(0);
    }
    ck_assert_int_eq(read(said[0], &byte, 1), 1);
    close(said[0]);
    close(said[1]);
    return child;
}

static void expect_ended(pid_t child)
{
    int status;

    ck_assert_int_eq(waitpid(child, &status, WNOHANG), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(lock_waits)
{
    pid_t holder = start_holder(300);
    struct store *store = own_store(STORE_WRITE);

    /* It was let go by the holder's end, and only then. */
    usleep(20000);
    expect_ended(holder);
    own_set(store, "a", "1");
    ck_assert_int_eq(own_commit(store), 1);
}
END_TEST

START_TEST(lock_is_given_up)
{
    pid_t holder = start_holder(5000);
    struct store *store;

    clock_step = 4;
    ck_assert_int_eq(own_store_try(STORE_WRITE, &store), -ETIMEDOUT);
    clock_step = 0;
    reports_expect_one(&own_reports, "/" LOCK_FILE ": held by another process");
    /* Who only reads does not care. */
    store = own_store(STORE_READ);
    store_close(store);
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
}
END_TEST

/* An open store holds the lock; closing it, or failing to open it, lets go. */
START_TEST(lock_is_held)
{
    struct store *store = own_store(STORE_WRITE), *refused;
    int fd = open(own_path(LOCK_FILE), O_RDWR);

    ck_assert_int_eq(flock(fd, LOCK_SH | LOCK_NB), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    store_close(store);
    ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    flock(fd, LOCK_UN);
    plant(INDEX_FILE, S_IFDIR);
    ck_assert_int_lt(own_store_try(STORE_WRITE, &refused), 0);
    ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
}
END_TEST

/* No descriptor that a program we start, or dnsmasq, would keep; none left behind. */
START_TEST(descriptors)
{
    int first = dup(0);
    struct store *store;

    own_publish("a", "1");
    store = own_store(STORE_WRITE);
    for (int fd = first + 1; fd < first + 16; fd++) {
        int flags = fcntl(fd, F_GETFD);

        ck_assert_msg(flags < 0 || flags == FD_CLOEXEC, "descriptor %d", fd);
    }
    store_close(store);
    ck_assert_int_eq(dup(0), first + 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("store_files");
    const int count = (int)(sizeof(planted) / sizeof(planted[0]));

    tcase_add_loop_test(tcase, modes, 0, 4);
    tcase_add_test(tcase, lock_mode);
    tcase_add_test(tcase, lock_of_another);
    tcase_add_loop_test(tcase, directory_of_others, 0, (int)(sizeof(directories) / sizeof(directories[0])));
    tcase_add_loop_test(tcase, planted_for_writers, 0, count);
    tcase_add_loop_test(tcase, planted_for_readers, 0, count);
    tcase_add_loop_test(tcase, planted_in_between, 0, 6);
    tcase_add_test(tcase, leftover);
    tcase_add_loop_test(tcase, finished_leftover, 0, 2);
    tcase_add_test(tcase, leftover_without_index);
    tcase_add_test(tcase, lock_waits);
    tcase_add_test(tcase, lock_is_given_up);
    tcase_add_test(tcase, lock_is_held);
    tcase_add_test(tcase, descriptors);
    return test_case_run(tcase);
}
