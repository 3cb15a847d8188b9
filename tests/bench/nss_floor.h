/* The entry points that glibc looks for in the two modules that are the floor of every lookup. */
#ifndef LVINDEX_BENCH_NSS_FLOOR_H
#define LVINDEX_BENCH_NSS_FLOOR_H

#include <netdb.h>
#include <nss.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum nss_status _nss_bench_empty_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat, char *buffer,
                                                  size_t size, int *errnop, int *h_errnop, int32_t *ttlp);
enum nss_status _nss_bench_empty_gethostbyaddr2_r(const void *address, socklen_t length, int family,
                                                  struct hostent *result, char *buffer, size_t size,
                                                  int *errnop, int *h_errnop, int32_t *ttlp);
enum nss_status _nss_bench_constant_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
                                                     char *buffer, size_t size, int *errnop, int *h_errnop,
                                                     int32_t *ttlp);

#endif
