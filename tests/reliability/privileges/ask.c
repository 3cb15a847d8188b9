/*
 * Asks an NSS module for a name, under the locale that the environment names, as any program would:
 *
 *     ask MODULE NAME        prints the first address, or "status N"
 *
 * A program of its own, so that it can be made set-uid.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <nss.h>
#include <stdio.h>
#include <sys/socket.h>

typedef enum nss_status lookup(const char *name, int family, struct hostent *result, char *buffer, size_t len,
                               int *error, int *h_error);

static int ask(lookup *by_name, const char *name)
{
    char buffer[65536], address[INET_ADDRSTRLEN];
    struct hostent host;
    int error, h_error;
    enum nss_status status = by_name(name, AF_INET, &host, buffer, sizeof(buffer), &error, &h_error);

    if (status == NSS_STATUS_SUCCESS)
        puts(inet_ntop(AF_INET, host.h_addr_list[0], address, sizeof(address)));
    else
        printf("status %d\n", (int)status);
    return 0;
}

int main(int argc, char **argv)
{
    void *module = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
    void *symbol = module == NULL ? NULL : dlsym(module, "_nss_lvindex_gethostbyname2_r");

    if (symbol == NULL || setlocale(LC_ALL, "") == NULL) {
        fprintf(stderr, "ask: %s\n", symbol == NULL ? "no such module" : "no such locale");
        return 2;
    }
    return ask((lookup *)symbol, argv[2]);
}
