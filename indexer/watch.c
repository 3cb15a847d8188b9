#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text_list.h"
#include "watch_dirs.h"

/* A change is waited out until nothing came for the one time, or for the other one in all: libvirt and
 * dnsmasq write several files, and one file several times, within a few milliseconds. */
#define QUIET_MS  5
#define LATEST_MS 25

/* A directory above a watched one may be renamed, and the path mean another one: looked at now and then. */
#define REARM_MS 5000

/* After a pass that failed (a full disk, a held lock) another one is tried without a change. */
#define RETRY_MS 1000

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* SIGTERM and SIGINT arrive only where `during_wait` is in force: between two passes. */
static int handle_signals(sigset_t *during_wait)
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

/* Problems of one pass are told only when the pass before did not have them. */
struct problems {
    struct report out;
    struct text_list before;
    struct text_list now;
};

static void note_problem(void *context, const char *what, const char *why)
{
    struct problems *problems = context;
    char *text;

    if (asprintf(&text, "%s: %s", what, why) < 0)
        return;
    if (!text_list_contains(&problems->before, text))
        problems->out.problem(problems->out.context, what, why);
    text_list_collect(&problems->now, text);
    free(text);
}

static void note_change(void *context, const char *text)
{
    const struct problems *problems = context;

    problems->out.change(problems->out.context, text);
}

static int pass(struct problems *problems, const char *state_dir, const struct sync_sources *sources)
{
    const struct report report = {note_problem, note_change, problems};
    int rc = sync_pass(state_dir, STORE_WRITE, sources, &report);

    text_list_free(&problems->before);
    problems->before = problems->now;
    problems->now = (struct text_list){NULL, 0};
    return rc;
}

/* Waits for something to read: 1, 0 after the time, -EINTR for a signal, or -errno. */
static int wait_for(int fd, int milliseconds, const sigset_t *during_wait)
{
    const struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    int rc = ppoll(&poll_fd, 1, &limit, during_wait);

    return rc < 0 ? -errno : rc;
}

static int64_t milliseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes all changes of a burst: they are one pass. */
static int wait_out(const struct watch_dirs *dirs, const sigset_t *during_wait)
{
    int64_t latest = milliseconds_now() + LATEST_MS;
    int rc = 1;

    while (rc > 0 && milliseconds_now() < latest) {
        rc = wait_for(dirs->inotify, QUIET_MS, during_wait);
        if (rc > 0) {
            int more = watch_dirs_read(dirs);

            if (more < 0)
                return more;
        }
    }
    return rc == -EINTR || rc > 0 ? 0 : rc;
}

/* Waits for a change of a source, or for `milliseconds`, whatever else happens in its directory meanwhile. */
static int wait_for_change(const struct watch_dirs *dirs, int milliseconds, const sigset_t *during_wait)
{
    int64_t deadline = milliseconds_now() + milliseconds;

    for (;;) {
        int64_t left = deadline - milliseconds_now();
        int rc = left > 0 ? wait_for(dirs->inotify, (int)left, during_wait) : 0;

        if (rc == -EINTR || rc == 0)
            return 0;
        if (rc > 0)
            rc = watch_dirs_read(dirs);
        if (rc > 0)
            return wait_out(dirs, during_wait);
        if (rc < 0)
            return rc;
    }
}

static int follow(struct watch_dirs *dirs, struct problems *problems, const char *state_dir,
                  const struct sync_sources *sources, const sigset_t *during_wait)
{
    bool first = true;
    int rc = 0;

    while (rc == 0 && !stopped) {
        int result;

        rc = watch_dirs_arm(dirs, sources);
        if (rc < 0)
            break;
        result = pass(problems, state_dir, sources);
        fflush(stdout);
        /* Whoever may not work at all is told so at once. */
        if (first && (result == -EACCES || result == -EPERM || result == -EROFS))
            return -ECANCELED;
        first = false;
        rc = wait_for_change(dirs, result < 0 ? RETRY_MS : REARM_MS, during_wait);
    }
    return rc;
}

int watch(struct tool *tool, const char *state_dir, const struct sync_sources *sources)
{
    struct problems problems = {.out = tool_report(tool)};
    struct watch_dirs dirs;
    sigset_t during_wait;
    int rc = watch_dirs_open(&dirs);

    if (rc == 0)
        rc = handle_signals(&during_wait);
    if (rc == 0)
        rc = follow(&dirs, &problems, state_dir, sources, &during_wait);
    text_list_free(&problems.before);
    watch_dirs_close(&dirs);
    if (rc == -ECANCELED) /* reported by the pass */
        return rc;
    return rc < 0 ? report_errno(&problems.out, rc, "--watch") : 0;
}
