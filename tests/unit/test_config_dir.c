/* The directory of the administrator's own files, as all of them are read from it. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/settings.h"
#include "indexer/static_file.h"
#include "indexer/suffixes.h"
#include "own_index.h"

static void refresh(struct index *index)
{
    ck_assert_int_eq(settings_refresh(index, own_dir()), 0);
    ck_assert_int_eq(suffixes_refresh(index, own_dir()), 0);
    ck_assert_int_eq(static_file_refresh(index, own_dir()), 0);
}

static void expect_suffix(struct index *index, const char *suffix)
{
    struct network network;

    ck_assert_int_eq(index_network(index, "lab", &network), 0);
    ck_assert_uint_eq(network.suffix_count, 1);
    ck_assert_str_eq(network.suffixes[0], suffix);
}

/* A directory that others may change leaves what is known, whatever became of its files; it is told once. */
START_TEST(directory_not_trusted)
{
    struct index *index = own_index();

    own_hook_lease(index, "lab", "10.0.0.1", "52:54:00:00:00:01", "web", LATE);
    own_write("networks", "lab lab.example\n");
    own_write("static", "192.0.2.1 printer\n");
    refresh(index);
    own_write("networks", "lab evil.example\n");
    ck_assert_int_eq(unlink(own_path("static")), 0);
    ck_assert_int_eq(chmod(own_dir(), _i == 0 ? 0775 : 01777), 0);
    reports_start(&own_reports);
    refresh(index);
    reports_expect_one(&own_reports, "others may write to it, not read");
    expect_suffix(index, "lab.example");
    own_expect_answers(index, "printer", "192.0.2.1");
    ck_assert_int_eq(chmod(own_dir(), 0755), 0);
    refresh(index);
    expect_suffix(index, "evil.example");
    own_expect_answers(index, "printer", "");
    own_index_end(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("config_dir");

    tcase_add_loop_test(tcase, directory_not_trusted, 0, 2);
    return test_case_run(tcase);
}
