#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "nsswitch.h"

#define OWN_PREFIX "lvindex"

/* The two modules know different names, and each must be asked. */
enum kind { HOSTS, GUESTS, KINDS };

/* What stands on the way to our modules. */
struct way {
    const struct nss_service *ours[KINDS];   /* the first of each kind; NULL: there is none */
    const struct nss_service *before[KINDS]; /* the first service before it that ends the search */
    bool dns;                                /* DNS is asked before any of them */
};

static enum kind kind_of(const struct nss_service *service)
{
    static const char guest[] = "_guest";
    size_t length = strlen(service->name), of = strlen(guest);

    return length > of && strcmp(service->name + length - of, guest) == 0 ? GUESTS : HOSTS;
}

/* Does it answer for names of its own kind alone? mdns4_minimal knows nothing but .local. */
static bool is_partial(const struct nss_service *service)
{
    return strstr(service->name, "_minimal") != NULL;
}

static struct way follow(const struct nss_services *services)
{
    const struct nss_service *end = NULL;
    struct way way = {.dns = false};

    for (size_t i = 0; i < services->count; i++) {
        const struct nss_service *service = &services->at[i];

        if (nsswitch_is_ours(service)) {
            const enum kind kind = kind_of(service);

            if (way.ours[kind] == NULL) {
                way.ours[kind] = service;
                way.before[kind] = end;
            }
        } else if (way.ours[HOSTS] == NULL && way.ours[GUESTS] == NULL) {
            way.dns = way.dns || strcmp(service->name, "dns") == 0;
        }
        if (end == NULL && service->ends && !is_partial(service))
            end = service;
    }
    return way;
}

static int tell_end(struct check *check, const struct nss_service *end, const char *ours)
{
    return check_add(check,
                     ours == NULL ? "the search ends there, and the modules are never asked"
                                  : "the search ends there, and that module is never asked",
                     nsswitch_is_ours(end) ? "take the action behind it away"
                                           : "put \"lvindex_guest lvindex\" before it",
                     NSSWITCH ": \"%s\" with an action \"return\" stands before %s", end->name,
                     ours == NULL ? "the modules" : ours);
}

/* One finding where one service keeps both from being asked. */
static int tell_ends(struct check *check, const struct way *way)
{
    int rc = 0;

    if (way->before[HOSTS] != NULL && way->before[HOSTS] == way->before[GUESTS])
        return tell_end(check, way->before[HOSTS], NULL);
    for (int kind = 0; rc == 0 && kind < KINDS; kind++) {
        if (way->before[kind] != NULL)
            rc = tell_end(check, way->before[kind], way->ours[kind]->name);
    }
    return rc;
}

/* What is meant for one of ours, and is none. */
static int tell_mistyped(struct check *check, const struct nss_services *services)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < services->count; i++) {
        const struct nss_service *service = &services->at[i];

        if (strncmp(service->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 && !nsswitch_is_ours(service))
            rc = check_add(check, "there is no such module, and nobody is asked for it",
                           "the modules are lvindex_guest and lvindex: write it like one of them",
                           NSSWITCH ": \"%s\" is no module of lvindex", service->name);
    }
    return rc;
}

static int judge(struct check *check, const struct nss_services *services)
{
    const struct way way = follow(services);
    int rc = tell_mistyped(check, services);

    if (rc < 0)
        return rc;
    if (way.ours[HOSTS] == NULL && way.ours[GUESTS] == NULL)
        return check_add(check, "no program asks the modules",
                         "add \"lvindex_guest lvindex\" behind \"files\" in the line \"hosts:\"",
                         NSSWITCH ": neither lvindex nor lvindex_guest");
    if (way.before[HOSTS] != NULL || way.before[GUESTS] != NULL)
        return tell_ends(check, &way);
    if (way.dns)
        return check_add(check, "each lookup waits for DNS, and a name that is known there wins",
                         "put \"lvindex_guest lvindex\" before it",
                         NSSWITCH ": \"dns\" stands before the modules");
    return 0;
}

int check_nsswitch(struct check *check)
{
    CLEANUP_SERVICES struct nss_services services;
    struct stat st;
    int rc = nsswitch_hosts(&services);

    if (rc == -ENOMEM)
        return rc;
    if (stat(NSSWITCH, &st) == 0 && (st.st_mode & S_IROTH) == 0) {
        const bool unread = rc < 0;

        rc = check_add(check, "other users' programs never ask the modules", "chmod a+r " NSSWITCH,
                       NSSWITCH ": not everybody may read it");
        if (rc < 0 || unread)
            return rc;
    }
    return judge(check, &services);
}
