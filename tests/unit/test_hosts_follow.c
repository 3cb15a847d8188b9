/* A hosts file kept in line with the index and with the time. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index_fixture.h"
#include "indexer/cleanup.h"
#include "indexer/file.h"
#include "indexer/leases.h"
#include "indexer/lock.h"
#include "indexer/sync/hosts_follow.h"
#include "reports.h"
#include "test_case.h"
#include "test_clock.h"

#define DAY 86400

static struct hosts_follow follow;
static struct reports reports;
static char path[4096];
static time_t start;

/* Of a process that is to show that it writes, and to take its time. */
static struct {
    int told;
    useconds_t pause; /* 0: a fast disk */
} slow_disk;

int fsync(int fd)
{
    if (slow_disk.pause > 0) {
        ck_assert_int_eq(write(slow_disk.told, "x", 1), 1);
        usleep(slow_disk.pause);
        slow_disk.pause = 0;
    }
    return (int)syscall(SYS_fsync, fd);
}

/* An index with two leases, one of which lasts an hour. */
static void setup(void)
{
    struct index *index;
    struct lease web = lease_of("lab", "192.0.2.1", "52:54:00:00:00:01", "web", 0);
    struct lease db = lease_of("lab", "192.0.2.2", "52:54:00:00:00:02", "db", 0);

    fixture_setup();
    start = time(NULL);
    web.expiry = (uint64_t)start + 3600;
    index = fixture_open();
    ck_assert_int_eq(leases_put(index, &web), 1);
    ck_assert_int_eq(leases_put(index, &db), 1);
    fixture_commit(index, 1);
    snprintf(path, sizeof(path), "%s", own_path("names"));
    follow = (struct hosts_follow){.path = path, .state_dir = fixture_state_dir()};
    reports_start(&reports);
}

static struct stat file_now(void)
{
    struct stat st;

    ck_assert_int_eq(lstat(path, &st), 0);
    return st;
}

static void expect(const char *text)
{
    CLEANUP_FILE struct file file = {.fd = -1};

    ck_assert_int_eq(hosts_follow_update(&follow, &reports.sink), 0);
    reports_expect_none(&reports);
    ck_assert_int_eq(file_open(AT_FDCWD, path, 0, &file), 0);
    ck_assert_int_eq(file_read(&file), 0);
    ck_assert_str_eq(file.text, text);
}

static void expect_failure(const char *part)
{
    ck_assert_int_lt(hosts_follow_update(&follow, &reports.sink), 0);
    reports_expect_one(&reports, part);
    /* It would be tried over and over. */
    ck_assert_int_gt(hosts_follow_wait(&follow, 5000), hosts_follow_pauses(&follow) ? 0 : 4999);
}

static void add(const char *ip, const char *host)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("lab", ip, "52:54:00:00:00:03", host, 0);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    fixture_commit(index, 1);
}

#define BOTH "192.0.2.2\tdb\n192.0.2.1\tweb\n"

START_TEST(expires)
{
    int left;

    expect(BOTH);
    ck_assert_uint_eq(follow.until, (uint64_t)start + 3600);
    follow.pause = 0;
    ck_assert_int_eq(hosts_follow_wait(&follow, 5000), 5000);
    clock_ahead = start + 3600 - time(NULL) - 2;
    left = hosts_follow_wait(&follow, 5000);
    ck_assert_int_gt(left, 0);
    ck_assert_int_le(left, 3000);
    expect(BOTH);
    clock_ahead += 3;
    ck_assert_int_eq(hosts_follow_wait(&follow, 5000), 0);
    expect("192.0.2.2\tdb\n");
    ck_assert_uint_eq(follow.until, 0);
}
END_TEST

/* Whatever happens to the clock, the file says what the modules answer. */
START_TEST(clock_jumps)
{
    expect(BOTH);
    clock_ahead = DAY;
    expect("192.0.2.2\tdb\n");
    clock_ahead = 0;
    expect(BOTH);
    clock_ahead = -DAY;
    expect(BOTH);
    clock_ahead = DAY;
    expect("192.0.2.2\tdb\n");
}
END_TEST

