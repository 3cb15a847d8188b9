/* The floor under a hit: a module that answers every name with one address, and does not look at the name. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>

#include "tests/bench/nss_floor.h"

enum nss_status _nss_bench_constant_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
                                                     char *buffer, size_t size, int *errnop, int *h_errnop,
                                                     int32_t *ttlp)
{
    static char label[] = "constant";

    (void)name;
    if (size < sizeof(**pat)) {
        *errnop = ERANGE;
        *h_errnop = NETDB_INTERNAL;
        return NSS_STATUS_TRYAGAIN;
    }
    /* glibc aligns its buffer. */
    if (*pat == NULL)
        *pat = (struct gaih_addrtuple *)(void *)buffer;
    **pat = (struct gaih_addrtuple){.name = label, .family = AF_INET, .addr = {htonl(0x0a400001)}};
    if (ttlp != NULL)
        *ttlp = 0;
    *h_errnop = NETDB_SUCCESS;
    return NSS_STATUS_SUCCESS;
}
