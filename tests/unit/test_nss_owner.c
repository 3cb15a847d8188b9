/* Whose files are taken within user namespaces, where root may show as the user that is not mapped. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/image.h"
#include "test_case.h"

#define USER   12345
#define OTHER  54321
#define NOBODY 65534

static int map_error(const char *path)
{
    struct bytes content;
    struct image_id id;
    int error = image_map(path, &content, &id);

    if (error == 0) {
        ck_assert(image_in_place(path, &id));
        image_unmap(content);
    }
    return error;
}

static void make_file(const char *name, uid_t owner, mode_t mode)
{
    const char *path = own_path(name);

    write_file(path, bytes_of("content"));
    ck_assert_int_eq(chown(path, owner, owner), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* Files of several users, readable to all. False where only one user can be had. */
static bool make_files(void)
{
    if (geteuid() != 0)
        return false;
    make_file("root", 0, 0644);
    make_file("user", USER, 0644);
    make_file("other", OTHER, 0644);
    make_file("nobody", NOBODY, 0644);
    make_file("open", 0, 0664);
    ck_assert_int_eq(chmod(test_path("."), 0755), 0);
    ck_assert_int_eq(chmod(own_dir(), 0755), 0);
    ck_assert_int_eq(chown(own_dir(), USER, USER), 0);
    return true;
}

static void become(uid_t user)
{
    ck_assert_int_eq(setresgid(user, user, user), 0);
    ck_assert_int_eq(setresuid(user, user, user), 0);
    /* Its files in /proc are its own again. */
    ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
}

/* From now on in a user namespace, of no user yet. False where there are none: in a chroot, for instance. */
static bool enter_namespace(void)
{
    if (unshare(CLONE_NEWUSER) == 0)
        return true;
    fprintf(stderr, "no user namespaces here: %s\n", strerror(errno));
    return false;
}

/* The user shows as `inside` in the namespace, and is the only one. */
static void map_user(uid_t inside)
{
    FILE *map = fopen("/proc/self/uid_map", "we");

    ck_assert_ptr_nonnull(map);
    fprintf(map, "%u %u 1\n", inside, (unsigned int)USER);
    ck_assert_int_eq(fclose(map), 0);
    ck_assert_int_eq((int)geteuid(), (int)inside);
}

START_TEST(without_a_namespace)
{
    if (!make_files())
        return;
    become(USER);
    ck_assert_int_eq(map_error(own_path("root")), 0);
    ck_assert_int_eq(map_error(own_path("user")), 0);
    ck_assert_int_eq(map_error(own_path("other")), -EPERM);
    ck_assert_int_eq(map_error(own_path("nobody")), -EPERM);
}
END_TEST

/* The user as root, as itself, as nobody; a file of another user cannot be told from root's. */
static const uid_t shown_as[] = {0, USER, NOBODY};

START_TEST(root_is_not_mapped)
{
    if (!make_files())
        return;
    become(USER);
    if (!enter_namespace())
        return;
    if (_i < 3)
        map_user(shown_as[_i]);
    ck_assert_int_eq(map_error(own_path("root")), 0);
    ck_assert_int_eq(map_error(own_path("user")), 0);
    ck_assert_int_eq(map_error(own_path("other")), 0);
    ck_assert_int_eq(map_error(own_path("open")), -EPERM);
}
END_TEST

START_TEST(another_slash)
{
    int outside;

    if (!make_files())
        return;
    become(USER);
    if (!enter_namespace())
        return;
    map_user(0);
    outside = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(outside, 0);
    ck_assert_int_eq(chroot(own_dir()), 0);
    ck_assert_int_eq(map_error("/user"), 0);
    ck_assert_int_eq(map_error("/root"), -EPERM);
    ck_assert_int_eq(map_error("/nobody"), -EPERM);
    /* Sanitizers want /proc at the end. */
    ck_assert_int_eq(fchdir(outside), 0);
    ck_assert_int_eq(chroot("."), 0);
    close(outside);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_owner");

    tcase_add_test(tcase, without_a_namespace);
    /* One round more: nobody is mapped at all. */
    tcase_add_loop_test(tcase, root_is_not_mapped, 0, 4);
    tcase_add_test(tcase, another_slash);
    return test_case_run(tcase);
}
