#include "ask.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "schema/paths.h"

struct module {
    const char *name;  /* as in its symbols */
    const char *knows; /* the name of the machine */
    void *handle;
    gethostbyname_fn *by_name;
    gethostbyname2_fn *by_name2;
    gethostbyname3_fn *by_name3;
    gethostbyname4_fn *by_name4;
    gethostbyaddr_fn *by_address;
    gethostbyaddr2_fn *by_address2;
    sethostent_fn *begin;
    gethostent_fn *next;
    endhostent_fn *end;
};

static struct module modules[] = {{.name = "lvindex", .knows = "web"},
                                  {.name = "lvindex_guest", .knows = "my vm"}};

static const char *const entries[] = {"gethostbyname_r",  "gethostbyname2_r", "gethostbyname3_r",
                                      "gethostbyname4_r", "gethostbyaddr_r",  "gethostbyaddr2_r"};
static const char enumerates[] = "gethostent_r";

static const uint8_t known_ip[4] = {192, 0, 2, 1}, unknown_ip[4] = {192, 0, 2, 99};

static char variable[sizeof(ENV_STATE_DIR) + PATH_MAX] = ENV_STATE_DIR "=";
static char own[PATH_MAX];

static void *symbol(void *handle, const char *module, const char *entry)
{
    char name[80];
    void *found;

    snprintf(name, sizeof(name), "_nss_%s_%s", module, entry);
    found = dlsym(handle, name);
    if (found == NULL)
        errx(2, "%s", dlerror());
    return found;
}

static void load(struct module *module)
{
    const char *directory = getenv("LVINDEX_MODULES");
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/libnss_%s.so.2", directory == NULL ? "." : directory, module->name);
    module->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module->handle == NULL)
        errx(2, "%s", dlerror());
    module->by_name = (gethostbyname_fn *)symbol(module->handle, module->name, entries[0]);
    module->by_name2 = (gethostbyname2_fn *)symbol(module->handle, module->name, entries[1]);
    module->by_name3 = (gethostbyname3_fn *)symbol(module->handle, module->name, entries[2]);
    module->by_name4 = (gethostbyname4_fn *)symbol(module->handle, module->name, entries[3]);
    module->by_address = (gethostbyaddr_fn *)symbol(module->handle, module->name, entries[4]);
    module->by_address2 = (gethostbyaddr2_fn *)symbol(module->handle, module->name, entries[5]);
    module->begin = (sethostent_fn *)symbol(module->handle, module->name, "sethostent");
    module->next = (gethostent_fn *)symbol(module->handle, module->name, enumerates);
    module->end = (endhostent_fn *)symbol(module->handle, module->name, "endhostent");
}

void ask_setup(void)
{
    const char *directory = getenv(ENV_STATE_DIR);
    size_t len = directory != NULL ? strlen(directory) : 0;

    if (len == 0 || len >= sizeof(own))
        errx(2, ENV_STATE_DIR " is to name a directory");
    strcpy(own, directory);
    use_index(directory);
    putenv(variable);
    for (size_t i = 0; i < 2; i++)
        load(&modules[i]);
}

void ask_unload(void)
{
    for (size_t i = 0; i < 2; i++)
        dlclose(modules[i].handle);
}

static const struct module *module_of(size_t entry)
{
    return &modules[entry < ENTRIES ? entry / 6 : entry - ENTRIES];
}

const char *ask_entry(size_t entry)
{
    static char name[80];

    snprintf(name, sizeof(name), "_nss_%s_%s", module_of(entry)->name,
             entry < ENTRIES ? entries[entry % 6] : enumerates);
    return name;
}

static bool is_machine(const struct hostent *host, const char *name)
{
    return strcmp(host->h_name, name) == 0 && host->h_addrtype == AF_INET && host->h_addr_list[0] != NULL &&
           memcmp(host->h_addr_list[0], known_ip, 4) == 0 && host->h_addr_list[1] == NULL;
}

static bool is_machines_tuple(const struct gaih_addrtuple *tuple, const char *name)
{
    return strcmp(tuple->name, name) == 0 && tuple->family == AF_INET && tuple->next == NULL &&
           memcmp(tuple->addr, known_ip, 4) == 0;
}

