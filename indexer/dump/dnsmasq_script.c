#include "dnsmasq_script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/cleanup.h"

#define HOOK "lvindex-hook"
/* Of a script, so much is looked through. */
#define SCRIPT_MAX 16384

static bool is_hook(const char *script)
{
    CLEANUP_FREE char *real = realpath(script, NULL);
    const char *name = real != NULL ? strrchr(real, '/') : strrchr(script, '/');

    return name != NULL && strcmp(name + 1, HOOK) == 0;
}

/* A line that is all comment runs nothing. */
static bool names_hook(char *text)
{
    char *line;

    while ((line = strsep(&text, "\n")) != NULL) {
        line += strspn(line, " \t");
        if (*line != '#' && strstr(line, HOOK) != NULL)
            return true;
    }
    return false;
}

/* Is it a script that runs the hook? So does whoever needs two. */
static bool runs_hook(const char *script)
{
    char text[SCRIPT_MAX + 1];
    CLEANUP_FD int fd = open(script, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, SCRIPT_MAX);

    if (length < 2 || memcmp(text, "#!", 2) != 0)
        return false;
    text[length] = '\0';
    return names_hook(text);
}

int dnsmasq_script_kind(const struct dnsmasq *dnsmasq, enum dnsmasq_script *kind)
{
    CLEANUP_FREE char *path = NULL;

    *kind = DNSMASQ_NO_HOOK;
    if (dnsmasq->script == NULL)
        return 0;
    path = dnsmasq_path(dnsmasq, dnsmasq->script);
    if (path == NULL)
        return -ENOMEM;
    if (is_hook(path))
        *kind = DNSMASQ_HOOK;
    else if (runs_hook(path))
        *kind = DNSMASQ_HOOK_BEHIND;
    return 0;
}
