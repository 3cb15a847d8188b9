#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "cleanup.h"

#define NSSWITCH "/etc/nsswitch.conf"
#define WORDS    " \t\r\n"

/* What stands on the way to our modules. */
struct way {
    char before[64]; /* the last service before them that ends the search for names it does not know */
    bool dns;        /* DNS is asked before */
    bool ours;       /* one of the modules was met */
};

/* Does the action end the search when the service does not know the name? `[NOTFOUND=return]`, or what is
 * negated and so includes it. */
static bool ends_unknown(const char *action)
{
    const char *is = strstr(action, "=return");
    const char *not_found = strcasestr(action, "NOTFOUND");

    if (is == NULL)
        return false;
    return strchr(action, '!') != NULL ? not_found == NULL : not_found != NULL;
}

static bool is_ours(const char *service)
{
    return strcmp(service, "lvindex") == 0 || strcmp(service, "lvindex_guest") == 0;
}

/* Does it answer for names of its own kind alone? mdns4_minimal knows nothing but .local. */
static bool is_partial(const char *service)
{
    return strstr(service, "_minimal") != NULL;
}

/* Follows the services of a line up to the first of ours. Actions are made one word before. */
static void follow(char *services, struct way *way)
{
    char *rest = services, *word, last[64] = "";

    while (!way->ours && (word = strsep(&rest, WORDS)) != NULL) {
        if (word[0] == '\0')
            continue;
        if (word[0] == '[') {
            if (ends_unknown(word) && !is_partial(last))
                strcpy(way->before, last);
            continue;
        }
        snprintf(last, sizeof(last), "%s", word);
        way->ours = is_ours(word);
        way->dns = way->dns || (!way->ours && strcmp(word, "dns") == 0);
    }
}

/* Takes spaces and tabs out of what stands in brackets, and the comment off. */
static void tidy(char *line)
{
    bool inside = false;
    char *to = line;

    for (const char *from = line; *from != '\0' && *from != '#'; from++) {
        if (*from == '[' || *from == ']')
            inside = *from == '[';
        if (!inside || strchr(WORDS, *from) == NULL)
            *to++ = *from;
    }
    *to = '\0';
}

/* The services of the line `hosts:`; NULL when there is none. */
static char *find_hosts(char *line)
{
    line += strspn(line, WORDS);
    if (strncmp(line, "hosts", 5) != 0)
        return NULL;
    line += 5;
    line += strspn(line, WORDS);
    return *line == ':' ? line + 1 : NULL;
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
    while (getline(&line, &size, file) >= 0) {
        char *services;

        tidy(line);
        services = find_hosts(line);
        if (services == NULL)
            continue;
        follow(services, &way);
        break;
    }
    fclose(file);
    return rc < 0 ? rc : judge(check, &way);
}
