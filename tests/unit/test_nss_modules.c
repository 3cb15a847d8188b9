/* The modules' statuses: what they say when there is no answer, and what they leave alone. */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "build_index.h"
#include "module_calls.h"
#include "schema/limits.h"
#include "schema/paths.h"

static char buffer[4096];

static void expect(int status, int wanted_status, int wanted_error, int wanted_h_error)
{
    ck_assert_int_eq(status, wanted_status);
    ck_assert_int_eq(error, wanted_error);
    ck_assert_int_eq(h_error, wanted_h_error);
}

#define BUFFER buffer, sizeof(buffer), &error, &h_error

START_TEST(unknown)
{
    struct in_addr ip = ip4("192.0.2.200");

    expect(host_module.byname("unknown", &host, BUFFER), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    expect(host_module.byname2("unknown", AF_INET6, &host, BUFFER), NSS_STATUS_NOTFOUND, ENOENT,
           HOST_NOT_FOUND);
    expect(host_module.byname3("", AF_INET, &host, BUFFER, NULL, NULL), NSS_STATUS_NOTFOUND, ENOENT,
           HOST_NOT_FOUND);
    expect(host_module.byname4("un known", &tuples, BUFFER, NULL), NSS_STATUS_NOTFOUND, ENOENT,
           HOST_NOT_FOUND);
    expect(host_module.byaddr(&ip, 4, AF_INET, &host, BUFFER), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    expect(guest_module.byname("web", &host, BUFFER), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    expect(host_module.byname("my vm", &host, BUFFER), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}
END_TEST

START_TEST(other_family)
{
    expect(host_module.byname2("four", AF_INET6, &host, BUFFER), NSS_STATUS_NOTFOUND, ENODATA, NO_DATA);
    expect(guest_module.byname3("my vm", AF_INET6, &host, BUFFER, &ttl, &canonical), NSS_STATUS_NOTFOUND,
           ENODATA, NO_DATA);
}
END_TEST

START_TEST(unsupported_family)
{
    static const int families[] = {AF_UNSPEC, AF_LOCAL, AF_PACKET, -1, 4711};
    struct in6_addr ip = ip6("2001:db8::1");

    for (size_t i = 0; i < COUNT(families); i++) {
        int family = families[i];

        expect(host_module.byname2("web", family, &host, BUFFER), NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA);
        expect(host_module.byname3("web", family, &host, BUFFER, &ttl, &canonical), NSS_STATUS_UNAVAIL,
               EAFNOSUPPORT, NO_DATA);
        expect(host_module.byaddr(&ip, 16, family, &host, BUFFER), NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA);
    }
}
END_TEST

START_TEST(address_length)
{
    struct in6_addr ip = ip6("2001:db8::1");

    for (socklen_t length = 0; length <= 20; length++) {
        if (length != 4)
            expect(host_module.byaddr(&ip, length, AF_INET, &host, BUFFER), NSS_STATUS_UNAVAIL, EINVAL,
                   NO_RECOVERY);
        if (length != 16)
            expect(guest_module.byaddr2(&ip, length, AF_INET6, &host, BUFFER, NULL), NSS_STATUS_UNAVAIL,
                   EINVAL, NO_RECOVERY);
    }
}
END_TEST

/* All calls say the same; errno stays, but where the caller gave it to us as `errnop`. */
static void expect_everywhere(int status, int wanted_error, int wanted_h_error)
{
    for (size_t n = 0; n < call_count; n++) {
        error = h_error = 0;
        errno = 1234;
        expect(calls[n].call(buffer, sizeof(buffer)), status, wanted_error, wanted_h_error);
        ck_assert_int_eq(errno, 1234);
    }
}

START_TEST(no_index)
{
    char long_path[2000];

    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    setenv(ENV_STATE_DIR, "/nonexistent/lvindex", 1);
    expect_everywhere(NSS_STATUS_UNAVAIL, ENOENT, NO_RECOVERY);
    setenv(ENV_STATE_DIR, "/dev/null", 1);
    expect_everywhere(NSS_STATUS_UNAVAIL, ENOTDIR, NO_RECOVERY);
    setenv(ENV_STATE_DIR, long_path, 1);
    expect_everywhere(NSS_STATUS_UNAVAIL, ENAMETOOLONG, NO_RECOVERY);
}
END_TEST

/* Makes a directory of its own the modules'. */
static void use_directory(const char *name)
{
    const char *path = test_path(name);

    ck_assert_int_eq(mkdir(path, 0755), 0);
    setenv(ENV_STATE_DIR, path, 1);
}

START_TEST(unusable_index)
{
    use_directory("unusable");
    write_file(test_path("unusable/" INDEX_FILE), bytes_of("garbage"));
    expect_everywhere(NSS_STATUS_UNAVAIL, EBADMSG, NO_RECOVERY);
    unlink(test_path("unusable/" INDEX_FILE));
    build_close(build_open(test_path("unusable/" INDEX_FILE), 7, SCHEMA_VERSION + 1));
    expect_everywhere(NSS_STATUS_UNAVAIL, EPROTONOSUPPORT, NO_RECOVERY);
    ck_assert_int_eq(chmod(test_path("unusable/" INDEX_FILE), 0666), 0);
    expect_everywhere(NSS_STATUS_UNAVAIL, EPERM, NO_RECOVERY);
}
END_TEST

START_TEST(damaged_record)
{
    expect(host_module.byname("broken", &host, BUFFER), NSS_STATUS_UNAVAIL, EBADMSG, NO_RECOVERY);
    expect(host_module.byname4("broken", &tuples, BUFFER, NULL), NSS_STATUS_UNAVAIL, EBADMSG, NO_RECOVERY);
}
END_TEST

/* The next index of this directory, over a base or over none, in which `name` is known. */
static void publish_name(const char *directory, uint64_t base, const char *name)
{
    static uint64_t generation = 10;
    struct meta meta = {
        .version = SCHEMA_VERSION, .generation = generation, .base = base, .base_id = base != 0 ? 4711 : 0};
    struct claim claim = claim_of(0, name, "192.0.2.77");
    struct tdb_context *db = build_open_as(test_path("next.tdb"), 7, &meta);
    char path[PATH_MAX];

    generation++;
    build_claims(db, host_key(name), &claim, 1);
    build_close(db);
    snprintf(path, sizeof(path), "%s/" INDEX_FILE, test_path(directory));
    if (access(path, F_OK) == 0)
        build_announce(path);
    ck_assert_int_eq(rename(test_path("next.tdb"), path), 0);
}

#define ASK(name) host_module.byname(name, &host, BUFFER)

START_TEST(new_index_is_seen)
{
    use_directory("new");
    publish_name("new", 0, "one");
    ck_assert_int_eq(ASK("one"), NSS_STATUS_SUCCESS);
    expect(ASK("two"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    publish_name("new", 0, "two");
    ck_assert_int_eq(ASK("two"), NSS_STATUS_SUCCESS);
    expect(ASK("one"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}
END_TEST

START_TEST(directory_is_changed)
{
    char before[PATH_MAX];

    snprintf(before, sizeof(before), "%s", getenv(ENV_STATE_DIR));
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(ASK("web"), NSS_STATUS_SUCCESS);
        expect(ASK("elsewhere"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
        if (round == 0) {
            use_directory("other");
            publish_name("other", 0, "elsewhere");
        }
        setenv(ENV_STATE_DIR, test_path("other"), 1);
        ck_assert_int_eq(ASK("elsewhere"), NSS_STATUS_SUCCESS);
        expect(ASK("web"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
        setenv(ENV_STATE_DIR, before, 1);
    }
}
END_TEST

START_TEST(index_with_a_base)
{
    struct meta meta = {.version = SCHEMA_VERSION, .generation = 5, .base = 5, .base_id = 4711};
    struct claim claim = claim_of(0, "below", "192.0.2.78");
    struct tdb_context *db;

    use_directory("two");
    publish_name("two", 5, "above");
    expect(ASK("above"), NSS_STATUS_UNAVAIL, ESTALE, NO_RECOVERY);
    expect(ASK("below"), NSS_STATUS_UNAVAIL, ESTALE, NO_RECOVERY);
    db = build_open_as(test_path("two/base-5.tdb"), 7, &meta);
    build_claims(db, host_key("below"), &claim, 1);
    build_close(db);
    ck_assert_int_eq(ASK("above"), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(ASK("below"), NSS_STATUS_SUCCESS);
    expect(ASK("neither"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}
END_TEST

START_TEST(unusable_base)
{
    use_directory("bad");
    publish_name("bad", 5, "name");
    write_file(test_path("bad/base-5.tdb"), bytes_of("garbage"));
    expect_everywhere(NSS_STATUS_UNAVAIL, EBADMSG, NO_RECOVERY);
    ck_assert_int_eq(chmod(test_path("bad/base-5.tdb"), 0620), 0);
    expect_everywhere(NSS_STATUS_UNAVAIL, EPERM, NO_RECOVERY);
    ck_assert_int_eq(unlink(test_path("bad/base-5.tdb")), 0);
    expect_everywhere(NSS_STATUS_UNAVAIL, ESTALE, NO_RECOVERY);
}
END_TEST

START_TEST(removed_index)
{
    /* In real time, which nss_currency does without: the first look-up after a second knows. */
    struct timespec second = {.tv_sec = 1, .tv_nsec = 20000000};

    use_directory("gone");
    publish_name("gone", 0, "name");
    ck_assert_int_eq(ASK("name"), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(unlink(test_path("gone/" INDEX_FILE)), 0);
    nanosleep(&second, NULL);
    expect(ASK("name"), NSS_STATUS_UNAVAIL, ENOENT, NO_RECOVERY);
}
END_TEST

/* Calls with a resource limit at `value`, which makes a system call fail. */
static void expect_limited(__rlimit_resource_t resource, rlim_t value, int wanted_error)
{
    struct rlimit before, limit;
    int status;

    ck_assert_int_eq(getrlimit(resource, &before), 0);
    limit = (struct rlimit){.rlim_cur = value, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(resource, &limit), 0);
    status = call_byname(buffer, sizeof(buffer));
    ck_assert_int_eq(setrlimit(resource, &before), 0);
    expect(status, NSS_STATUS_TRYAGAIN, wanted_error, TRY_AGAIN);
    ck_assert_int_eq(call_byname(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
}

START_TEST(no_descriptors)
{
    expect_limited(RLIMIT_NOFILE, 0, EMFILE);
}
END_TEST

START_TEST(no_memory)
{
    expect_limited(RLIMIT_AS, 1, ENOMEM);
}
END_TEST

START_TEST(errnop_is_errno)
{
    /* As glibc calls us. */
    errno = 1234;
    ck_assert_int_eq(host_module.byname("web", &host, buffer, sizeof(buffer), &errno, &h_error),
                     NSS_STATUS_SUCCESS);
    ck_assert_int_eq(errno, 1234);
    ck_assert_int_eq(host_module.byname("web", &host, buffer, 10, &errno, &h_error), NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(host_module.byname("nobody", &host, buffer, 10, &errno, &h_error), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(descriptors_are_left_alone)
{
    int fd;

    /* The lowest free number is the same before and after: whatever was opened in between is closed. */
    for (size_t n = 0; n < call_count; n++) {
        int before = dup(0);

        close(before);
        ck_assert_int_eq(calls[n].call(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
        fd = dup(0);
        ck_assert_int_eq(fd, before);
        close(fd);
    }
}
END_TEST

START_TEST(one_mapping_a_module)
{
    for (int round = 0; round < 20; round++) {
        for (size_t n = 0; n < call_count; n++)
            calls[n].call(buffer, sizeof(buffer));
    }
    ck_assert_uint_eq(mappings_of(INDEX_FILE), 2);
}
END_TEST

START_TEST(unset_environment)
{
    /* Without LVINDEX_DIR, or with an empty one, the state directory of the build is asked, in which there
     * may be an index of this machine. */
    use_directory("named");
    publish_name("named", 0, "of-this-test-alone");
    ck_assert_int_eq(ASK("of-this-test-alone"), NSS_STATUS_SUCCESS);
    unsetenv(ENV_STATE_DIR);
    ck_assert_int_ne(ASK("of-this-test-alone"), NSS_STATUS_SUCCESS);
    setenv(ENV_STATE_DIR, "", 1);
    ck_assert_int_ne(ASK("of-this-test-alone"), NSS_STATUS_SUCCESS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_modules");
    TCase *tcase = tcase_create("nss_modules");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, modules_setup, test_directory_remove);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, unknown);
    tcase_add_test(tcase, other_family);
    tcase_add_test(tcase, unsupported_family);
    tcase_add_test(tcase, address_length);
    tcase_add_test(tcase, no_index);
    tcase_add_test(tcase, unusable_index);
    tcase_add_test(tcase, damaged_record);
    tcase_add_test(tcase, new_index_is_seen);
    tcase_add_test(tcase, directory_is_changed);
    tcase_add_test(tcase, index_with_a_base);
    tcase_add_test(tcase, unusable_base);
    tcase_add_test(tcase, removed_index);
    tcase_add_test(tcase, no_descriptors);
    tcase_add_test(tcase, no_memory);
    tcase_add_test(tcase, errnop_is_errno);
    tcase_add_test(tcase, descriptors_are_left_alone);
    tcase_add_test(tcase, one_mapping_a_module);
    tcase_add_test(tcase, unset_environment);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
