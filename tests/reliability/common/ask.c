/*
 * A process that has seen nothing before: asks the module for names, and has libtdb check the files of the
 * index.
 *
 *   LVINDEX_DIR=DIRECTORY ask MODULE NAME...
 *
 * Prints a line for each name and family that has an answer, and one for each file of which libtdb thinks
 * ill.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <netdb.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tdb.h>

#define ANSWER_SIZE (1 << 20)

typedef enum nss_status (*by_name)(const char *name, int family, struct hostent *result, char *buffer,
                                   size_t size, int *error, int *h_error);

static void ask(by_name service, const char *name, int family)
{
    static char buffer[ANSWER_SIZE];
    char text[INET6_ADDRSTRLEN];
    struct hostent result;
    int error, h_error;
    enum nss_status status = service(name, family, &result, buffer, sizeof(buffer), &error, &h_error);

    if (status == NSS_STATUS_NOTFOUND)
        return;
    printf("%s%s", name, family == AF_INET6 ? " (IPv6)" : "");
    if (status != NSS_STATUS_SUCCESS)
        printf(" status %d", (int)status);
    for (char **at = result.h_addr_list; status == NSS_STATUS_SUCCESS && *at != NULL; at++)
        printf(" %s", inet_ntop(family, *at, text, sizeof(text)));
    putchar('\n');
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
    by_name service;
    void *module;

    if (argc < 2 || directory == NULL)
        errx(2, "usage: LVINDEX_DIR=DIRECTORY ask MODULE NAME...");
    module = dlopen(argv[1], RTLD_NOW);
    if (module == NULL)
        errx(1, "%s", dlerror());
    service = (by_name)dlsym(module, "_nss_lvindex_gethostbyname2_r");
    if (service == NULL)
        errx(1, "%s", dlerror());
    for (int i = 2; i < argc; i++) {
        ask(service, argv[i], AF_INET);
        ask(service, argv[i], AF_INET6);
    }
    check_files(directory);
    return 0;
}
