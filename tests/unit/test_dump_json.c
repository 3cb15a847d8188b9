/* lvindex-dump --json: what it says of the index itself. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/dump/dump.h"
#include "own_store.h"

/* The version is the file's, not that which would be written. */
START_TEST(version)
{
    const char *path = own_path(INDEX_FILE);
    const struct dump_query all = {.network = NULL};
    struct index *index = NULL;
    char *text = NULL;
    size_t size;
    FILE *to;
    int fd;

    build_close(build_open(path, 17, SCHEMA_VERSION - 1));
    fd = open(path, O_RDWR);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
    ck_assert_int_eq(index_open_read(own_dir(), &own_reports.sink, &index), 0);
    to = open_memstream(&text, &size);
    ck_assert_int_eq(dump_json(index, &all, to), 0);
    fclose(to);
    index_close(index);
    ck_assert_ptr_nonnull(strstr(text, "\"version\": 3,"));
    free(text);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("dump_json");

    tcase_add_test(tests, version);
    return test_case_run(tests);
}
