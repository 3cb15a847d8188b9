#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "cleanup.h"

int check_nscd(struct check *check)
{
    static const char conf[] = "/etc/nscd.conf";
    CLEANUP_FREE char *line = NULL;
    size_t size = 0;
    struct stat st;
    bool caches;
    FILE *file;

    if (stat("/run/nscd/socket", &st) < 0 || !S_ISSOCK(st.st_mode))
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
