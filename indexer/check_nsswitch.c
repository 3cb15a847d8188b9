#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "check.h"
#include "cleanup.h"

#define NSSWITCH "/etc/nsswitch.conf"
#define BLANKS   " \t\r\n"

/* What stands on the way to our modules. */
struct way {
    char before[64]; /* the first service before them that ends the search for names it does not know */
    bool dns;        /* DNS is asked before */
    bool ours;       /* one of the modules was met */
};

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

static bool is_ours(const char *service)
{
    static const char *const modules[] = {LVINDEX_MODULES};

    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
        if (strcmp(service, modules[i]) == 0)
            return true;
    }
    return false;
}

/* Does it answer for names of its own kind alone? mdns4_minimal knows nothing but .local. */
static bool is_partial(const char *service)
{
    return strstr(service, "_minimal") != NULL;
}

/* Follows the services of a line, each with its actions behind it, up to the first of ours. */
static void follow(char *rest, struct way *way)
{
    char service[64] = "";
    bool ends = false;

    *way = (struct way){.ours = false};
    while (rest += strspn(rest, BLANKS), *rest != '\0' && !way->ours) {
        if (*rest == '[') {
            char *actions = rest + 1;

            rest = actions + strcspn(actions, "]");
            if (*rest != '\0')
                *rest++ = '\0';
            ends = ends_unknown(actions, ends);
        } else {
            size_t length = strcspn(rest, BLANKS "[");

            if (ends && !is_partial(service) && way->before[0] == '\0')
                strcpy(way->before, service);
            snprintf(service, sizeof(service), "%.*s", (int)length, rest);
            rest += length;
            ends = false;
            way->ours = is_ours(service);
            way->dns = way->dns || (!way->ours && strcmp(service, "dns") == 0);
        }
    }
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

static int judge(struct check *check, const struct way *way)
{
    if (!way->ours)
        return check_add(check, "no program asks the modules",
                         "add \"lvindex_guest lvindex\" behind \"files\" in the line \"hosts:\"",
                         NSSWITCH ": neither lvindex nor lvindex_guest");
    if (way->before[0] != '\0')
        return check_add(check, "the search ends there, and the modules are never asked",
                         "put \"lvindex_guest lvindex\" before it",
                         NSSWITCH ": \"%s\" with an action \"return\" stands before the modules",
                         way->before);
    if (way->dns)
        return check_add(check, "each lookup waits for DNS, and a name that is known there wins",
                         "put \"lvindex_guest lvindex\" before it",
                         NSSWITCH ": \"dns\" stands before the modules");
    return 0;
}

int check_nsswitch(struct check *check)
{
    FILE *file = fopen(NSSWITCH, "re");
    CLEANUP_FREE char *line = NULL;
    struct way way = {.ours = false};
    size_t size = 0;
    struct stat st;
    int rc = 0;

    if (file == NULL)
        return errno == ENOMEM ? -ENOMEM : judge(check, &way);
    if (fstat(fileno(file), &st) == 0 && (st.st_mode & S_IROTH) == 0)
        rc = check_add(check, "other users' programs never ask the modules", "chmod a+r " NSSWITCH,
                       NSSWITCH ": not everybody may read it");
    /* Of several lines, glibc takes the last. */
    while (getline(&line, &size, file) >= 0) {
        char *services = find_hosts(line);

        if (services != NULL)
            follow(services, &way);
    }
    fclose(file);
    return rc < 0 ? rc : judge(check, &way);
}
