#include "dump_follow.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "follow_changes.h"
#include "indexer/index_version.h"
#include "indexer/problems.h"
#include "indexer/watch_wait.h"
#include "schema/paths.h"

/* A directory above the index's may be renamed, and a clock be set: looked at now and then. */
#define REARM_MS 5000

struct follower {
    const struct follow_output *output;
    const char *state_dir;
    char path[PATH_MAX];
    bool present;                 /* what is there is to be told first */
    struct index_version version; /* of the index that was read last */
    bool known;                   /* is there a view? Where no index is, it is empty. */
    struct follow_view view;
    uint64_t told; /* what has expired by then was told */
    struct problems problems;
};

static uint64_t milliseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t seconds_now(void)
{
    return milliseconds_now() / 1000;
}

/* Tells what is new in `view`, and takes it over. The first one of an index that was there all along is what
 * the next is compared with. */
static int take(struct follower *follower, struct follow_view *view)
{
    uint64_t now = seconds_now();
    int rc = 0;

    if (follower->known)
        rc = follow_changes(follower->output, now, &follower->view, view);
    else if (follower->present)
        rc = follow_present(follower->output, now, view);
    follow_view_free(&follower->view);
    follower->view = *view;
    *view = (struct follow_view){.guest_count = 0};
    follower->known = true;
    return rc;
}

/* What still reads of a damaged index is not used. */
static void report_damage(void *context, const char *what, const char *why)
{
    const struct report *report = context;

    report_problem(report, strcmp(why, STORE_DAMAGED) == 0 ? "damaged" : why, "%s", what);
}

/* Of a damaged index, nothing is told: what is missing may be there. */
static int read_index(struct follower *follower, const struct report *report)
{
    struct report opening = {.problem = report_damage, .context = (void *)(uintptr_t)report};
    struct follow_view view = {.guest_count = 0};
    struct index *index = NULL;
    int rc = index_open_read(follower->state_dir, &opening, &index);

    if (rc == 0 && !store_damaged(index->store)) {
        rc = follow_view_read(index, follower->output->query->network, &view);
        if (rc < 0)
            report_errno(report, rc, "%s", follower->path);
        else
            rc = take(follower, &view);
    }
    follow_view_free(&view);
    index_close(index);
    return rc;
}

/* Reads the index if it is another one than before. What fails is tried again. */
static void look(struct follower *follower)
{
    const struct report report = problems_report(&follower->problems);
    struct index_version version;
    int rc = index_version_of(follower->path, &version);

    if (rc < 0) {
        follower->known = follower->known || rc == -ENOENT;
        report_errno(&report, rc, "%s", follower->path);
    } else if (index_version_same(&follower->version, &version)) {
        return;
    } else if (read_index(follower, &report) < 0) {
        version = INDEX_VERSION_NONE;
    }
    problems_next(&follower->problems);
    follower->version = version;
}

/* Until the next lease expires. */
static int time_to_wait(const struct follower *follower)
{
    uint64_t next = follow_next_expiry(&follower->view, follower->told) * 1000;
    uint64_t now = milliseconds_now();

    if (next == 0 || next >= now + REARM_MS)
        return REARM_MS;
    return next > now ? (int)(next - now) : 0;
}

static int tell_expired(struct follower *follower)
{
    uint64_t since = follower->told;

    follower->told = seconds_now();
    return follow_expired(follower->output, since, follower->told, &follower->view);
}

static int follow(struct follower *follower, struct watch_dirs *dirs, const sigset_t *during_wait)
{
    FILE *to = follower->output->to;
    int rc = 0;

    follower->told = seconds_now();
    while (rc >= 0 && !watch_stopped()) {
        rc = watch_dirs_arm_file(dirs, follower->path);
        if (rc < 0)
            return report_errno(&follower->problems.out, rc, "%s", follower->path);
        look(follower);
        rc = tell_expired(follower);
        if (rc == 0 && (fflush(to) != 0 || ferror(to)))
            rc = errno != 0 ? -errno : -EIO;
        if (rc == 0)
            rc = watch_wait(dirs, fileno(to), time_to_wait(follower), during_wait);
    }
    /* As the next write would do it. */
    if (rc == -EPIPE)
        raise(SIGPIPE);
    return rc < 0 ? report_errno(&follower->problems.out, rc, "standard output") : 0;
}

int dump_follow(struct tool *tool, const char *state_dir, const struct follow_output *output, bool present)
{
    struct follower follower = {
        .output = output, .state_dir = state_dir, .present = present, .problems = {.out = tool_report(tool)}};
    struct watch_dirs dirs;
    sigset_t during_wait;
    int rc = watch_dirs_open(&dirs);

    if (rc == 0)
        rc = watch_handle_signals(&during_wait);
    if (rc == 0 && (size_t)snprintf(follower.path, sizeof(follower.path), "%s/" INDEX_FILE, state_dir) >=
                       sizeof(follower.path))
        rc = -ENAMETOOLONG;
    if (rc < 0)
        report_errno(&follower.problems.out, rc, "--follow");
    else
        rc = follow(&follower, &dirs, &during_wait);
    follow_view_free(&follower.view);
    problems_free(&follower.problems);
    watch_dirs_close(&dirs);
    return rc;
}
