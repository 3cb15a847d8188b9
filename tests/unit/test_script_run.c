/* One script as a child: what it gets, what is told of its end, and that it holds nothing up. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook/script_run.h"
#include "reports.h"
#include "test_case.h"

/* Longer than any of these takes on a machine that is busy. */
#define AMPLE_MS 60000
#define SHORT_MS 300

static struct reports reports;

/* How many times poll(2) has no memory; -1: always. */
static int polls_failing;

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (polls_failing == 0)
        return (int)syscall(SYS_poll, fds, count, timeout);
    if (polls_failing > 0)
        polls_failing--;
    errno = ENOMEM;
    return -1;
}

static void start(void)
{
    reports_start(&reports);
    polls_failing = 0;
}

static void write_script(const char *text)
{
    own_write("script", text);
    ck_assert_int_eq(chmod(own_path("script"), 0755), 0);
}

/* Runs it: how many milliseconds it took. */
static int64_t run(int limit_ms)
{
    char path[512];
    char first[] = "add", second[] = "one two";
    char *argv[] = {path, first, second, NULL};
    int64_t begin = script_clock_ms();
    sigset_t defaults;

    snprintf(path, sizeof(path), "%s", own_path("script"));
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    script_run(&(struct script_run){
        .path = path, .argv = argv, .defaults = &defaults, .limit_ms = limit_ms, .report = &reports.sink});
    return script_clock_ms() - begin;
}

/* No child is left, neither running nor unwaited for. */
static void expect_no_child(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}

/* Runs a script, of which exactly `told` is told. "PATH" at its start stands for the script's path. */
static void expect(const char *script, const char *told)
{
    char expected[1024];
    size_t path = strncmp(told, "PATH", 4) == 0 ? strlen("PATH") : 0;

    snprintf(expected, sizeof(expected), "%s%s", path > 0 ? own_path("script") : "", told + path);
    write_script(script);
    run(AMPLE_MS);
    ck_assert_str_eq(reports.text, expected);
    expect_no_child();
    reports_start(&reports);
}

START_TEST(ends)
{
    expect("#!/bin/sh\n", "");
    expect("#!/bin/sh\nexit 3\n", "PATH: exit status 3\n");
    expect("#!/bin/sh\nkill -KILL $$\n", "PATH: killed by signal 9 (Killed)\n");
    expect("#!/bin/sh\nkill -PIPE $$\n", "PATH: killed by signal 13 (Broken pipe)\n");
    expect("#!/nowhere/sh\n", "PATH: No such file or directory\n");
    expect("echo no first line\n", "PATH: Exec format error\n");
}
END_TEST

START_TEST(output)
{
    expect("#!/bin/sh\necho out; echo err >&2; printf end\n", "script: out\nscript: err\nscript: end\n");
    expect("#!/bin/sh\nprintf '%s,' \"$0\" \"$@\" | sed 's,^[^ ]*/,,'\n", "script: script,add,one two,\n");
    expect("#!/bin/sh\ncat\nreadlink /proc/self/fd/0\n", "script: /dev/null\n");
    /* It may close what it has, and go on. */
    expect("#!/bin/sh\nexec >&- 2>&-\nsleep 0.2\nexit 4\n", "PATH: exit status 4\n");
}
END_TEST

START_TEST(nothing_leaks)
{
    int fd = open("/dev/null", O_RDONLY);

    ck_assert_int_gt(fd, STDERR_FILENO);
    /* The last one is what ls reads. */
    expect("#!/bin/sh\nexec ls /proc/self/fd\n", "script: 0\nscript: 1\nscript: 2\nscript: 3\n");
    close(fd);
}
END_TEST

START_TEST(signals)
{
    sigset_t blocked;

    /* Whoever runs the tests may ignore some. */
    for (int number = 1; number < 32; number++)
        signal(number, SIG_DFL);
    ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    ck_assert(signal(SIGTERM, SIG_IGN) != SIG_ERR);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, &blocked, NULL), 0);
    /* What is ignored or blocked stays so, but for SIGPIPE. Those from 32 on are glibc's own affair. */
    expect("#!/bin/sh\nexec sed -n 's/^Sig\\(Blk\\|Ign\\):.*\\(.......\\)$/\\1 \\2/p' /proc/self/status\n",
           "script: Blk 0000200\nscript: Ign 0004000\n");
}
END_TEST

