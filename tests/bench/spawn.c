/*
 * Runs the programs that it is told on its standard input, one at a time, and says how long each took from
 * its start to its end.
 *
 *   bench-spawn
 *
 * A command is a line of fields with tabs in between: how many arguments there are (the program is the
 * first), the arguments, then the environment. It is answered by a line: nanoseconds, exit status (128 and
 * the signal where it was killed), the most memory that it had, in KiB.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/stopwatch.h"
#include "tests/bench/trouble.h"

#define FIELDS_MAX 64

static posix_spawn_file_actions_t actions;

static int split(char *line, char **fields)
{
    int count = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *field = strsep(&line, "\t"); field != NULL; field = strsep(&line, "\t")) {
        if (count == FIELDS_MAX)
            errx(EXIT_TROUBLE, "more than %d fields", FIELDS_MAX);
        fields[count++] = field;
    }
    return count;
}

static void run(char **argv, char **environment)
{
    struct rusage usage;
    int64_t begin = stopwatch();
    int64_t end;
    pid_t child;
    int status;
    int error = posix_spawn(&child, argv[0], &actions, NULL, argv, environment);

    if (error != 0)
        errx(EXIT_TROUBLE, "%s: %s", argv[0], strerror(error));
    if (wait4(child, &status, 0, &usage) < 0)
        err(EXIT_TROUBLE, "wait4");
    end = stopwatch();
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    printf("%ld %d %ld\n", end - begin, status, usage.ru_maxrss);
    fflush(stdout);
}

static void obey(char *line)
{
    char *fields[FIELDS_MAX];
    char *argv[FIELDS_MAX] = {0};
    char *environment[FIELDS_MAX] = {0};
    int count = split(line, fields);
    int arguments = atoi(fields[0]);

    if (arguments < 1 || arguments > count - 1)
        errx(EXIT_TROUBLE, "%d arguments in %d fields", arguments, count);
    memcpy(argv, fields + 1, (size_t)arguments * sizeof(*argv));
    memcpy(environment, fields + 1 + arguments, (size_t)(count - 1 - arguments) * sizeof(*environment));
    run(argv, environment);
}

int main(void)
{
    static char line[65536];
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, null, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, null, 1) != 0)
        err(EXIT_TROUBLE, "/dev/null");
    while (fgets(line, sizeof(line), stdin) != NULL)
        obey(line);
    return EXIT_SUCCESS;
}
