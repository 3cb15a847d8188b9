/*
 * Processes that may make few system calls: exactly those of the list below are what looking up needs, until
 * the index is mapped. (That then none is needed at all shows tests/unit/test_nss_quiet.c.)
 *
 *   filtered 0|1    1: the index is so large that madvise() is called
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

static const struct {
    long number;
    const char *name;
    bool large; /* for a file from 1 MiB on alone */
} needed[] = {
    {SYS_openat, "openat", false},
    {SYS_newfstatat, "newfstatat", false},
    {SYS_mmap, "mmap", false},
    {SYS_madvise, "madvise", true},
    {SYS_close, "close", false},
    {SYS_munmap, "munmap", false},
    {SYS_rt_sigprocmask, "rt_sigprocmask", false},
};

#define COUNT   (sizeof(needed) / sizeof(needed[0]))
#define SIGNALS (COUNT - 1) /* the last of them */

#define ALLOW(number)                                                                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)(number), 0, 1),                                       \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Allows the calls of the list but for `without`, and what else ends this process; `otherwise` for the rest.
 */
static void filter(size_t without, unsigned int otherwise)
{
    struct sock_filter code[2 * COUNT + 4] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_exit_group),
    };
    struct sock_fprog program = {.filter = code};
    unsigned short length = 3;

    for (size_t i = 0; i < COUNT; i++) {
        const struct sock_filter allow[] = {ALLOW(needed[i].number)};

        if (i == without)
            continue;
        code[length++] = allow[0];
        code[length++] = allow[1];
    }
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);
    program.len = length;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        err(2, "seccomp");
}

/* In seconds, without a system call, where clocks are read by the vDSO. */
static time_t coarse(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time.tv_sec;
}

/* Opens the index by each entry point, and asks the kernel once more after a second. */
static bool all_right(void)
{
    time_t begin = coarse();
    struct reply reply;
    bool right = true;

    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        forget();
        ask(entry, &reply);
        right = right && reply.right;
    }
    while (coarse() < begin + 2) {
        ask(0, &reply);
        right = right && reply.right;
    }
    return right;
}

/* Where calls fail instead of killing: no entry point has an answer, and none has the wrong status. */
static bool none_available(void)
{
    struct reply reply;
    bool unavailable = true;

    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        ask(entry, &reply);
        unavailable = unavailable && reply.status == NSS_STATUS_UNAVAIL && reply.error == EPERM;
    }
    return unavailable;
}

/* How a child under such a filter ends: 0 when what it found is as it should be. */
static int end_of(size_t without, unsigned int otherwise, bool (*as_wanted)(void))
{
    pid_t child = fork();
    int status;

    if (child < 0)
        err(2, "fork");
    if (child == 0) {
        filter(without, otherwise);
        _exit(as_wanted() ? 0 : 1);
    }
    if (waitpid(child, &status, 0) < 0)
        err(2, "waitpid");
    return status;
}

int main(int argc, char **argv)
{
    int status;

    if (argc != 2)
        errx(2, "usage: filtered 0|1");
    ask_setup();
    status = end_of(COUNT, SECCOMP_RET_KILL_PROCESS, all_right);
    if (status != 0)
        complain("with the calls of the list: status %d", status);
    for (size_t i = 0; i < COUNT; i++) {
        int wanted = needed[i].large && argv[1][0] == '0' ? 0 : SIGSYS;

        status = end_of(i, SECCOMP_RET_KILL_PROCESS, all_right);
        if ((wanted == 0) != (status == 0) || (wanted != 0 && WTERMSIG(status) != wanted))
            complain("without %s: status %d", needed[i].name, status);
        else if (wanted != 0)
            tell("system call that a lookup needs to open the index", "%s", needed[i].name);
    }
    /* The first that is needed: the page for bookkeeping. */
    status = end_of(2, SECCOMP_RET_ERRNO | EPERM, none_available);
    if (status != 0)
        complain("where mmap fails: status %d", status);
    status = end_of(0, SECCOMP_RET_ERRNO | EPERM, none_available);
    if (status != 0)
        complain("where openat fails: status %d", status);
    status = end_of(SIGNALS, SECCOMP_RET_ERRNO | EPERM, all_right);
    if (status != 0)
        complain("where signals cannot be held back: status %d", status);
    return verdict();
}
