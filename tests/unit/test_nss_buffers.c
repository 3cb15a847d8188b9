/* Results of the modules lie in the caller's buffer, whatever its size and place, and need no byte more. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_index.h"
#include "module_calls.h"

static _Alignas(16) char buffer[64 << 10];

/* The bytes that results may lie in, and the end of what was seen of them. */
struct span {
    const char *start, *end, *last;
};

static bool within(struct span *span, const void *at, size_t size, size_t alignment)
{
    const char *start = at;

    if (start < span->start || start + size > span->end || (uintptr_t)start % alignment != 0)
        return false;
    if (start + size > span->last)
        span->last = start + size;
    return true;
}

/* Writes out `host`; false when any of it lies outside the span. */
static bool tell_host(struct span *span, char *to)
{
    char address[INET6_ADDRSTRLEN];
    size_t n = 0;

    if (!within(span, host.h_name, strlen(host.h_name) + 1, 1))
        return false;
    to += sprintf(to, "%s", host.h_name);
    for (n = 0; host.h_aliases[n] != NULL; n++) {
        if (!within(span, host.h_aliases[n], strlen(host.h_aliases[n]) + 1, 1))
            return false;
        to += sprintf(to, " %s", host.h_aliases[n]);
    }
    if (!within(span, host.h_aliases, (n + 1) * sizeof(char *), sizeof(char *)))
        return false;
    for (n = 0; host.h_addr_list[n] != NULL; n++) {
        if (!within(span, host.h_addr_list[n], (size_t)host.h_length, 4))
            return false;
        to += sprintf(to, " %s", inet_ntop(host.h_addrtype, host.h_addr_list[n], address, sizeof(address)));
    }
    return within(span, host.h_addr_list, (n + 1) * sizeof(char *), sizeof(char *)) &&
           host.h_length == (host.h_addrtype == AF_INET ? 4 : 16);
}

static bool tell_tuples(struct span *span, char *to)
{
    char address[INET6_ADDRSTRLEN];

    to += sprintf(to, "%s", tuples->name);
    for (const struct gaih_addrtuple *tuple = tuples; tuple != NULL; tuple = tuple->next) {
        if (tuple != &own_tuple && !within(span, tuple, sizeof(*tuple), sizeof(char *)))
            return false;
        if (!within(span, tuple->name, strlen(tuple->name) + 1, 1) || tuple->scopeid != 0)
            return false;
        to += sprintf(to, " %s", inet_ntop(tuple->family, tuple->addr, address, sizeof(address)));
    }
    return true;
}

/* One call with `size` bytes at `offset` of the buffer; nothing else of it may be touched. Returns the
 * status, or -99 for a wrong answer. Assertions of Check are slow: there is none here. */
static int sweep_step(size_t n, size_t offset, size_t size, const char **last)
{
    struct span span = {buffer + offset, buffer + offset + size, buffer + offset};
    char text[512];
    int status;

    memset(buffer, 0x5a, 2048);
    error = h_error = 4711;
    errno = 1234;
    ttl = -1;
    canonical = NULL;
    status = calls[n].call(buffer + offset, size);
    for (size_t i = 0; i < 2048; i++) {
        if ((i < offset || i >= offset + size || status != NSS_STATUS_SUCCESS) && buffer[i] != 0x5a)
            return -99;
    }
    if (errno != 1234)
        return -99;
    if (status != NSS_STATUS_SUCCESS)
        return error == ERANGE && h_error == NETDB_INTERNAL ? status : -99;
    if (!(calls[n].has_tuples ? tell_tuples(&span, text) : tell_host(&span, text)))
        return -99;
    *last = span.last;
    return strcmp(text, calls[n].answer) == 0 && error == 4711 && h_error == NETDB_SUCCESS ? status : -99;
}

START_TEST(every_buffer_size)
{
    size_t n = (size_t)_i;

    for (size_t offset = 0; offset < 16; offset++) {
        size_t need = SIZE_MAX;

        for (size_t size = 0; need == SIZE_MAX || size <= need + 64; size++) {
            const char *last = NULL;
            int status = sweep_step(n, offset, size, &last);

            ck_assert_uint_lt(size, 1024);
            if (status == NSS_STATUS_SUCCESS && need == SIZE_MAX) {
                need = size;
                /* Not a byte more than what is used. */
                ck_assert_ptr_eq(last, buffer + offset + size);
            }
            ck_assert_int_eq(status, size < need ? NSS_STATUS_TRYAGAIN : NSS_STATUS_SUCCESS);
        }
    }
}
END_TEST

START_TEST(largest_buffer_size)
{
    for (size_t n = 0; n < call_count; n++)
        ck_assert_int_eq(calls[n].call(buffer + 3, SIZE_MAX), NSS_STATUS_SUCCESS);
    for (size_t n = 0; n < call_count; n++)
        ck_assert_int_eq(calls[n].call(NULL, 0), NSS_STATUS_TRYAGAIN);
}
END_TEST

START_TEST(ttl_and_canonical_name)
{
    ttl = -1;
    ck_assert_int_eq(call_byname3(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(ttl, 0);
    ck_assert_ptr_eq(canonical, host.h_name);
    ttl = -1;
    ck_assert_int_eq(call_byname4(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(ttl, 0);
    ttl = -1;
    ck_assert_int_eq(call_byaddr2(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(ttl, 0);
}
END_TEST

/* The least size of an aligned buffer that a call succeeds with. */
static size_t least_size(enum nss_status (*call)(char *at, size_t size))
{
    size_t size = 0;

    while (call(buffer, size) != NSS_STATUS_SUCCESS && size < sizeof(buffer))
        size++;
    return size;
}

START_TEST(own_tuple_is_first)
{
    ck_assert_int_eq(call_byname4_own(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
    ck_assert_ptr_eq(tuples, &own_tuple);
    ck_assert_int_eq(call_byname4(buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
    ck_assert_ptr_ne(tuples, &own_tuple);
    /* The caller's own takes none of the buffer. */
    ck_assert_uint_eq(least_size(call_byname4), 4 * sizeof(own_tuple) + sizeof("Web"));
    ck_assert_uint_eq(least_size(call_byname4_own), 3 * sizeof(own_tuple) + sizeof("Web"));
}
END_TEST

START_TEST(many_addresses)
{
    size_t need = (1 + MANY + 1) * sizeof(char *) + MANY * 4 + sizeof("many");
    size_t count = 0;

    ck_assert_int_eq(host_module.byname("many", &host, buffer, need - 1, &error, &h_error),
                     NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(error, ERANGE);
    ck_assert_int_eq(h_error, NETDB_INTERNAL);
    ck_assert_int_eq(host_module.byname("many", &host, buffer, need, &error, &h_error), NSS_STATUS_SUCCESS);
    while (host.h_addr_list[count] != NULL)
        count++;
    ck_assert_uint_eq(count, MANY);
    tuples = NULL;
    ck_assert_int_eq(host_module.byname4("many", &tuples, buffer, sizeof(buffer), &error, &h_error, NULL),
                     NSS_STATUS_SUCCESS);
    for (count = 0; tuples != NULL; tuples = tuples->next)
        count++;
    ck_assert_uint_eq(count, MANY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_buffers");
    TCase *tcase = tcase_create("nss_buffers");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, modules_setup, test_directory_remove);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, every_buffer_size, 0, (int)call_count);
    tcase_add_test(tcase, largest_buffer_size);
    tcase_add_test(tcase, ttl_and_canonical_name);
    tcase_add_test(tcase, own_tuple_is_first);
    tcase_add_test(tcase, many_addresses);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
