#include "watch.h"

#include <errno.h>
#include <stdio.h>

#include "problems.h"
#include "watch_wait.h"

/* A directory above a watched one may be renamed, and the path mean another one: looked at now and then. */
#define REARM_MS 5000

/* After a pass that failed (a full disk, a held lock) another one is tried without a change. */
#define RETRY_MS 1000

static int pass(struct problems *problems, const char *state_dir, const struct sync_sources *sources)
{
    const struct report report = problems_report(problems);
    int rc = sync_pass(state_dir, STORE_WRITE, sources, &report);

    problems_next(problems);
    return rc;
}

static int follow(struct watch_dirs *dirs, struct problems *problems, const char *state_dir,
                  const struct sync_sources *sources, const sigset_t *during_wait)
{
    bool first = true;
    int rc = 0;

    while (rc == 0 && !watch_stopped()) {
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
        rc = watch_wait(dirs, -1, result < 0 ? RETRY_MS : REARM_MS, during_wait);
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
        rc = watch_handle_signals(&during_wait);
    if (rc == 0)
        rc = follow(&dirs, &problems, state_dir, sources, &during_wait);
    problems_free(&problems);
    watch_dirs_close(&dirs);
    if (rc == -ECANCELED) /* reported by the pass */
        return rc;
    return rc < 0 ? report_errno(&problems.out, rc, "--watch") : 0;
}
