/* sethostent, gethostent_r and endhostent: one generation, each entry once, whatever happens in between. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_index.h"
#include "host_index.h"
#include "nss/entry.h"
#include "nss/enumeration.h"
#include "schema/paths.h"
#include "test_case.h"

#define ODD 123 /* errno, where it is to stay as it is */

/* What a call left behind. */
static struct hostent host;
static int error, h_error;
static char buffer[1024];

static enum nss_status next_into(char *at, size_t size)
{
    const struct entry entry = {LOOKUP_HOSTS, at, size, &error, &h_error, NULL};

    return entry_next(&entry, &host);
}

static enum nss_status next(void)
{
    return next_into(buffer, sizeof(buffer));
}

#define ASSERT_STATUS(call, wanted, wanted_error, wanted_h_error)                                            \
    do {                                                                                                     \
        errno = ODD;                                                                                         \
        ck_assert_int_eq(call, NSS_STATUS_##wanted);                                                         \
        ck_assert_int_eq(errno, ODD);                                                                        \
        ck_assert_int_eq(error, wanted_error);                                                               \
        ck_assert_int_eq(h_error, wanted_h_error);                                                           \
    } while (0)

#define ASSERT_END()                                                                                         \
    do {                                                                                                     \
        ASSERT_STATUS(next(), NOTFOUND, ENOENT, HOST_NOT_FOUND);                                             \
        ASSERT_STATUS(next(), NOTFOUND, ENOENT, HOST_NOT_FOUND);                                             \
    } while (0)

#define BEGIN() ASSERT_STATUS(entry_begin(), SUCCESS, error, h_error)
#define END()   ASSERT_STATUS(entry_end(), SUCCESS, error, h_error)

/* The number of the address that was told last; `name` is its name. -1: it is another one. */
static int told(const char *name)
{
    uint8_t ip[4];

    if (strcmp(host.h_name, name) != 0 || host.h_aliases[0] != NULL || host.h_addrtype != AF_INET ||
        host.h_length != 4 || host.h_addr_list[1] != NULL)
        return -1;
    memcpy(ip, host.h_addr_list[0], 4);
    return ip[0] == 192 && ip[1] == 0 && ip[2] == 2 && ip[3] < HOSTS ? ip[3] : -1;
}

/* Takes `count` entries of that name; those that were seen before in `seen` come not again. */
static void take(int count, const char *name, bool seen[HOSTS])
{
    for (int i = 0; i < count; i++) {
        int number;

        ASSERT_STATUS(next(), SUCCESS, error, NETDB_SUCCESS);
        number = told(name);
        ck_assert_int_ge(number, 0);
        ck_assert(!seen[number]);
        seen[number] = true;
    }
}

/* All there is, from the first entry on. */
static void expect_all(const char *name)
{
    bool seen[HOSTS] = {false};

    take(HOSTS, name, seen);
    ASSERT_END();
}

static void setup(void)
{
    ck_assert_int_eq(setenv(ENV_STATE_DIR, own_dir(), 1), 0);
}

START_TEST(from_the_beginning)
{
    bool seen[HOSTS] = {false};

    publish_hosts("one");
    /* Without a beginning; one after an end; one in the middle. */
    expect_all("one");
    ASSERT_END();
    END();
    take(3, "one", seen);
    END();
    expect_all("one");
    BEGIN();
    expect_all("one");
    BEGIN();
    BEGIN();
    memset(seen, 0, sizeof(seen));
    take(5, "one", seen);
    BEGIN();
    expect_all("one");
    END();
    END();
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
}
END_TEST

START_TEST(one_generation)
{
    bool seen[HOSTS] = {false};

    publish_hosts("one");
    BEGIN();
    publish_hosts("two");
    take(4, "one", seen);
    publish_hosts("three");
    ck_assert_int_eq(unlink(own_path(INDEX_FILE)), 0);
    take(HOSTS - 4, "one", seen);
    ASSERT_END();
    ck_assert_uint_eq(mappings_of("(deleted)"), 2);
    publish_hosts("four");
    ASSERT_END();
    BEGIN();
    ck_assert_uint_eq(mappings_of("(deleted)"), 0);
    expect_all("four");
    END();
}
END_TEST

START_TEST(small_buffers)
{
    bool seen[HOSTS] = {false};
    size_t need = 0;

    publish_hosts("one");
    BEGIN();
    for (int i = 0; i < HOSTS; i++) {
        for (need = 0; next_into(buffer, need) == NSS_STATUS_TRYAGAIN; need++) {
            ck_assert_int_eq(error, ERANGE);
            ck_assert_int_eq(h_error, NETDB_INTERNAL);
        }
        ck_assert_uint_gt(need, sizeof("one"));
        ck_assert(!seen[told("one")]);
        seen[told("one")] = true;
    }
    /* The end needs no room. */
    ASSERT_STATUS(next_into(buffer, 0), NOTFOUND, ENOENT, HOST_NOT_FOUND);
    END();
}
END_TEST

START_TEST(no_index)
{
    error = h_error = 0;
    ASSERT_STATUS(entry_begin(), UNAVAIL, 0, 0);
    ASSERT_STATUS(next(), UNAVAIL, ENOENT, NO_RECOVERY);
    publish_hosts("one");
    expect_all("one");
    /* What there was is given up even if nothing takes its place. */
    ck_assert_int_eq(unlink(own_path(INDEX_FILE)), 0);
    ASSERT_STATUS(entry_begin(), UNAVAIL, error, h_error);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
    ASSERT_STATUS(next(), UNAVAIL, ENOENT, NO_RECOVERY);
    own_write(INDEX_FILE, "no index at all");
    ASSERT_STATUS(next(), UNAVAIL, EBADMSG, NO_RECOVERY);
    END();
}
END_TEST

START_TEST(base_is_missing)
{
    publish_hosts("one");
    ck_assert_int_eq(unlink(own_path(hosts_base())), 0);
    ASSERT_STATUS(entry_begin(), UNAVAIL, error, h_error);
    ASSERT_STATUS(next(), UNAVAIL, ESTALE, NO_RECOVERY);
}
END_TEST

START_TEST(damaged_index)
{
    struct bytes content;
    uint8_t *last;
    struct key key = address_key("192.0.2.8");

    publish_hosts("one");
    content = read_file(own_path(INDEX_FILE));
    last = memmem(content.at, content.len, key.at, key.len);
    ck_assert_ptr_nonnull(last);
    /* The room that the record says it has. */
    memset(last - 20, 0xff, 4);
    write_file(own_path(INDEX_FILE), content);
    BEGIN();
    while (next() == NSS_STATUS_SUCCESS)
        ck_assert_int_ge(told("one"), HOSTS / 2);
    ck_assert_int_eq(error, EBADMSG);
    ASSERT_STATUS(next(), UNAVAIL, EBADMSG, NO_RECOVERY);
    END();
    free((void *)content.at);
}
END_TEST

/* In a child: 0 when it finds the rest, and only that. */
static int check_rest(bool seen[HOSTS], int left)
{
    for (; left > 0; left--) {
        int number = next() == NSS_STATUS_SUCCESS ? told("one") : -1;

        if (number < 0 || seen[number])
            return 1;
        seen[number] = true;
    }
    if (next() != NSS_STATUS_NOTFOUND)
        return 2;
    entry_end();
    return mappings_of(own_dir()) == 0 && next() == NSS_STATUS_SUCCESS && told("two") >= 0 ? 0 : 3;
}

START_TEST(child_in_the_middle)
{
    bool seen[HOSTS] = {false};
    pid_t child;
    int status;

    publish_hosts("one");
    BEGIN();
    take(3, "one", seen);
    publish_hosts("two");
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(check_rest(seen, HOSTS - 3));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    /* The parent is where it was. */
    take(HOSTS - 3, "one", seen);
    ASSERT_END();
    END();
}
END_TEST

static struct enumeration *taken(void)
{
    struct enumeration *enumeration;

    ck_assert_int_eq(enumeration_take(own_dir(), &enumeration), 0);
    return enumeration;
}

START_TEST(somebody_has_it)
{
    bool seen[HOSTS] = {false};
    struct enumeration *held;

    publish_hosts("one");
    BEGIN();
    take(2, "one", seen);
    held = taken();
    ASSERT_STATUS(next(), TRYAGAIN, EAGAIN, TRY_AGAIN);
    enumeration_give(held);
    take(HOSTS - 2, "one", seen);
    /* Begun anew, or ended, meanwhile: what was held is closed when it is given back. */
    held = taken();
    BEGIN();
    ck_assert_uint_eq(mappings_of(own_dir()), 4);
    memset(seen, 0, sizeof(seen));
    take(2, "one", seen);
    enumeration_give(held);
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
    take(HOSTS - 2, "one", seen);
    held = taken();
    END();
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
    enumeration_give(held);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
}
END_TEST

START_TEST(never_given_back)
{
    publish_hosts("one");
    /* As after a fork or a jump: it costs that mapping, and the next beginning mends it. */
    for (unsigned int lost = 1; lost < 5; lost++) {
        BEGIN();
        taken();
        ASSERT_STATUS(next(), TRYAGAIN, EAGAIN, TRY_AGAIN);
        if (lost % 2 == 0)
            END();
        else
            BEGIN();
        expect_all("one");
        END();
        ck_assert_uint_eq(mappings_of(own_dir()), 2 * lost);
    }
}
END_TEST

START_TEST(two_held_one_after_the_other)
{
    struct enumeration *first, *second;

    publish_hosts("one");
    BEGIN();
    first = taken();
    BEGIN();
    second = taken();
    /* The first is not the one that is to be given back now. */
    enumeration_give(first);
    ASSERT_STATUS(next(), TRYAGAIN, EAGAIN, TRY_AGAIN);
    enumeration_give(second);
    expect_all("one");
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
    END();
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_enumeration");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, from_the_beginning);
    tcase_add_test(tcase, one_generation);
    tcase_add_test(tcase, small_buffers);
    tcase_add_test(tcase, no_index);
    tcase_add_test(tcase, base_is_missing);
    tcase_add_test(tcase, damaged_index);
    tcase_add_test(tcase, child_in_the_middle);
    tcase_add_test(tcase, somebody_has_it);
    tcase_add_test(tcase, never_given_back);
    tcase_add_test(tcase, two_held_one_after_the_other);
    return test_case_run(tcase);
}
