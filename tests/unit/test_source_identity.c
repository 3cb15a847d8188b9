/* When is a source file read again? Whenever it may have changed, and only then. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/lease_file.h"
#include "indexer/source_record.h"
#include "own_index.h"
#include "test_clock.h"

#define LINE LATE_TEXT " 52:54:00:00:00:01 192.0.2.1 one *\n"

static void refresh(struct index *index)
{
    lease_file_wait(own_path("leases"));
    ck_assert_int_eq(lease_file_refresh(index, "net", own_path("leases")), 0);
    reports_expect_none(&own_reports);
}

/* Is the file read? Its leases have gone meanwhile, and its digest is not known: reading it brings them back.
 */
static bool is_read(struct index *index)
{
    struct source_record record;
    char name[300];
    bool read;

    snprintf(name, sizeof(name), SOURCE_LEASES "net=%s", own_path("leases"));
    own_remove_lease(index, "net", "192.0.2.1");
    ck_assert_int_eq(source_record_load(index->store, name, &record), 0);
    record.source.digest = 0;
    ck_assert_int_eq(source_record_save(index->store, name, &record.source, NULL, 0, false), 0);
    source_record_free(&record);
    refresh(index);
    read = strstr(own_reports.told, "192.0.2.1 added") != NULL;
    own_expect_leases(index, "net", read ? "192.0.2.1" : "");
    return read;
}

/* `_i`: the file was changed just before it was read, or long before. */
START_TEST(same_file)
{
    struct index *index = own_index();

    clock_ahead = 100 * _i;
    own_write("leases", LINE);
    refresh(index);
    reports_start(&own_reports);
    clock_ahead = 100;
    ck_assert(is_read(index) == (_i == 0));
    index_close(index);
}
END_TEST

static void replace(void)
{
    own_write("new", LINE);
    ck_assert_int_eq(rename(own_path("new"), own_path("leases")), 0);
}

static void touch(void)
{
    ck_assert_int_eq(utimensat(AT_FDCWD, own_path("leases"), NULL, 0), 0);
}

static void chmod_back(void)
{
    ck_assert_int_eq(chmod(own_path("leases"), 0600), 0);
}

static void (*const others[])(void) = {replace, touch, chmod_back};

/* What may have changed is read, whatever its size and times. */
START_TEST(other_file)
{
    struct index *index = own_index();

    clock_ahead = 100;
    own_write("leases", LINE);
    refresh(index);
    reports_start(&own_reports);
    nanosleep(&(struct timespec){0, 30000000}, NULL); /* a tick of the kernel's clock */
    others[_i]();
    ck_assert(is_read(index));
    index_close(index);
}
END_TEST

/* Another file, but of the same content: there is nothing to take from it. */
START_TEST(same_content)
{
    struct index *index = own_index();

    own_write("leases", LINE);
    refresh(index);
    own_remove_lease(index, "net", "192.0.2.1");
    replace();
    refresh(index);
    own_expect_leases(index, "net", "");
    index_close(index);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("source_identity");

    tcase_add_loop_test(tcase, same_file, 0, 2);
    tcase_add_loop_test(tcase, other_file, 0, (int)(sizeof(others) / sizeof(others[0])));
    tcase_add_test(tcase, same_content);
    return test_case_run(tcase);
}
