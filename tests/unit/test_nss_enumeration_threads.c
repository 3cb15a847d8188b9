/* Threads that enumerate, begin and end at the same time, and one that is cancelled. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "build_index.h"
#include "host_index.h"
#include "nss/entry.h"
#include "schema/paths.h"
#include "test_case.h"

#define THREADS 6
#define ROUNDS  300

static atomic_uint told_of[HOSTS];
static atomic_uint wrong;

/* The number of the next address, or the error as a negative number. */
static int next_number(void)
{
    struct hostent host;
    char buffer[256];
    int error = 0, h_error;
    const struct entry entry = {LOOKUP_HOSTS, buffer, sizeof(buffer), &error, &h_error, NULL};

    return entry_next(&entry, &host) == NSS_STATUS_SUCCESS ? (uint8_t)host.h_addr_list[0][3] : -error;
}

/* Takes entries until there are none any more. */
static void *take_some(void *unused)
{
    int number;

    while ((number = next_number()) != -ENOENT) {
        if (number >= 0 && number < HOSTS)
            atomic_fetch_add(&told_of[number], 1);
        else if (number != -EAGAIN)
            atomic_fetch_add(&wrong, 1);
    }
    return unused;
}

/* Begins and ends all the time. */
static void *disturb(void *done)
{
    while (!atomic_load((atomic_bool *)done)) {
        entry_begin();
        entry_end();
    }
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_some, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(atomic_load(&wrong), 0);
}

START_TEST(threads_share)
{
    publish_hosts("one");
    for (unsigned int round = 1; round <= ROUNDS; round++) {
        ck_assert_int_eq(entry_begin(), NSS_STATUS_SUCCESS);
        run_threads();
        for (size_t i = 0; i < HOSTS; i++)
            ck_assert_uint_eq(atomic_load(&told_of[i]), round);
    }
    entry_end();
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
}
END_TEST

START_TEST(threads_disturbed)
{
    pthread_t disturber;
    atomic_bool done = false;

    publish_hosts("one");
    ck_assert_int_eq(pthread_create(&disturber, NULL, disturb, &done), 0);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 5000; i++) {
            int number = next_number();

            if (number < 0 && number != -ENOENT && number != -EAGAIN)
                atomic_fetch_add(&wrong, 1);
        }
        publish_hosts("one");
    }
    atomic_store(&done, true);
    ck_assert_int_eq(pthread_join(disturber, NULL), 0);
    entry_end();
    ck_assert_uint_eq(atomic_load(&wrong), 0);
    ck_assert_uint_eq(mappings_of(own_dir()), 0);
}
END_TEST

/* Nothing here is a cancellation point: a thread that is to be cancelled gets through all of it. */
static void *enumerate_cancelled(void *done)
{
    pthread_cancel(pthread_self());
    if (entry_begin() == NSS_STATUS_SUCCESS && next_number() >= 0 && entry_end() == NSS_STATUS_SUCCESS &&
        next_number() >= 0)
        atomic_store((atomic_bool *)done, true);
    pthread_testcancel();
    return NULL;
}

START_TEST(no_cancellation_point)
{
    atomic_bool done = false;
    pthread_t thread;
    void *result;

    publish_hosts("one");
    ck_assert_int_eq(pthread_create(&thread, NULL, enumerate_cancelled, &done), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert(atomic_load(&done));
    entry_end();
}
END_TEST

static void setup(void)
{
    ck_assert_int_eq(setenv(ENV_STATE_DIR, own_dir(), 1), 0);
}

int main(void)
{
    TCase *tcase = test_case("nss_enumeration_threads");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, threads_share);
    tcase_add_test(tcase, threads_disturbed);
    tcase_add_test(tcase, no_cancellation_point);
    return test_case_run(tcase);
}
