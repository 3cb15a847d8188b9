#include "tests/bench/service.h"

#include <dlfcn.h>
#include <err.h>
#include <netdb.h>
#include <nss.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/bench/trouble.h"

/* What getaddrinfo() offers first. */
#define BUFFER_SIZE 1024

static enum nss_status (*by_name)(const char *, struct gaih_addrtuple **, char *, size_t, int *, int *,
                                  int32_t *);
static enum nss_status (*by_address2)(const void *, socklen_t, int, struct hostent *, char *, size_t, int *,
                                      int *, int32_t *);
static enum nss_status (*by_address)(const void *, socklen_t, int, struct hostent *, char *, size_t, int *,
                                     int *);

static void *entry_point(void *library, const char *service, const char *function)
{
    char symbol[128];

    snprintf(symbol, sizeof(symbol), "_nss_%s_%s", service, function);
    return dlsym(library, symbol);
}

void service_open(const char *file, const char *name)
{
    void *library = dlopen(file, RTLD_NOW);

    if (library == NULL)
        errx(EXIT_TROUBLE, "%s", dlerror());
    by_name = (__typeof__(by_name))entry_point(library, name, "gethostbyname4_r");
    by_address2 = (__typeof__(by_address2))entry_point(library, name, "gethostbyaddr2_r");
    by_address = (__typeof__(by_address))entry_point(library, name, "gethostbyaddr_r");
    if (by_name == NULL)
        errx(EXIT_TROUBLE, "%s: no entry point of the service %s", file, name);
}

bool service_has_addresses(void)
{
    return by_address2 != NULL || by_address != NULL;
}

static bool is_found(enum nss_status status)
{
    if (status == NSS_STATUS_TRYAGAIN)
        errx(EXIT_TROUBLE, "a module answered TRYAGAIN");
    return status == NSS_STATUS_SUCCESS;
}

bool service_by_name(const char *name)
{
    struct gaih_addrtuple *tuples = NULL;
    _Alignas(16) char buffer[BUFFER_SIZE];
    int error;
    int h_error;

    return is_found(by_name(name, &tuples, buffer, sizeof(buffer), &error, &h_error, NULL));
}

bool service_by_address(const char *address)
{
    struct hostent result;
    _Alignas(16) char buffer[BUFFER_SIZE];
    int error;
    int h_error;

    if (by_address2 != NULL)
        return is_found(
            by_address2(address, 4, AF_INET, &result, buffer, sizeof(buffer), &error, &h_error, NULL));
    return is_found(by_address(address, 4, AF_INET, &result, buffer, sizeof(buffer), &error, &h_error));
}
