#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "schema/paths.h"

/* How long a message may wait for its reader. */
#define PATIENCE_MS 1000

static bool are_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            return false;
    }
    return true;
}

static void ignore(struct tool *tool, int number)
{
    if (signal(number, SIG_IGN) == SIG_DFL)
        sigaddset(&tool->defaults, number);
}

int tool_start(struct tool *tool)
{
    static char line[BUFSIZ];
    int fd, rc;

    sigemptyset(&tool->defaults);
    if (!tool->filter)
        ignore(tool, SIGPIPE);
    ignore(tool, SIGXFSZ);

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    rc = fd < 0 ? -errno : 0;
    if (fd < 0 && !are_open()) {
        fprintf(stderr, "%s: /dev/null: %s\n", tool->name, strerror(-rc));
        return rc;
    }
    if (fd >= 0)
        close(fd);
    setvbuf(stderr, line, _IOFBF, sizeof(line));
    return 0;
}

/* Writes what stands in the buffer of stderr, unless nobody reads there. */
static void flush_problem(void)
{
    static int patience = PATIENCE_MS;
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (poll(&out, 1, patience) != 0) {
        fflush(stderr);
    } else {
        __fpurge(stderr);
        patience = 0;
    }
}

static void print_problem(void *context, const char *what, const char *why)
{
    struct tool *tool = context;

    tool->failed = true;
    fprintf(stderr, "%s: ", tool->name);
    escape_print(stderr, bytes_of(what));
    fprintf(stderr, ": %s\n", why);
    flush_problem();
}

static void print_change(void *context, const char *text)
{
    const struct tool *tool = context;

    if (tool->changes == NULL)
        return;
    escape_print(tool->changes, bytes_of(text));
    fputc('\n', tool->changes);
}

struct report tool_report(struct tool *tool)
{
    return (struct report){.problem = print_problem, .change = print_change, .context = tool};
}

void tool_keep_changes(struct tool *tool)
{
    if (!tool->verbose)
        return;
    tool->kept = NULL;
    tool->kept_size = 0;
    tool->changes = open_memstream(&tool->kept, &tool->kept_size);
    if (tool->changes == NULL)
        print_problem(tool, "changes", strerror(errno));
}

void tool_tell_changes(struct tool *tool)
{
    bool whole;

    if (tool->changes == NULL)
        return;
    whole = ferror(tool->changes) == 0;
    /* Where it cannot grow, glibc's stream loses all that it had, and closes without an error. */
    if (fclose(tool->changes) != 0 || !whole || tool->kept == NULL)
        print_problem(tool, "changes", strerror(ENOMEM));
    else
        fwrite(tool->kept, 1, tool->kept_size, stdout);
    fflush(stdout);
    free(tool->kept);
    tool->changes = NULL;
}

static const char *directory(const char *variable, const char *otherwise)
{
    const char *dir = getenv(variable);

    return dir != NULL && dir[0] != '\0' ? dir : otherwise;
}

const char *tool_state_dir(void)
{
    return directory(ENV_STATE_DIR, LVINDEX_STATEDIR);
}

const char *tool_config_dir(void)
{
    return directory(ENV_CONFIG_DIR, LVINDEX_CONFIGDIR);
}

int tool_usage_error(const struct tool *tool, const char *format, ...)
{
    char what[256];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    fprintf(stderr, "%s: ", tool->name);
    escape_print(stderr, bytes_of(what));
    fprintf(stderr, ": see %s --help\n", tool->name);
    return TOOL_USAGE;
}

void tool_version(const struct tool *tool)
{
    printf("%s %s\n", tool->name, LVINDEX_VERSION);
}

int tool_finish_output(struct tool *tool)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return TOOL_DONE;
    print_problem(tool, "standard output", strerror(errno != 0 ? errno : EIO));
    return TOOL_FAILED;
}