static void call(size_t entry, const char *name, const uint8_t *ip, struct reply *reply)
{
    const struct module *module = module_of(entry);
    struct gaih_addrtuple *tuples = NULL;
    struct hostent host;

#define ROOM reply->room, sizeof(reply->room), &reply->error, &reply->h_error
    reply->error = reply->h_error = 0;
    switch (entry % 6) {
    case 0:
        reply->status = module->by_name(name, &host, ROOM);
        break;
    case 1:
        reply->status = module->by_name2(name, AF_INET, &host, ROOM);
        break;
    case 2:
        reply->status = module->by_name3(name, AF_INET, &host, ROOM, NULL, NULL);
        break;
    case 3:
        reply->status = module->by_name4(name, &tuples, ROOM, NULL);
        break;
    case 4:
        reply->status = module->by_address(ip, 4, AF_INET, &host, ROOM);
        break;
    default:
        reply->status = module->by_address2(ip, 4, AF_INET, &host, ROOM, NULL);
    }
#undef ROOM
    reply->right =
        reply->status == NSS_STATUS_SUCCESS &&
        (tuples == NULL ? is_machine(&host, module->knows) : is_machines_tuple(tuples, module->knows));
}

/* Asks for the first entry, or for what comes after the last one. */
static void enumerate(size_t entry, bool to_the_end, struct reply *reply)
{
    const struct module *module = module_of(entry);
    struct hostent host;

    do {
        reply->error = reply->h_error = 0;
        reply->status = module->next(&host, reply->room, sizeof(reply->room), &reply->error, &reply->h_error);
    } while (to_the_end && reply->status == NSS_STATUS_SUCCESS);
    reply->right = reply->status == NSS_STATUS_SUCCESS && is_machine(&host, module->knows);
    module->end();
}

void ask(size_t entry, struct reply *reply)
{
    if (entry < ENTRIES)
        call(entry, module_of(entry)->knows, known_ip, reply);
    else
        enumerate(entry, false, reply);
}

static bool is_some_machine(const struct hostent *host)
{
    return host->h_name[0] != '\0' && host->h_addr_list[0] != NULL && host->h_addr_list[1] == NULL &&
           host->h_length == (host->h_addrtype == AF_INET ? 4 : 16);
}

static void enumerate_among_others(const struct module *module, struct reply *reply)
{
    struct hostent host;

    module->begin(0);
    reply->error = reply->h_error = 0;
    reply->status = module->next(&host, reply->room, sizeof(reply->room), &reply->error, &reply->h_error);
    reply->right = reply->status == NSS_STATUS_SUCCESS    ? is_some_machine(&host)
                   : reply->status == NSS_STATUS_TRYAGAIN ? reply->error == EAGAIN
                                                          : reply->status == NSS_STATUS_NOTFOUND;
    module->end();
}

void ask_among_others(size_t entry, struct reply *reply)
{
    if (entry < ENTRIES)
        ask(entry, reply);
    else
        enumerate_among_others(module_of(entry), reply);
}

void ask_other(size_t entry, const char *name, struct reply *reply)
{
    if (entry < ENTRIES)
        call(entry, name, unknown_ip, reply);
    else
        enumerate(entry, true, reply);
}

void ask_all(const char *when)
{
    struct reply reply;

    for (size_t entry = 0; entry < ENTRIES; entry++) {
        ask(entry, &reply);
        if (!reply.right)
            complain("%s: %s: status %d, errno %d", when, ask_entry(entry), reply.status, reply.error);
    }
}

void use_index(const char *directory)
{
    strcpy(variable + sizeof(ENV_STATE_DIR), directory);
}

const char *own_index(void)
{
    return own;
}

void forget(void)
{
    struct reply reply;

    use_index("/nonexistent");
    /* Each question takes one mapping out, finds that it is of another directory, and closes it. */
    for (int slot = 0; slot < 32; slot++) {
        ask_other(0, "web", &reply);
        ask_other(6, "web", &reply);
    }
    use_index(own);
}

unsigned int descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned int count = 0;

    if (directory == NULL)
        err(2, "/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

unsigned int index_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    unsigned int count = 0;

    if (maps == NULL)
        err(2, "/proc/self/maps");
    while (fgets(line, sizeof(line), maps) != NULL) {
        if (strstr(line, own) != NULL)
            count++;
    }
    fclose(maps);
    return count;
}
