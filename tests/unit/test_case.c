#include "test_case.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "build_index.h"

static const char *case_name;
static char directory[256];

static void make_root(void)
{
    test_directory();
}

/* In the test's own process: a test that fails leaves its directory to the removal of the root. */
static void make_own(void)
{
    snprintf(directory, sizeof(directory), "%s", test_path("own.XXXXXX"));
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

TCase *test_case(const char *name)
{
    TCase *tcase = tcase_create(name);

    case_name = name;
    tcase_add_unchecked_fixture(tcase, make_root, test_directory_remove);
    tcase_add_checked_fixture(tcase, make_own, NULL);
    tcase_set_timeout(tcase, 240);
    return tcase;
}

int test_case_run(TCase *tcase)
{
    Suite *suite = suite_create(case_name);
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const char *own_dir(void)
{
    return directory;
}

const char *own_path(const char *file)
{
    static char paths[8][sizeof(directory) + NAME_MAX + 1];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", directory, file);
    return path;
}

void own_write(const char *file, const char *text)
{
    write_file(own_path(file), bytes_of(text));
}