START_TEST(replaced_when_it_changes)
{
    struct stat before, after;

    expect(BOTH);
    before = file_now();
    ck_assert_uint_eq(before.st_mode & 07777, 0644);
    /* A new index with the same answers. */
    add("192.0.2.3", "");
    expect(BOTH);
    follow = (struct hosts_follow){.path = path, .state_dir = fixture_state_dir()};
    expect(BOTH);
    after = file_now();
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert_int_eq(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
    add("192.0.2.4", "mail");
    expect("192.0.2.2\tdb\n192.0.2.4\tmail\n192.0.2.1\tweb\n");
}
END_TEST

START_TEST(touched_by_others)
{
    expect(BOTH);
    ck_assert_int_eq(truncate(path, 3), 0);
    expect(BOTH);
    ck_assert_int_eq(unlink(path), 0);
    expect(BOTH);
    ck_assert_int_eq(chmod(path, 0600), 0);
    expect(BOTH);
    ck_assert_uint_eq(file_now().st_mode & 07777, 0644);
}
END_TEST

START_TEST(index_lost)
{
    char index[4096], moved[4096];

    expect(BOTH);
    snprintf(index, sizeof(index), "%s/index.tdb", fixture_state_dir());
    snprintf(moved, sizeof(moved), "%s/moved", fixture_state_dir());
    ck_assert_int_eq(rename(index, moved), 0);
    expect(BOTH);
    ck_assert_int_eq(mkdir(index, 0755), 0);
    expect_failure("index.tdb");
    ck_assert_int_eq(rmdir(index), 0);
    ck_assert_int_eq(rename(moved, index), 0);
    expect(BOTH);
    ck_assert_int_eq(truncate(index, 3000), 0);
    expect_failure("damaged");
    ck_assert_int_gt(file_now().st_size, 0);
}
END_TEST

START_TEST(links)
{
    char link[4096], temporary[4096];

    snprintf(link, sizeof(link), "%s", own_path("victim"));
    snprintf(temporary, sizeof(temporary), "%s", own_path(".names.new"));
    own_write("victim", "precious");
    ck_assert_int_eq(symlink(link, temporary), 0);
    expect(BOTH);
    ck_assert_int_eq(access(temporary, F_OK), -1);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink(link, path), 0);
    expect_failure("symbolic link");
    ck_assert(S_ISLNK(file_now().st_mode));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    expect_failure("no file");
    ck_assert_int_eq(unlink(path), 0);
    snprintf(path, sizeof(path), "%s", own_path("missing/names"));
    expect_failure("missing/names");
    snprintf(path, sizeof(path), "%s", link);
    expect(BOTH);
}
END_TEST

static int state_directory(void)
{
    int fd = open(fixture_state_dir(), O_RDONLY | O_DIRECTORY);

    ck_assert_int_ge(fd, 0);
    return fd;
}

/* However slow its disk is: who writes the index and who writes the file do not wait for each other. */
START_TEST(beside_writers)
{
    CLEANUP_FD int dirfd = state_directory();
    CLEANUP_FD int lock = lock_take(dirfd);

    ck_assert_int_ge(lock, 0);
    clock_step = 4;
    expect(BOTH);
    clock_step = 0;
}
END_TEST

/* Another process that is in the midst of the same file, and got there by another path. */
static pid_t start_slow(unsigned int milliseconds)
{
    int said[2];
    char byte;
    pid_t child;

    ck_assert_int_eq(pipe(said), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char other[4096];

        slow_disk.told = said[1];
        slow_disk.pause = milliseconds * 1000;
        snprintf(other, sizeof(other), "%s", own_path("./names"));
        follow.path = other;
        _exit(hosts_follow_update(&follow, &reports.sink) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(read(said[0], &byte, 1), 1);
    close(said[0]);
    close(said[1]);
    return child;
}

static void expect_done(pid_t child)
{
    int status;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(two_of_one_file)
{
    pid_t other = start_slow(300);

    add("192.0.2.4", "mail");
    expect("192.0.2.2\tdb\n192.0.2.4\tmail\n192.0.2.1\tweb\n");
    expect_done(other);
    expect("192.0.2.2\tdb\n192.0.2.4\tmail\n192.0.2.1\tweb\n");
}
END_TEST

/* Other files are written meanwhile, this one is not. */
START_TEST(one_that_never_ends)
{
    pid_t other = start_slow(60 * 1000);

    clock_step = 4;
    expect_failure("names: being written by another process");
    snprintf(path, sizeof(path), "%s", own_path("others"));
    expect(BOTH);
    clock_step = 0;
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    snprintf(path, sizeof(path), "%s", own_path("names"));
    expect(BOTH);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("hosts_follow");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, expires);
    tcase_add_test(tcase, clock_jumps);
    tcase_add_test(tcase, replaced_when_it_changes);
    tcase_add_test(tcase, touched_by_others);
    tcase_add_test(tcase, index_lost);
    tcase_add_test(tcase, links);
    tcase_add_test(tcase, beside_writers);
    tcase_add_test(tcase, two_of_one_file);
    tcase_add_test(tcase, one_that_never_ends);
    return test_case_run(tcase);
}
