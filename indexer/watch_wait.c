#include "watch_wait.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>

/* A change is waited out until nothing came for the one time, or for the other one in all: libvirt and
 * dnsmasq write several files, and one file several times, within a few milliseconds. */
#define QUIET_MS  5
#define LATEST_MS 25

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

int watch_handle_signals(sigset_t *during_wait)
{
    const struct sigaction action = {.sa_handler = stop};
    sigset_t ours;

    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    if (sigprocmask(SIG_BLOCK, &ours, during_wait) < 0 || sigaction(SIGTERM, &action, NULL) < 0 ||
        sigaction(SIGINT, &action, NULL) < 0)
        return -errno;
    sigdelset(during_wait, SIGTERM);
    sigdelset(during_wait, SIGINT);
    return 0;
}

bool watch_stopped(void)
{
    return stopped != 0;
}

/* Waits for something to read: 1, 0 after the time, -EINTR for a signal, -EPIPE when `output` is read by
 * nobody any more, or -errno. */
static int wait_for(int fd, int output, int milliseconds, const sigset_t *during_wait)
{
    const struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    struct pollfd poll_fds[] = {{.fd = fd, .events = POLLIN}, {.fd = output}};

    if (ppoll(poll_fds, 2, &limit, during_wait) < 0)
        return -errno;
    return (poll_fds[1].revents & (POLLERR | POLLHUP)) != 0 ? -EPIPE : poll_fds[0].revents != 0;
}

static int64_t milliseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes all changes of a burst, which began with `what`: they are one. */
static int wait_out(const struct watch_dirs *dirs, int output, int what, const sigset_t *during_wait)
{
    int64_t latest = milliseconds_now() + LATEST_MS;
    int rc = 1;

    while (rc > 0 && milliseconds_now() < latest) {
        rc = wait_for(dirs->inotify, output, QUIET_MS, during_wait);
        if (rc > 0) {
            int more = watch_dirs_read(dirs);

            if (more < 0)
                return more;
            what |= more;
        }
    }
    return rc == -EINTR || rc >= 0 ? what : rc;
}

int watch_wait(const struct watch_dirs *dirs, int output, int milliseconds, const sigset_t *during_wait)
{
    int64_t deadline = milliseconds_now() + milliseconds;

    for (;;) {
        int64_t left = deadline - milliseconds_now();
        int rc = left > 0 ? wait_for(dirs->inotify, output, (int)left, during_wait) : 0;

        if (rc == -EINTR || rc == 0)
            return 0;
        if (rc > 0)
            rc = watch_dirs_read(dirs);
        if (rc > 0)
            return wait_out(dirs, output, rc, during_wait);
        if (rc < 0)
            return rc;
    }
}
