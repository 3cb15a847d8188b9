#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "hosts_follow.h"
#include "indexer/problems.h"
#include "indexer/watch_dirs.h"
#include "indexer/watch_wait.h"
#include "schema/paths.h"

/* A directory above a watched one may be renamed, and the path mean another one: looked at now and then. */
#define REARM_MS 5000

/* After a pass that failed (a full disk, a held lock) another one is tried without a change. */
#define RETRY_MS 1000

/* Two lists of problems: most changes are followed by one of the two jobs alone. */
struct watching {
    struct tool *tool;
    const struct sync_sources *sources;
    const char *state_dir;
    struct watch_dirs dirs;
    struct problems problems; /* of the passes */
    struct hosts_follow hosts;
    struct problems hosts_problems;
};

static int64_t milliseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void arm(struct watching *watching)
{
    const struct report report = problems_report(&watching->problems);
    struct watch_dirs *dirs = &watching->dirs;
    char index[PATH_MAX];

    watch_dirs_arm(dirs, watching->sources, &report);
    if (watching->hosts.path != NULL) {
        if ((size_t)snprintf(index, sizeof(index), "%s/" INDEX_FILE, watching->state_dir) < sizeof(index))
            watch_dirs_also(dirs, index, &report);
        watch_dirs_also(dirs, watching->hosts.path, &report);
    }
    watch_dirs_armed(dirs);
}

static int pass(struct watching *watching)
{
    const struct report report = problems_report(&watching->problems);
    int rc;

    tool_keep_changes(watching->tool);
    rc = sync_pass(watching->state_dir, STORE_WRITE, watching->sources, &report);
    problems_next(&watching->problems);
    tool_tell_changes(watching->tool);
    return rc;
}

static void update_hosts(struct watching *watching)
{
    const struct report report = problems_report(&watching->hosts_problems);

    if (hosts_follow_pauses(&watching->hosts))
        return;
    hosts_follow_update(&watching->hosts, &report);
    problems_next(&watching->hosts_problems);
}

static int follow(struct watching *watching, const sigset_t *during_wait)
{
    int64_t due = 0; /* the next pass */
    bool first = true;
    int changed = WATCHED_SOURCE;

    while (changed >= 0 && !watch_stopped()) {
        if ((changed & WATCHED_SOURCE) != 0 || milliseconds_now() >= due) {
            int rc;

            arm(watching);
            rc = pass(watching);
            /* Whoever may not work at all is told so at once. */
            if (first && (rc == -EACCES || rc == -EPERM || rc == -EROFS))
                return -ECANCELED;
            first = false;
            due = milliseconds_now() + (rc < 0 ? RETRY_MS : REARM_MS);
        }
        update_hosts(watching);
        changed =
            watch_wait(&watching->dirs, -1,
                       hosts_follow_wait(&watching->hosts, (int)(due - milliseconds_now())), during_wait);
    }
    return changed < 0 ? changed : 0;
}

int watch(struct tool *tool, const char *state_dir, const struct sync_sources *sources,
          const char *hosts_file)
{
    struct watching watching = {.tool = tool,
                                .sources = sources,
                                .state_dir = state_dir,
                                .problems = {.out = tool_report(tool)},
                                .hosts = {.path = hosts_file, .state_dir = state_dir},
                                .hosts_problems = {.out = tool_report(tool)}};
    sigset_t during_wait;
    int rc = watch_dirs_open(&watching.dirs);

    if (rc == 0)
        rc = watch_handle_signals(&during_wait);
    if (rc == 0)
        rc = follow(&watching, &during_wait);
    problems_free(&watching.problems);
    problems_free(&watching.hosts_problems);
    watch_dirs_close(&watching.dirs);
    if (rc == -ECANCELED) /* reported by the pass */
        return rc;
    return rc < 0 ? report_errno(&watching.problems.out, rc, "--watch") : 0;
}