/* It may end in its own way. */
START_TEST(overdue)
{
    int64_t took;

    write_script("#!/bin/sh\ntrap 'echo end; exit 0' TERM\necho begun\nsleep 600 &\nwait\n");
    took = run(SHORT_MS);
    ck_assert_int_ge(took, SHORT_MS);
    ck_assert_int_lt(took, AMPLE_MS);
    ck_assert_ptr_nonnull(strstr(reports.text, "script: begun\nscript: end\n"));
    ck_assert_ptr_nonnull(strstr(reports.text, "/script: not done after 0.3 seconds: killed\n"));
    ck_assert_uint_eq(reports.problems, 3);
    expect_no_child();
}
END_TEST

/* Neither it nor a child of its own heeds SIGTERM. */
START_TEST(stubborn)
{
    char line[64] = "";
    FILE *pids;
    int64_t took;

    write_script(
        "#!/bin/bash\ntrap '' TERM\ncd ${0%/*}\nsleep 600 & echo $! >pid\nwhile :; do sleep 600; done\n");
    took = run(SHORT_MS);
    ck_assert_int_ge(took, SHORT_MS + 1000);
    ck_assert_int_lt(took, AMPLE_MS);
    reports_expect_one(&reports, "not done after 0.3 seconds: killed");
    expect_no_child();
    pids = fopen(own_path("pid"), "r");
    ck_assert_ptr_nonnull(pids);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), pids));
    fclose(pids);
    /* Its parent may not have waited for it, but it does not run. */
    for (int i = 0; i < 100 && kill(atoi(line), 0) == 0; i++) {
        char path[64], status[256] = "";
        FILE *stat;

        snprintf(path, sizeof(path), "/proc/%d/stat", atoi(line));
        stat = fopen(path, "r");
        if (stat == NULL)
            return;
        ck_assert_ptr_nonnull(fgets(status, sizeof(status), stat));
        fclose(stat);
        if (strstr(status, ") Z ") != NULL)
            return;
        ck_assert_int_lt(i, 99);
        usleep(10000);
    }
}
END_TEST

/* A child that goes on, and keeps the pipe: what was written is told, and nobody waits. */
START_TEST(left_behind)
{
    write_script("#!/bin/sh\nsleep 90 &\necho done\n");
    ck_assert_int_lt(run(AMPLE_MS), AMPLE_MS);
    ck_assert_str_eq(reports.text, "script: done\n");

    reports_start(&reports);
    write_script("#!/bin/sh\nyes &\nexit 5\n");
    ck_assert_int_lt(run(AMPLE_MS), AMPLE_MS);
    ck_assert_ptr_nonnull(strstr(reports.text, "/script: exit status 5\n"));
    expect_no_child();
}
END_TEST

/* More than the pipe holds. */
START_TEST(flood)
{
    write_script(
        "#!/bin/sh\nhead -c 20000000 /dev/zero | tr '\\0' '\\n'\nyes | head -n 500000\necho >&2 end\n");
    run(AMPLE_MS);
    ck_assert_uint_eq(reports.problems, 101);
    ck_assert_ptr_nonnull(strstr(reports.text, "script: more than 100 lines; the others are left out\n"));

    reports_start(&reports);
    write_script("#!/bin/sh\nexec yes\n");
    ck_assert_int_lt(run(SHORT_MS), AMPLE_MS);
    ck_assert_uint_eq(reports.problems, 102);
}
END_TEST

/* A poll(2) that fails is no reason to end a script before its time, nor to let it run on behind that. */
START_TEST(poll_fails)
{
    const int times = _i == 0 ? 1 : -1;
    int64_t took;

    polls_failing = times;
    expect("#!/bin/sh\nsleep 0.2\necho good\n", "script: good\n");
    polls_failing = times;
    write_script("#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' .\nexit 6\n"); /* more than the pipe holds */
    run(AMPLE_MS);
    ck_assert_ptr_nonnull(strstr(reports.text, "/script: exit status 6\n"));
    ck_assert_uint_eq(reports.problems, 2);
    reports_start(&reports);
    polls_failing = times;
    write_script("#!/bin/sh\nexec sleep 600\n");
    took = run(SHORT_MS);
    ck_assert_int_ge(took, SHORT_MS);
    ck_assert_int_lt(took, AMPLE_MS);
    reports_expect_one(&reports, "not done after 0.3 seconds: killed");
    expect_no_child();
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("script_run");

    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, ends);
    tcase_add_test(tcase, output);
    tcase_add_test(tcase, nothing_leaks);
    tcase_add_test(tcase, signals);
    tcase_add_test(tcase, overdue);
    tcase_add_test(tcase, stubborn);
    tcase_add_test(tcase, left_behind);
    tcase_add_test(tcase, flood);
    tcase_add_loop_test(tcase, poll_fails, 0, 2);
    return test_case_run(tcase);
}
