/* The mappings that are kept: how many, of which file, and what threads, forks and jumps do to them. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/cache.h"
#include "one_record.h"
#include "still_clock.h"
#include "test_case.h"

#define SLOTS 32

/* The CPU that nss/ believes to run on; -2: the real one. */
static int cpu = -2;

/* What another thread does just when this one looks for a slot; once. */
static void (*meanwhile)(void);

int __wrap_sched_getcpu(void);
int __real_sched_getcpu(void);

int __wrap_sched_getcpu(void)
{
    void (*act)(void) = meanwhile;

    meanwhile = NULL;
    if (act != NULL)
        act();
    return cpu == -2 ? __real_sched_getcpu() : cpu;
}

static struct mapping *take(void)
{
    struct mapping *mapping;

    ck_assert_int_eq(cache_take(own_dir(), 0, &mapping), 0);
    return mapping;
}

START_TEST(one_at_a_time)
{
    static const int cpus[] = {-2, 0, 3, -1, 31, 32, 1000, -1};
    struct mapping *first, *mapping;

    publish("value");
    first = take();
    cache_give(first);
    /* Wherever the next look-up runs, it finds the mapping. */
    for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
        cpu = cpus[i];
        mapping = take();
        ck_assert_ptr_eq(mapping, first);
        cache_give(mapping);
    }
    ck_assert_uint_eq(mappings_of(own_dir()), 1);
}
END_TEST

START_TEST(each_cpu_its_own)
{
    struct mapping *mappings[5];

    publish("value");
    for (cpu = 0; cpu < 5; cpu++)
        mappings[cpu] = take();
    for (cpu = 4; cpu >= 0; cpu--)
        cache_give(mappings[cpu]);
    for (int round = 0; round < 3; round++) {
        for (cpu = 0; cpu < 5; cpu++) {
            struct mapping *mapping = take();

            ck_assert_ptr_eq(mapping, mappings[cpu]);
            cache_give(mapping);
        }
    }
    ck_assert_uint_eq(mappings_of(own_dir()), 5);
}
END_TEST

START_TEST(no_more_than_slots)
{
    struct mapping *mappings[SLOTS + 8];

    publish("value");
    for (size_t i = 0; i < SLOTS + 8; i++)
        mappings[i] = take();
    ck_assert_uint_eq(mappings_of(own_dir()), SLOTS + 8);
    for (size_t i = 0; i < SLOTS + 8; i++)
        cache_give(mappings[i]);
    ck_assert_uint_eq(mappings_of(own_dir()), SLOTS);
    /* All of them are found again, and the next is a new one. */
    for (size_t i = 0; i < SLOTS; i++)
        mappings[i] = take();
    ck_assert_uint_eq(mappings_of(own_dir()), SLOTS);
    mappings[SLOTS] = take();
    ck_assert_uint_eq(mappings_of(own_dir()), SLOTS + 1);
    for (size_t i = 0; i <= SLOTS; i++)
        cache_give(mappings[i]);
}
END_TEST

START_TEST(one_generation)
{
    struct mapping *mappings[6];

    publish("one");
    for (size_t i = 0; i < 6; i++)
        mappings[i] = take();
    for (size_t i = 0; i < 3; i++)
        cache_give(mappings[i]);
    if (_i == 0) {
        publish("two");
    } else {
        publish_silently("two");
        still_clock += UINT64_C(1000000000);
    }
    /* Who maps the new file closes what is kept of the old one; what is in use is closed when it is given
     * back. */
    ASSERT_CACHED("two");
    ck_assert_uint_eq(mappings_of(own_dir()), 1 + 3);
    for (size_t i = 3; i < 6; i++)
        cache_give(mappings[i]);
    ck_assert_uint_eq(mappings_of(own_dir()), 1);
    ASSERT_CACHED("two");
}
END_TEST

static void replace_and_look_up(void)
{
    publish_silently("two");
    still_clock += UINT64_C(1000000000);
    ASSERT_CACHED("two");
}

START_TEST(replaced_while_given_back)
{
    struct mapping *mapping;

    /* The old file is put into a slot when the other thread is done with closing what the slots hold. */
    publish("one");
    mapping = take();
    meanwhile = replace_and_look_up;
    cache_give(mapping);
    ck_assert_ptr_null(meanwhile);
    ck_assert_uint_eq(mappings_of("(deleted)"), 0);
    ck_assert_uint_eq(mappings_of(own_dir()), 1);
    ASSERT_CACHED("two");
}
END_TEST

START_TEST(lost_mappings)
{
    /* As after a fork or a jump: what was taken is never given back. The next one that is given back is kept.
     */
    publish("value");
    for (unsigned int lost = 1; lost <= 200; lost++) {
        take();
        ck_assert_uint_eq(mappings_of(own_dir()), lost);
    }
    for (int round = 0; round < 3; round++) {
        for (cpu = 0; cpu < 64; cpu++)
            ASSERT_CACHED("value");
        ck_assert_uint_eq(mappings_of(own_dir()), 201);
    }
}
END_TEST

