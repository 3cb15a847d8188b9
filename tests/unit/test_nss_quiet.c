/* A warm look-up makes no system call. Those that are tried end the process: seccomp's strict mode. */
#include <arpa/inet.h>
#include <check.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_index.h"
#include "module_calls.h"

static char buffer[4096];

#define BUFFER buffer, sizeof(buffer), &error, &h_error

/* A hit, a miss and a reverse look-up by each entry point of both modules. Check's assertions make system
 * calls: there is none. */
static bool look_up(void)
{
    static const uint8_t known[4] = {192, 0, 2, 1}, unknown[4] = {192, 0, 2, 99};
    const struct module *modules[] = {&host_module, &guest_module};
    static const char *const names[] = {"web", "my vm"};
    bool fine = true;

    for (size_t i = 0; i < 2; i++) {
        const struct module *m = modules[i];

        fine &= m->byname(names[i], &host, BUFFER) == NSS_STATUS_SUCCESS;
        fine &= m->byname2(names[i], AF_INET, &host, BUFFER) == NSS_STATUS_SUCCESS;
        fine &= m->byname3(names[i], AF_INET, &host, BUFFER, &ttl, &canonical) == NSS_STATUS_SUCCESS;
        tuples = NULL;
        fine &= m->byname4(names[i], &tuples, BUFFER, &ttl) == NSS_STATUS_SUCCESS;
        fine &= m->byname("unknown", &host, BUFFER) == NSS_STATUS_NOTFOUND;
        fine &= m->byname4("unknown", &tuples, BUFFER, NULL) == NSS_STATUS_NOTFOUND;
        fine &= m->byaddr(known, 4, AF_INET, &host, BUFFER) == NSS_STATUS_SUCCESS;
        fine &= m->byaddr2(known, 4, AF_INET, &host, BUFFER, &ttl) == NSS_STATUS_SUCCESS;
        fine &= m->byaddr2(unknown, 4, AF_INET, &host, BUFFER, &ttl) == NSS_STATUS_NOTFOUND;
    }
    return fine;
}

static void end(int status)
{
    syscall(SYS_exit, status);
}

/* In a child that may make no system call, runs `act`. Returns the child's end, as waitpid(2) tells it. */
static int run_quiet(void (*act)(void))
{
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (!look_up() || prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
            _exit(3);
        act();
        end(4);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void look_up_often(void)
{
    for (int round = 0; round < 100; round++) {
        if (!look_up())
            end(1);
    }
    end(0);
}

static void ask_the_kernel(void)
{
    syscall(SYS_getppid);
    end(0);
}

START_TEST(no_system_call)
{
    int status = -1;

    /* A machine that stops for a second lets a look-up ask the kernel, once: that is no failure yet. */
    for (int tries = 0; tries < 10 && status != 0; tries++)
        status = run_quiet(look_up_often);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(system_calls_end_the_process)
{
    ck_assert_int_eq(run_quiet(ask_the_kernel), SIGKILL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_quiet");
    TCase *tcase = tcase_create("nss_quiet");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, modules_setup, test_directory_remove);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, no_system_call);
    tcase_add_test(tcase, system_calls_end_the_process);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
