#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/cleanup.h"
#include "indexer/script_dir.h"
#include "script_run.h"

#define LIMIT_MS 10000

/* Whoever reads our standard output is to see its end now. */
static int give_up_stdout(void)
{
    CLEANUP_FD int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return null < 0 || dup2(null, STDOUT_FILENO) < 0 ? -errno : 0;
}

/* The script's argv: its path, which is yet to be put in, and `event`. NULL without memory; to be freed. */
static char **make_arguments(char *const *event)
{
    size_t count = 0;
    char **arguments;

    while (event[count] != NULL)
        count++;
    arguments = reallocarray(NULL, count + 2, sizeof(*arguments));
    if (arguments != NULL)
        memcpy(arguments + 1, event, (count + 1) * sizeof(*arguments));
    return arguments;
}

static void run_each(const struct script_dir *dir, char **arguments, struct script_run run)
{
    const bool together = strcmp(arguments[1], "init") == 0;
    const int64_t end = script_clock_ms() + LIMIT_MS;

    for (size_t i = 0; i < dir->count; i++) {
        const struct script *script = &dir->at[i];
        int64_t left = together ? end - script_clock_ms() : LIMIT_MS;

        if (script->state == SCRIPT_NOT_EXECUTABLE || script->state == SCRIPT_LEFTOVER)
            continue;
        if (script->state != SCRIPT_RUNS) {
            report_problem(run.report, script_state_text(script->state), "%s: not run", script->path);
        } else if (left <= 0) {
            report_problem(run.report, "the time for all scripts at init is over", "%s: not run",
                           script->path);
        } else {
            run.path = arguments[0] = script->path;
            run.limit_ms = (int)left;
            script_run(&run);
        }
    }
}

void scripts_run(const char *config_dir, char *const *event, const sigset_t *defaults,
                 const struct report *report)
{
    CLEANUP_SCRIPTS struct script_dir dir;
    CLEANUP_FREE char **arguments = NULL;
    int rc = script_dir_read(config_dir, geteuid(), &dir);

    if (rc == -ENOENT)
        return;
    if (rc == 0 && dir.state != SCRIPT_RUNS) {
        report_problem(report, script_state_text(dir.state), "%s: nothing is run", dir.path);
        return;
    }
    if (rc < 0 || dir.count == 0) {
        if (rc < 0)
            report_errno(report, rc, "%s/" SCRIPT_DIR, config_dir);
        return;
    }
    rc = give_up_stdout();
    if (rc < 0)
        report_errno(report, rc, "standard output");
    arguments = make_arguments(event);
    if (arguments == NULL) {
        report_errno(report, -ENOMEM, "%s", dir.path);
        return;
    }
    /* Else nobody could tell how a script ended. dnsmasq leaves it as it is here. */
    signal(SIGCHLD, SIG_DFL);
    run_each(&dir, arguments, (struct script_run){.argv = arguments, .defaults = defaults, .report = report});
}
