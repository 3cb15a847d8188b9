/* The floor under a miss: a module that knows no name, and does not look for any. */
#include <errno.h>
#include <netdb.h>
#include <nss.h>

#include "tests/bench/nss_floor.h"

static enum nss_status unknown(int *errnop, int *h_errnop)
{
    *errnop = ENOENT;
    *h_errnop = HOST_NOT_FOUND;
    return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_bench_empty_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat, char *buffer,
                                                  size_t size, int *errnop, int *h_errnop, int32_t *ttlp)
{
    (void)name;
    (void)pat;
    (void)buffer;
    (void)size;
    (void)ttlp;
    return unknown(errnop, h_errnop);
}

enum nss_status _nss_bench_empty_gethostbyaddr2_r(const void *address, socklen_t length, int family,
                                                  struct hostent *result, char *buffer, size_t size,
                                                  int *errnop, int *h_errnop, int32_t *ttlp)
{
    (void)address;
    (void)length;
    (void)family;
    (void)result;
    (void)buffer;
    (void)size;
    (void)ttlp;
    return unknown(errnop, h_errnop);
}
