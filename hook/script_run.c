#include "script_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexer/cleanup.h"
#include "script_output.h"

/* How long an end may take that a signal has asked for. */
#define GRACE_MS 1000

#define READ_SIZE 4096

/* How often one is looked at that cannot be polled. */
#define UNPOLLED_NS (10 * 1000000L)

/* One that runs. */
struct child {
    pid_t pid;
    int pidfd;  /* readable when it has ended */
    int output; /* -1: nobody can write to it any more */
    struct script_output lines;
};

int64_t script_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int add_files(posix_spawn_file_actions_t *files, int output)
{
    int rc = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(files, output, STDERR_FILENO);
    /* Ours are all closed by an exec. Those that we were left may be a pipe that somebody waits on. */
    return rc != 0 ? rc : posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
}

static int set_attributes(posix_spawnattr_t *attributes, const sigset_t *defaults)
{
    int rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

    if (rc == 0)
        rc = posix_spawnattr_setpgroup(attributes, 0);
    return rc != 0 ? rc : posix_spawnattr_setsigdefault(attributes, defaults);
}

/* Starts it with `output` as its standard output and error. -errno, also that of an exec that failed. */
static int start(const struct script_run *run, int output, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int rc = posix_spawn_file_actions_init(&files);

    if (rc != 0)
        return -rc;
    rc = posix_spawnattr_init(&attributes);
    if (rc == 0) {
        rc = add_files(&files, output);
        if (rc == 0)
            rc = set_attributes(&attributes, run->defaults);
        if (rc == 0)
            rc = posix_spawn(pid, run->path, &files, &attributes, run->argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return -rc;
}

/* Reads once, at the most READ_SIZE bytes: how many there were, 0 when there is nothing now. */
static size_t read_output(struct child *child)
{
    char bytes[READ_SIZE];
    ssize_t got = read(child->output, bytes, sizeof(bytes));

    if (got > 0) {
        script_output_take(&child->lines, bytes, (size_t)got);
        return (size_t)got;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        child->output = -1;
    return 0;
}

static bool has_ended(const struct child *child)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/* Where the kernel has no memory for poll(2), say: the script cannot help it. Has it ended? */
static bool look_after_a_while(struct child *child)
{
    const struct timespec pause = {0, UNPOLLED_NS};

    nanosleep(&pause, NULL);
    if (child->output >= 0)
        read_output(child);
    return has_ended(child);
}

/* Listens until it ends, or until the time comes: has it ended? */
static bool follow(struct child *child, int64_t until)
{
    for (;;) {
        int64_t left = until - script_clock_ms();
        struct pollfd waits[] = {{.fd = child->pidfd, .events = POLLIN},
                                 {.fd = child->output, .events = POLLIN}};
        int ready = poll(waits, 2, left > 0 ? (int)left : 0);

        if (ready > 0 && waits[0].revents != 0)
            return true;
        if (ready > 0 && waits[1].revents != 0)
            read_output(child);
        if (ready < 0 && errno != EINTR && look_after_a_while(child))
            return true;
        if (left <= 0)
            return false;
    }
}

/* Takes what it has left in the pipe, and no more: a child of its own may go on writing. */
static void drain(struct child *child)
{
    int waiting = 0;

    if (child->output >= 0 && ioctl(child->output, FIONREAD, &waiting) == 0) {
        while (waiting > 0) {
            size_t got = read_output(child);

            if (got == 0)
                break;
            waiting -= (int)got;
        }
    }
    script_output_end(&child->lines);
}

/* Its group, and itself, should it have left that. Neither number is another's before we have waited for it.
 */
static void send(const struct child *child, int number)
{
    kill(-child->pid, number);
    kill(child->pid, number);
}

/* Ends it: did it end? Whoever is left of its group is killed in any case. */
static bool end(struct child *child)
{
    send(child, SIGTERM);
    follow(child, script_clock_ms() + GRACE_MS);
    send(child, SIGKILL);
    return follow(child, script_clock_ms() + GRACE_MS);
}

static void report_status(const struct script_run *run, int status)
{
    char why[64];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    if (WIFEXITED(status))
        snprintf(why, sizeof(why), "exit status %d", WEXITSTATUS(status));
    else
        snprintf(why, sizeof(why), "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    report_problem(run->report, why, "%s", run->path);
}

static void report_overdue(const struct script_run *run, bool ended)
{
    char why[64];

    snprintf(why, sizeof(why), "not done after %g seconds%s", run->limit_ms / 1000.0,
             ended ? ": killed" : ", and cannot be killed");
    report_problem(run->report, why, "%s", run->path);
}

static void attend(const struct script_run *run, struct child *child)
{
    bool in_time = follow(child, script_clock_ms() + run->limit_ms);
    bool ended = in_time || end(child);
    int status = 0;

    drain(child);
    /* It has ended, so this does not wait. */
    if (ended && waitpid(child->pid, &status, 0) < 0)
        report_errno(run->report, -errno, "%s", run->path);
    if (in_time)
        report_status(run, status);
    else
        report_overdue(run, ended);
}

/* A pipe, of which only our end does not wait. */
static int open_pipe(int pipe[2])
{
    if (pipe2(pipe, O_CLOEXEC) < 0)
        return -errno;
    return fcntl(pipe[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

void script_run(const struct script_run *run)
{
    CLEANUP_FD int read_end = -1;
    CLEANUP_FD int pidfd = -1;
    const char *slash = strrchr(run->path, '/');
    struct child child = {.lines = {.report = run->report, .name = slash != NULL ? slash + 1 : run->path}};
    int pipe[2] = {-1, -1};
    int rc = open_pipe(pipe);

    read_end = pipe[0];
    if (rc == 0)
        rc = start(run, pipe[1], &child.pid);
    if (pipe[1] >= 0)
        close(pipe[1]);
    if (rc < 0) {
        report_errno(run->report, rc, "%s", run->path);
        return;
    }
    pidfd = pidfd_open(child.pid, 0);
    if (pidfd < 0) {
        report_errno(run->report, -errno, "%s: cannot be watched, and is killed", run->path);
        send(&child, SIGKILL);
        waitpid(child.pid, NULL, 0);
        return;
    }
    child.pidfd = pidfd;
    child.output = read_end;
    attend(run, &child);
}
