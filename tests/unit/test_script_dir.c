/* Which files of dhcp-script.d are run, and in what order. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/script_dir.h"
#include "test_case.h"

/* Whoever runs the test owns what it makes. */
#define OTHER 12345

static struct script_dir dir;

static void make_directory(void)
{
    ck_assert_int_eq(mkdir(own_path(SCRIPT_DIR), 0755), 0);
}

static const char *in_directory(const char *name)
{
    char file[512];

    snprintf(file, sizeof(file), SCRIPT_DIR "/%s", name);
    return own_path(file);
}

static void make_script(const char *name, mode_t mode)
{
    int fd = open(in_directory(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void read_directory(uid_t user)
{
    ck_assert_int_eq(script_dir_read(own_dir(), user, &dir), 0);
}

/* The next one listed has that name and state. */
static void expect(size_t i, const char *name, enum script_state state)
{
    ck_assert_msg(i < dir.count, "%s is not listed", name);
    ck_assert_str_eq(dir.at[i].path, in_directory(name));
    ck_assert_msg(dir.at[i].state == state, "%s: %u", name, (unsigned)dir.at[i].state);
}

static void expect_end(size_t count)
{
    ck_assert_msg(dir.count == count, "%s is listed", dir.count > count ? dir.at[count].path : "too little");
    script_dir_free(&dir);
}

START_TEST(none)
{
    ck_assert_int_eq(script_dir_read(own_dir(), geteuid(), &dir), -ENOENT);
    script_dir_free(&dir);
    make_directory();
    read_directory(geteuid());
    ck_assert_int_eq(dir.state, SCRIPT_RUNS);
    expect_end(0);
}
END_TEST

START_TEST(order)
{
    static const char *const sorted[] = {"-a", "10-b", "9-c", "A", "Z.sh", "_d", "a", "a.b", "b"};
    static const size_t count = sizeof(sorted) / sizeof(sorted[0]);

    make_directory();
    for (size_t i = 0; i < count; i++)
        make_script(sorted[(i * 5 + 3) % count], 0755);
    read_directory(geteuid());
    for (size_t i = 0; i < count; i++)
        expect(i, sorted[i], SCRIPT_RUNS);
    expect_end(count);
}
END_TEST

START_TEST(put_aside)
{
    make_directory();
    make_script(".hidden", 0755);
    make_script("a.disabled", 0755);
    ck_assert_int_eq(mkdir(in_directory("library"), 0755), 0);
    read_directory(geteuid());
    expect_end(0);
}
END_TEST

/* Only of one that is executable, somebody might think that it was run. */
START_TEST(leftovers)
{
    static const char *const names[] = {"#a#",        "README",     "README.md", "a.bak",     "a.cfsaved",
                                        "a.dpkg-new", "a.dpkg-old", "a.new",     "a.old",     "a.orig",
                                        "a.rej",      "a.rpmnew",   "a.rpmorig", "a.rpmsave", "a.swp",
                                        "a.tmp",      "a.ucf-old",  "a~"};
    static const size_t count = sizeof(names) / sizeof(names[0]);

    make_directory();
    for (size_t i = 0; i < count; i++)
        make_script(names[i], 0644);
    read_directory(geteuid());
    expect_end(0);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(chmod(in_directory(names[i]), 0755), 0);
    read_directory(geteuid());
    for (size_t i = 0; i < count; i++)
        expect(i, names[i], SCRIPT_LEFTOVER);
    expect_end(count);
}
END_TEST

START_TEST(refused)
{
    make_directory();
    make_script("a b", 0755);
    make_script("group", 0775);
    make_script("link-target", 0755);
    ck_assert_int_eq(symlink("link-target", in_directory("link")), 0);
    ck_assert_int_eq(symlink("nowhere", in_directory("link-to-nothing")), 0);
    ck_assert_int_eq(mkfifo(in_directory("pipe"), 0755), 0);
    make_script("plain", 0644);
    make_script("others", 0757);
    make_script("owner", 0700);
    make_script("sticky", 04755);
    make_script("\xc3\xa4", 0755);
    read_directory(geteuid());
    expect(0, "a b", SCRIPT_ODD_NAME);
    expect(1, "group", SCRIPT_WRITABLE);
    expect(2, "link", SCRIPT_LINK);
    expect(3, "link-target", SCRIPT_RUNS);
    expect(4, "link-to-nothing", SCRIPT_LINK);
    expect(5, "others", SCRIPT_WRITABLE);
    expect(6, "owner", SCRIPT_RUNS);
    expect(7, "pipe", SCRIPT_NO_FILE);
    expect(8, "plain", SCRIPT_NOT_EXECUTABLE);
    expect(9, "sticky", SCRIPT_RUNS);
    expect(10, "\xc3\xa4", SCRIPT_ODD_NAME);
    expect_end(11);
}
END_TEST

START_TEST(foreign)
{
    if (geteuid() != 0)
        return;
    make_directory();
    make_script("root", 0755);
    make_script("theirs", 0755);
    ck_assert_int_eq(chown(in_directory("theirs"), OTHER, 0), 0);
    read_directory(0);
    expect(0, "root", SCRIPT_RUNS);
    expect(1, "theirs", SCRIPT_FOREIGN);
    expect_end(2);
    read_directory(OTHER);
    expect(0, "root", SCRIPT_RUNS);
    expect(1, "theirs", SCRIPT_RUNS);
    expect_end(2);
}
END_TEST

/* Nothing is listed, because of `path`. */
static void expect_closed(enum script_state state, const char *path)
{
    read_directory(geteuid());
    ck_assert_int_eq(dir.state, state);
    ck_assert_str_eq(dir.path, path);
    expect_end(0);
}

START_TEST(directories)
{
    make_directory();
    make_script("a", 0755);
    ck_assert_int_eq(chmod(own_path(SCRIPT_DIR), 0775), 0);
    expect_closed(SCRIPT_WRITABLE, own_path(SCRIPT_DIR));
    ck_assert_int_eq(chmod(own_path(SCRIPT_DIR), 0755), 0);
    ck_assert_int_eq(chmod(own_dir(), 01777), 0);
    expect_closed(SCRIPT_WRITABLE, own_dir());
    ck_assert_int_eq(chmod(own_dir(), 0755), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(own_path(SCRIPT_DIR), OTHER, 0), 0);
        expect_closed(SCRIPT_FOREIGN, own_path(SCRIPT_DIR));
        ck_assert_int_eq(chown(own_path(SCRIPT_DIR), 0, 0), 0);
        ck_assert_int_eq(chown(own_dir(), OTHER, 0), 0);
        expect_closed(SCRIPT_FOREIGN, own_dir());
        ck_assert_int_eq(chown(own_dir(), 0, 0), 0);
    }
    read_directory(geteuid());
    expect(0, "a", SCRIPT_RUNS);
    expect_end(1);
}
END_TEST

START_TEST(no_directory)
{
    ck_assert_int_eq(mkdir(own_path("elsewhere"), 0755), 0);
    ck_assert_int_eq(symlink("elsewhere", own_path(SCRIPT_DIR)), 0);
    expect_closed(SCRIPT_LINK, own_path(SCRIPT_DIR));
    ck_assert_int_eq(unlink(own_path(SCRIPT_DIR)), 0);
    own_write(SCRIPT_DIR, "");
    ck_assert_int_eq(script_dir_read(own_dir(), geteuid(), &dir), -ENOTDIR);
    script_dir_free(&dir);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("script_dir");

    tcase_add_test(tcase, none);
    tcase_add_test(tcase, order);
    tcase_add_test(tcase, put_aside);
    tcase_add_test(tcase, leftovers);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, foreign);
    tcase_add_test(tcase, directories);
    tcase_add_test(tcase, no_directory);
    return test_case_run(tcase);
}
