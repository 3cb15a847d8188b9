#include "nsswitch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "indexer/cleanup.h"

#define BLANKS " \t\r\n"

/* Do the actions in a pair of brackets end the search when the service does not know the name? `before` is
 * what those before them did; of several, the last one that is about it counts. */
static bool ends_unknown(const char *actions, bool before)
{
    bool ends = before;

    for (;;) {
        char status[16], action[16];
        bool negated;
        int length;

        actions += strspn(actions, BLANKS);
        negated = *actions == '!';
        actions += negated;
        if (sscanf(actions, " %15[A-Za-z] = %15[A-Za-z]%n", status, action, &length) != 2)
            return ends;
        actions += length;
        if ((strcasecmp(status, "NOTFOUND") == 0) != negated)
            ends = strcasecmp(action, "return") == 0;
    }
}

static int add_service(struct nss_services *services, const char *name, size_t length)
{
    struct nss_service *more = reallocarray(services->at, services->count + 1, sizeof(*more));

    if (more == NULL)
        return -ENOMEM;
    services->at = more;
    more += services->count++;
    *more = (struct nss_service){.ends = false};
    snprintf(more->name, sizeof(more->name), "%.*s", (int)length, name);
    return 0;
}

/* The services of a line, each with its actions behind it. */
static int read_services(char *rest, struct nss_services *services)
{
    int rc = 0;

    nsswitch_free(services);
    while (rest += strspn(rest, BLANKS), rc == 0 && *rest != '\0') {
        size_t length = strcspn(rest, BLANKS "[");

        if (*rest == '[') {
            char *actions = rest + 1;
            struct nss_service *last = services->count > 0 ? &services->at[services->count - 1] : NULL;

            rest = actions + strcspn(actions, "]");
            if (*rest != '\0')
                *rest++ = '\0';
            if (last != NULL)
                last->ends = ends_unknown(actions, last->ends);
        } else {
            rc = add_service(services, rest, length);
            rest += length;
        }
    }
    return rc;
}

/* The services of the line, when it is one for `hosts`, without its comment; NULL when it is not. */
static char *find_hosts(char *line)
{
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, BLANKS);
    if (strncmp(line, "hosts", 5) != 0 || line[5] == '\0' || strchr(BLANKS ":", line[5]) == NULL)
        return NULL;
    line += 5;
    line += strspn(line, BLANKS);
    return line + (*line == ':');
}

int nsswitch_hosts(struct nss_services *services)
{
    FILE *file = fopen(NSSWITCH, "re");
    CLEANUP_FREE char *line = NULL;
    size_t size = 0;
    int rc = 0;

    *services = (struct nss_services){NULL, 0};
    if (file == NULL)
        return -errno;
    /* Of several lines, glibc takes the last. */
    while (rc == 0 && getline(&line, &size, file) >= 0) {
        char *text = find_hosts(line);

        if (text != NULL)
            rc = read_services(text, services);
    }
    fclose(file);
    return rc;
}

void nsswitch_free(struct nss_services *services)
{
    free(services->at);
    *services = (struct nss_services){NULL, 0};
}

bool nsswitch_is_ours(const struct nss_service *service)
{
    static const char *const modules[] = {LVINDEX_MODULES};

    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
        if (strcmp(service->name, modules[i]) == 0)
            return true;
    }
    return false;
}
