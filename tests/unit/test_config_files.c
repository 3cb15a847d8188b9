/* The administrator's own files, as they come and go: written in place, always changing, gone with their
 * directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "build_index.h"
#include "index_fixture.h"
#include "indexer/static_file.h"
#include "indexer/sync_pass.h"
#include "reports.h"
#include "test_case.h"

#define NOW 100

static char config_dir[300];
static struct reports reports;

/* What others do while a file is waited for; NULL: nothing. It is given the number of the wait, from 1 on. */
static void (*during_nap)(unsigned int nap);
static unsigned int naps;

int nanosleep(const struct timespec *length, struct timespec *left)
{
    naps++;
    if (during_nap != NULL)
        during_nap(naps);
    return clock_nanosleep(CLOCK_REALTIME, 0, length, left) == 0 ? 0 : -1;
}

static void setup(void)
{
    fixture_setup();
    snprintf(config_dir, sizeof(config_dir), "%s", own_path("config"));
    ck_assert_int_eq(mkdir(config_dir, 0755), 0);
    reports_start(&reports);
}

static const char *path_of(const char *name)
{
    static char path[400];

    snprintf(path, sizeof(path), "%s/%s", config_dir, name);
    return path;
}

static void config_file(const char *name, const char *text)
{
    write_file(path_of(name), bytes_of(text));
}

/* What the name is answered with after a pass over all files, which waited `waits` times; -1: any number. */
static void expect_host(const char *name, const char *ips, int waits)
{
    const struct sync_sources sources = {.libvirt = fixture_dirs(), .config = config_dir};
    struct index *index;

    naps = 0;
    ck_assert_int_ge(sync_pass(fixture_state_dir(), STORE_WRITE, &sources, &reports.sink), 0);
    if (waits >= 0)
        ck_assert_uint_eq(naps, (unsigned int)waits);
    during_nap = NULL;
    index = fixture_open_read();
    ck_assert_str_eq(answers(index, KEY_HOST, name, NOW), ips);
    index_close(index);
}

static void append(const char *text)
{
    int fd = open(path_of(STATIC_FILE), O_WRONLY | O_APPEND);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void write_in_two_parts(unsigned int nap)
{
    if (nap == 15)
        append("192.0.2.1 web db\n");
    if (nap == 16)
        append("192.0.2.2 mail\n");
}

/* An editor that truncates it and writes: nothing that it lists goes for a moment. */
START_TEST(written_in_place)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = 0}};

    config_file(STATIC_FILE, "192.0.2.1 web db\n192.0.2.9 old\n");
    expect_host("db", "192.0.2.1", -1);
    config_file(STATIC_FILE, "");
    /* However slow this machine is, it was emptied just now. */
    clock_gettime(CLOCK_REALTIME, &times[1]);
    times[1].tv_nsec += 450000000;
    if (times[1].tv_nsec >= 1000000000) {
        times[1].tv_nsec -= 1000000000;
        times[1].tv_sec++;
    }
    ck_assert_int_eq(utimensat(AT_FDCWD, path_of(STATIC_FILE), times, 0), 0);
    during_nap = write_in_two_parts;
    expect_host("mail", "192.0.2.2", 17);
    ck_assert_ptr_null(strstr(reports.told, "removed: db"));
    ck_assert_ptr_nonnull(strstr(reports.told, "removed: old"));
    expect_host("db", "192.0.2.1", 0);
    reports_expect_none(&reports);
}
END_TEST

/* It is waited for when it is new, and not when it was merely written lately. */
START_TEST(empty_for_good)
{
    config_file(STATIC_FILE, "192.0.2.1 web\n");
    expect_host("web", "192.0.2.1", -1);
    config_file(STATIC_FILE, "192.0.2.1 web\n");
    expect_host("web", "192.0.2.1", 0);
    config_file(STATIC_FILE, "");
    expect_host("web", "", -1);
    expect_host("web", "", 0);
    reports_expect_none(&reports);
}
END_TEST

static void write_on(unsigned int nap)
{
    char line[64];

    snprintf(line, sizeof(line), "192.0.2.2 db%u\n", nap);
    append(line);
}

/* One that never rests is not read. */
START_TEST(keeps_changing)
{
    config_file(STATIC_FILE, "192.0.2.1 web\n");
    expect_host("web", "192.0.2.1", -1);
    config_file(STATIC_FILE, "192.0.2.1 other\n");
    during_nap = write_on;
    expect_host("web", "192.0.2.1", -1);
    reports_expect_one(&reports, "/" STATIC_FILE ": keeps changing");
    expect_host("other", "192.0.2.1", -1);
    expect_host("web", "", 0);
    reports_expect_none(&reports);
}
END_TEST

/* A file that is removed is gone; one that is gone with its directory may be on a disk that is not there. */
START_TEST(directory_is_missing)
{
    const char *moved = own_path("moved");

    /* Nothing was ever read from it. */
    ck_assert_int_eq(rmdir(config_dir), 0);
    expect_host("web", "", 0);
    reports_expect_none(&reports);
    ck_assert_int_eq(mkdir(config_dir, 0755), 0);

    config_file(STATIC_FILE, "192.0.2.1 web\n");
    expect_host("web", "192.0.2.1", -1);
    ck_assert_int_eq(rename(config_dir, moved), 0);
    expect_host("web", "192.0.2.1", 0);
    reports_expect_one(&reports, "/" STATIC_FILE ": its directory is missing: what it said stays");
    ck_assert_int_eq(rename(moved, config_dir), 0);
    expect_host("web", "192.0.2.1", 0);
    ck_assert_int_eq(unlink(path_of(STATIC_FILE)), 0);
    expect_host("web", "", 0);
    reports_expect_none(&reports);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("config_files");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, written_in_place);
    tcase_add_test(tcase, empty_for_good);
    tcase_add_test(tcase, keeps_changing);
    tcase_add_test(tcase, directory_is_missing);
    return test_case_run(tcase);
}