static sigjmp_buf before_jump;

static void jump(int signal)
{
    (void)signal;
    siglongjmp(before_jump, 1);
}

#define JUMPS 1000

/* Looks up until the alarm clock's handler jumps out. Nothing else is done here that could be torn apart. */
static void look_up_until_jump(void)
{
    struct itimerval soon = {.it_value.tv_usec = 20};
    char value[VALUE_SIZE];

    if (sigsetjmp(before_jump, 1) != 0)
        return;
    setitimer(ITIMER_REAL, &soon, NULL);
    for (;;)
        cached_value(own_dir(), value);
}

START_TEST(jumps)
{
    unsigned int left;

    publish("0");
    signal(SIGALRM, jump);
    for (volatile int round = 1; round <= JUMPS; round++) {
        char text[VALUE_SIZE];

        look_up_until_jump();
        snprintf(text, sizeof(text), "%d", round / 100);
        if (round % 100 == 0)
            publish(text);
        ASSERT_CACHED(text);
    }
    signal(SIGALRM, SIG_DFL);
    /* A jump loses one mapping at the most, and nothing else is ever lost. */
    left = mappings_of(own_dir());
    ck_assert_uint_le(left, JUMPS + SLOTS);
    for (int round = 0; round < 1000; round++)
        ASSERT_CACHED("10");
    ck_assert_uint_eq(mappings_of(own_dir()), left);
}
END_TEST

static void *look_up_cancelled(void *done)
{
    struct mapping *mapping;

    /* From here on, this thread ends at the first cancellation point. */
    pthread_cancel(pthread_self());
    if (mapping_open(own_dir(), NULL, &mapping) == 0)
        mapping_close(mapping);
    for (int round = 0; round < 3; round++) {
        if (cache_take(own_dir(), 0, &mapping) == 0)
            cache_give(mapping);
        still_clock += UINT64_C(1000000000);
    }
    atomic_store((atomic_bool *)done, true);
    pthread_testcancel();
    return NULL;
}

START_TEST(no_cancellation_point)
{
    atomic_bool done = false;
    pthread_t thread;
    void *result;

    put_base(7, 1, "value");
    publish_over(7, 1, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, look_up_cancelled, &done), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert(atomic_load(&done));
    ck_assert_uint_eq(mappings_of(own_dir()), 2);
}
END_TEST

/* In a child: 0 when the current value is at least that, as a number. */
static int check_least(int least)
{
    char value[VALUE_SIZE];

    return cached_value(own_dir(), value) == 0 && atoi(value) >= least ? 0 : 1;
}

static void expect_child(int least)
{
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(check_least(least) | check_least(least));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(fork_while_taken)
{
    struct mapping *mapping;

    publish("5");
    mapping = take();
    expect_child(5);
    cache_give(mapping);
    expect_child(5);
    publish("6");
    expect_child(6);
    ASSERT_CACHED("6");
}
END_TEST

#define THREADS      6
#define REPLACEMENTS 300

static atomic_bool stop;
static atomic_int published;

/* Every value seen is at least as new as what was published before the look-up began. */
static void *keep_looking(void *wrong)
{
    while (!atomic_load(&stop)) {
        if (check_least(atomic_load(&published)) != 0)
            return wrong;
    }
    return NULL;
}

START_TEST(threads_and_replacements)
{
    pthread_t threads[THREADS];
    char value[16] = "0";
    void *wrong;

    put_base(7, 1, value);
    publish_over(7, 1, NULL);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, keep_looking, &stop), 0);
    for (int round = 1; round <= REPLACEMENTS; round++) {
        snprintf(value, sizeof(value), "%d", round);
        publish_over(7, 1, value);
        atomic_store(&published, round);
        if (round % 10 == 0)
            expect_child(round);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
    /* Whatever the threads did last: after one more look-up nothing is left but the new index and its base.
     */
    ASSERT_CACHED(value);
    ck_assert_uint_eq(mappings_of("(deleted)"), 0);
    ck_assert_uint_eq(mappings_of(own_path(INDEX_FILE)), mappings_of(own_dir()) / 2);
    ck_assert_uint_ge(mappings_of(own_dir()), 2);
    ck_assert_uint_le(mappings_of(own_dir()), 2 * (THREADS + 1));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_cache");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, one_at_a_time);
    tcase_add_test(tcase, each_cpu_its_own);
    tcase_add_test(tcase, no_more_than_slots);
    tcase_add_loop_test(tcase, one_generation, 0, 2);
    tcase_add_test(tcase, replaced_while_given_back);
    tcase_add_test(tcase, lost_mappings);
    tcase_add_test(tcase, jumps);
    tcase_add_test(tcase, no_cancellation_point);
    tcase_add_test(tcase, fork_while_taken);
    tcase_add_test(tcase, threads_and_replacements);
    return test_case_run(tcase);
}
