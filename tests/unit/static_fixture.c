#include "static_fixture.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "check_index.h"
#include "indexer/derive.h"
#include "indexer/leases.h"
#include "indexer/sync_pass.h"
#include "test_case.h"

static char config_dir[300];

void static_fixture_setup(void)
{
    fixture_setup();
    snprintf(config_dir, sizeof(config_dir), "%s", own_path("config"));
    ck_assert(mkdir(config_dir, 0755) == 0);
}

const char *static_fixture_dir(void)
{
    return config_dir;
}

void config_file(const char *name, const char *text)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", config_dir, name);
    if (text == NULL)
        ck_assert(unlink(path) == 0 || errno == ENOENT);
    else
        write_file(path, bytes_of(text));
}

struct index *after_pass(void)
{
    const struct sync_sources sources = {.libvirt = fixture_dirs(), .config = config_dir};
    struct index *index = fixture_open();

    ck_assert_int_eq(sync_read(index, &sources), 0);
    ck_assert_int_eq(derive_settle(index), 0);
    ck_assert_int_ge(index_commit(index), 0);
    check_index(index);
    index_close(index);
    return fixture_open_read();
}

void put_lease(const struct lease *lease)
{
    struct index *index = fixture_open();

    int rc = leases_put(index, lease);

    ck_assert_int_ge(rc, 0);
    ck_assert_int_eq(derive_settle(index), 0);
    fixture_commit(index, rc);
}
