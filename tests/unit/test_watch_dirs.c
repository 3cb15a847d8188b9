/* Which events of the watched directories lead to a pass. */
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/watch_dirs.h"
#include "reports.h"
#include "test_case.h"

static struct watch_dirs dirs;
static char networks[4096], definitions[4096], config[4096], leases[4096];
static struct lease_source lease_source = {"", leases};
static const struct sync_sources sources = {
    .libvirt = {networks, definitions}, .config = config, .leases = &lease_source, .lease_count = 1};

static struct reports reports;

static void arm(void)
{
    reports_start(&reports);
    watch_dirs_arm(&dirs, &sources, &reports.sink);
    watch_dirs_armed(&dirs);
}

/* The sources' directories: DIR/networks, DIR/definitions, and PUBLIC for the lease file. */
static void start(const char *public)
{
    snprintf(networks, sizeof(networks), "%s", own_path("networks"));
    snprintf(definitions, sizeof(definitions), "%s", own_path("definitions"));
    snprintf(config, sizeof(config), "%s", own_path("config"));
    snprintf(leases, sizeof(leases), "%s/leases", own_path(public));
    ck_assert_int_eq(watch_dirs_open(&dirs), 0);
}

/* Did what happened since the last call concern a source? */
static int concerned(void)
{
    struct pollfd poll_fd = {.fd = dirs.inotify, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 0 ? 0 : watch_dirs_read(&dirs);
}

static const struct {
    const char *file;
    int concerns;
} files[] = {
    {"networks/br0.status", 1},     {"networks/br0.macs", 1},
    {"networks/default.conf", 1},   {"networks/br0.status.new", 0},
    {"networks/.status", 0},        {"networks/db1.xml", 0},
    {"networks/leases", 0},         {"definitions/qemu/db1.xml", 1},
    {"definitions/lxc/db2.xml", 1}, {"definitions/qemu/br0.status", 0},
    {"public/leases", 1},           {"public/leases.new", 0},
    {"public/br0.status", 0},       {"public/db1.xml", 0},
    {"public/db1.conf", 0},         {"config/networks", 1},
    {"config/networks~", 0},        {"public/networks", 0},
    {"config/lvindex.conf", 1},
};

START_TEST(names)
{
    static const char *const made[] = {"networks",        "definitions", "definitions/qemu",
                                       "definitions/lxc", "config",      "public"};

    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        ck_assert_int_eq(mkdir(own_path(made[i]), 0755), 0);
    start("public");
    arm();
    own_write(files[_i].file, "text");
    ck_assert_int_eq(concerned(), files[_i].concerns);
    ck_assert_int_eq(unlink(own_path(files[_i].file)), 0);
    ck_assert_int_eq(concerned(), files[_i].concerns);
    /* Watched once more, a name counts as before. */
    arm();
    own_write(files[_i].file, "text");
    ck_assert_int_eq(concerned(), files[_i].concerns);
    watch_dirs_close(&dirs);
}
END_TEST

/* Of a directory above a missing one, only the way to that one. */
START_TEST(missing)
{
    start("a/b/c");
    arm();
    ck_assert_int_eq(mkdir(own_path("b"), 0755), 0);
    own_write("br0.status", "text");
    own_write("leases", "text");
    ck_assert_int_eq(concerned(), 0);
    ck_assert_int_eq(mkdir(own_path("a"), 0755), 0);
    ck_assert_int_eq(concerned(), 1);
    arm();
    ck_assert_int_eq(mkdir(own_path("a/x"), 0755), 0);
    ck_assert_int_eq(concerned(), 0);
    ck_assert_int_eq(mkdir(own_path("a/b"), 0755), 0);
    ck_assert_int_eq(mkdir(own_path("a/b/c"), 0755), 0);
    ck_assert_int_eq(concerned(), 1);
    arm();
    own_write("a/b/c/leases", "text");
    ck_assert_int_eq(concerned(), 1);
    ck_assert_int_eq(mkdir(own_path("networks"), 0755), 0);
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

/* Configuration files may be links, into a repository for one. */
START_TEST(link_to_config)
{
    ck_assert_int_eq(mkdir(own_path("config"), 0755), 0);
    ck_assert_int_eq(mkdir(own_path("target"), 0755), 0);
    own_write("target/real", "text");
    ck_assert_int_eq(symlink(own_path("target/real"), own_path("config/networks")), 0);
    start("public");
    arm();
    own_write("target/networks", "text");
    ck_assert_int_eq(concerned(), 0);
    own_write("target/real", "more");
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

/* A lease file that is a link: where the link is, and where its target is. */
START_TEST(link_to_leases)
{
    ck_assert_int_eq(mkdir(own_path("public"), 0755), 0);
    ck_assert_int_eq(mkdir(own_path("target"), 0755), 0);
    own_write("target/real", "text");
    ck_assert_int_eq(symlink(own_path("target/real"), own_path("public/leases")), 0);
    start("public");
    arm();
    own_write("target/leases", "text");
    own_write("public/real", "text");
    ck_assert_int_eq(concerned(), 0);
    own_write("target/real", "more");
    ck_assert_int_eq(concerned(), 1);
    ck_assert_int_eq(unlink(own_path("public/leases")), 0);
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

START_TEST(directory_goes)
{
    ck_assert_int_eq(mkdir(own_path("networks"), 0755), 0);
    start("public");
    arm();
    ck_assert_int_eq(rmdir(own_path("networks")), 0);
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

/* The way to a lease file may be anybody's: what is wrong with it costs the others nothing. */
START_TEST(no_way)
{
    ck_assert_int_eq(mkdir(own_path("networks"), 0755), 0);
    ck_assert_int_eq(symlink("public", own_path("public")), 0);
    start("public");
    arm();
    reports_expect_one(&reports, "public/leases: cannot be watched");
    own_write("networks/br0.status", "text");
    ck_assert_int_eq(concerned(), 1);
    ck_assert_int_eq(unlink(own_path("public")), 0);
    ck_assert_int_eq(mkdir(own_path("public"), 0755), 0);
    arm();
    reports_expect_none(&reports);
    own_write("public/leases", "text");
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

static int watches(void)
{
    char path[64], line[256];
    FILE *file;
    int count = 0;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", dirs.inotify);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file) != NULL)
        count += strncmp(line, "inotify wd:", 11) == 0;
    fclose(file);
    return count;
}

/* Directories that were watched once are so no more, and what happens in them concerns nobody. */
START_TEST(replaced)
{
    char old[32];
    int needed;

    ck_assert_int_eq(mkdir(own_path("public"), 0755), 0);
    start("public");
    arm();
    needed = watches();
    for (int i = 0; i < 20; i++) {
        snprintf(old, sizeof(old), "old%d", i);
        ck_assert_int_eq(rename(own_path("public"), own_path(old)), 0);
        ck_assert_int_eq(mkdir(own_path("public"), 0755), 0);
        ck_assert_int_eq(concerned(), 1);
        arm();
        ck_assert_int_eq(watches(), needed);
        ck_assert_int_eq(concerned(), 0);
    }
    own_write("old0/leases", "text");
    ck_assert_int_eq(concerned(), 0);
    own_write("public/leases", "text");
    ck_assert_int_eq(concerned(), 1);
    watch_dirs_close(&dirs);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("watch_dirs");

    tcase_add_loop_test(tcase, names, 0, (int)(sizeof(files) / sizeof(files[0])));
    tcase_add_test(tcase, missing);
    tcase_add_test(tcase, link_to_leases);
    tcase_add_test(tcase, link_to_config);
    tcase_add_test(tcase, directory_goes);
    tcase_add_test(tcase, no_way);
    tcase_add_test(tcase, replaced);
    return test_case_run(tcase);
}
