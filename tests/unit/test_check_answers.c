/* lvindex-dump --check: answers that do not follow from the leases, or are missing. */
#include <check.h>

#include "build_index.h"
#include "index_fixture.h"
#include "indexer/dump/check.h"
#include "indexer/leases.h"
#include "test_case.h"

/* An index with one lease, as its answers follow from it. */
static struct index *open_sound(void)
{
    struct index *index = fixture_open();
    struct lease lease = lease_of("lab", "192.0.2.1", "52:54:00:00:00:01", "web", 0);

    ck_assert_int_eq(leases_put(index, &lease), 1);
    return index;
}

static size_t findings(struct index *index)
{
    CLEANUP_CHECK struct check check = {.index = index, .dir = ""};

    ck_assert_int_eq(check_answers(&check), 0);
    return check.count;
}

START_TEST(sound)
{
    struct index *index = open_sound();

    ck_assert_uint_eq(findings(index), 0);
    index_close(index);
}
END_TEST

START_TEST(missing)
{
    struct index *index = open_sound();
    struct key key = key_named(KEY_HOST, bytes_of("web"));

    ck_assert_int_eq(store_delete(index->store, &key), 0);
    ck_assert_uint_eq(findings(index), 1);
    index_close(index);
}
END_TEST

/* The record of one name under another, which has no lease. */
START_TEST(too_many)
{
    struct index *index = open_sound();
    struct key from = key_named(KEY_HOST, bytes_of("web")), to = key_named(KEY_HOST, bytes_of("db"));
    struct value value;

    ck_assert_int_eq(store_get(index->store, &from, &value), 0);
    ck_assert_int_eq(store_put(index->store, &to, value_bytes(&value)), 0);
    ck_assert_uint_eq(findings(index), 1);
    value_free(&value);
    index_close(index);
}
END_TEST

/* The lease is another one than its answers tell of. */
START_TEST(stale)
{
    struct index *index = open_sound();
    struct lease lease = lease_of("lab", "192.0.2.1", "52:54:00:00:00:01", "web", 0);
    struct key key = key_lease(lease.network, &lease.ip);
    uint8_t packed[LEASE_PACKED_MAX];

    lease.expiry = 4000000000;
    ck_assert_int_eq(store_put(index->store, &key, (struct bytes){packed, lease_pack(&lease, packed)}), 0);
    ck_assert_uint_eq(findings(index), 1);
    index_close(index);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("check_answers");

    tcase_add_checked_fixture(tests, fixture_setup, NULL);
    tcase_add_test(tests, sound);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, too_many);
    tcase_add_test(tests, stale);
    return test_case_run(tests);
}
