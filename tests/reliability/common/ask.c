/*
 * A process that has seen nothing before: asks both modules for names and addresses, and has libtdb check the
 * files of the index.
 *
 *   LVINDEX_DIR=DIRECTORY ask MODULES NAME|ADDRESS...
 *
 * MODULES is the directory that they are in. Prints a line for each module, name and family that has an
 * answer, for each address that has names, and for each file of which libtdb thinks ill.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <netdb.h>
#include <nss.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tdb.h>

#define ANSWER_SIZE (1 << 20)

typedef enum nss_status (*by_name)(const char *name, int family, struct hostent *result, char *buffer,
                                   size_t size, int *error, int *h_error);
typedef enum nss_status (*by_address)(const void *ip, socklen_t len, int family, struct hostent *result,
                                      char *buffer, size_t size, int *error, int *h_error);

struct module {
    const char *name; /* as in its symbols */
    by_name by_name;
    by_address by_address;
};

static struct module modules[] = {{.name = "lvindex"}, {.name = "lvindex_guest"}};

static char buffer[ANSWER_SIZE];

/* Begins a line, unless nothing was found; tells a failure, and ends it. Is there an answer to go on with? */
static bool begin_line(const struct module *module, const char *question, const char *kind,
                       enum nss_status status)
{
    if (status == NSS_STATUS_NOTFOUND)
        return false;
    printf("%s: %s%s", module->name, question, kind);
    if (status != NSS_STATUS_SUCCESS)
        printf(" status %d\n", (int)status);
    return status == NSS_STATUS_SUCCESS;
}

static void ask_name(const struct module *module, const char *name, int family)
{
    char text[INET6_ADDRSTRLEN];
    struct hostent result;
    int error, h_error;
    enum nss_status status = module->by_name(name, family, &result, buffer, sizeof(buffer), &error, &h_error);

    if (!begin_line(module, name, family == AF_INET6 ? " (IPv6)" : "", status))
        return;
    for (char **at = result.h_addr_list; *at != NULL; at++)
        printf(" %s", inet_ntop(family, *at, text, sizeof(text)));
    putchar('\n');
}

static void ask_address(const struct module *module, const char *text, const void *ip, socklen_t len,
                        int family)
{
    struct hostent result;
    int error, h_error;
    enum nss_status status =
        module->by_address(ip, len, family, &result, buffer, sizeof(buffer), &error, &h_error);

    if (!begin_line(module, text, "", status))
        return;
    printf(" %s", result.h_name);
    for (char **at = result.h_aliases; *at != NULL; at++)
        printf(" %s", *at);
    putchar('\n');
}

static void ask(const char *question)
{
    unsigned char ip[16];

    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
        if (inet_pton(AF_INET, question, ip) == 1) {
            ask_address(&modules[i], question, ip, 4, AF_INET);
        } else if (inet_pton(AF_INET6, question, ip) == 1) {
            ask_address(&modules[i], question, ip, 16, AF_INET6);
        } else {
            ask_name(&modules[i], question, AF_INET);
            ask_name(&modules[i], question, AF_INET6);
        }
    }
}

static void *symbol(void *library, const char *module, const char *entry)
{
    char name[80];
    void *found;

    snprintf(name, sizeof(name), "_nss_%s_%s", module, entry);
    found = dlsym(library, name);
    if (found == NULL)
        errx(1, "%s", dlerror());
    return found;
}

static void load(const char *directory, struct module *module)
{
    void *library;
    char *path;

    if (asprintf(&path, "%s/libnss_%s.so.2", directory, module->name) < 0)
        err(1, "%s", directory);
    library = dlopen(path, RTLD_NOW);
    if (library == NULL)
        errx(1, "%s", dlerror());
    free(path);
    module->by_name = (by_name)symbol(library, module->name, "gethostbyname2_r");
    module->by_address = (by_address)symbol(library, module->name, "gethostbyaddr_r");
}

/* What is not readable to all, a killed writer has left. */
static void check(const char *path)
{
    struct tdb_context *tdb;
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & 07777) != 0644)
        return;
    tdb = tdb_open(path, 0, TDB_NOLOCK | TDB_NOSYNC, O_RDONLY, 0);
    if (tdb == NULL || tdb_check(tdb, NULL, NULL) < 0)
        printf("%s: libtdb finds damage\n", basename(path));
    if (tdb != NULL)
        tdb_close(tdb);
}

static void check_files(const char *directory)
{
    glob_t files;
    char *pattern;

    if (asprintf(&pattern, "%s/*.tdb", directory) < 0)
        err(1, "%s", directory);
    if (glob(pattern, 0, NULL, &files) == 0) {
        for (size_t i = 0; i < files.gl_pathc; i++)
            check(files.gl_pathv[i]);
        globfree(&files);
    }
    free(pattern);
}

int main(int argc, char **argv)
{
    const char *directory = getenv("LVINDEX_DIR");

    if (argc < 2 || directory == NULL)
        errx(2, "usage: LVINDEX_DIR=DIRECTORY ask MODULES NAME|ADDRESS...");
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        load(argv[1], &modules[i]);
    for (int i = 2; i < argc; i++)
        ask(argv[i]);
    check_files(directory);
    return 0;
}
