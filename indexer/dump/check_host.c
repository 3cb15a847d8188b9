#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "indexer/cleanup.h"

#define SOCKET "/run/nscd/socket"

/* One that was killed leaves its socket behind. What this user may not ask counts as one that runs. */
static bool runs(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
           (errno != ECONNREFUSED && errno != ENOENT);
}

int check_nscd(struct check *check)
{
    static const char conf[] = "/etc/nscd.conf";
    CLEANUP_FREE char *line = NULL;
    size_t size = 0;
    bool caches;
    FILE *file;

    if (!runs())
        return 0;
    file = fopen(conf, "re");
    /* It caches what its file says; where that is another one, it most likely does. */
    caches = file == NULL;
    while (file != NULL && getline(&line, &size, file) >= 0) {
        char option[32], service[32], value[32];

        if (sscanf(line, " %31s %31s %31s", option, service, value) == 3 &&
            strcmp(option, "enable-cache") == 0 && strcmp(service, "hosts") == 0)
            caches = strcmp(value, "yes") == 0;
    }
    if (file != NULL)
        fclose(file);
    if (!caches)
        return 0;
    return check_add(
        check, "it keeps what gethostbyname was told for an hour, and what was not found for 20 seconds",
        "set \"enable-cache hosts no\" in /etc/nscd.conf, and restart it", "nscd: caches host names");
}
