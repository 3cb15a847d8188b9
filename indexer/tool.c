#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "schema/paths.h"

int tool_start(void)
{
    int fd;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);

    do {
        fd = open("/dev/null", O_RDWR);
        if (fd < 0)
            return -errno;
    } while (fd <= STDERR_FILENO);
    close(fd);
    return 0;
}

static void print_problem(void *context, const char *what, const char *why)
{
    struct tool *tool = context;

    tool->failed = true;
    fprintf(stderr, "%s: ", tool->name);
    escape_print(stderr, bytes_of(what));
    fprintf(stderr, ": %s\n", why);
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
    return (struct report){print_problem, print_change, tool};
}

const char *tool_state_dir(void)
{
    const char *dir = getenv(ENV_STATE_DIR);

    return dir != NULL && dir[0] != '\0' ? dir : LVINDEX_STATEDIR;
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
