/*
 * The entry points that glibc's name service switch looks for in a module. What they do stands in entry.h; no
 * header of glibc declares them.
 */
#ifndef LVINDEX_NSS_MODULE_H
#define LVINDEX_NSS_MODULE_H

#include "nss/entry.h"

typedef enum nss_status gethostbyname_fn(const char *name, struct hostent *result, char *buffer, size_t size,
                                         int *errnop, int *h_errnop);
typedef enum nss_status gethostbyname2_fn(const char *name, int family, struct hostent *result, char *buffer,
                                          size_t size, int *errnop, int *h_errnop);
typedef enum nss_status gethostbyname3_fn(const char *name, int family, struct hostent *result, char *buffer,
                                          size_t size, int *errnop, int *h_errnop, int32_t *ttlp,
                                          char **canonp);
typedef enum nss_status gethostbyname4_fn(const char *name, struct gaih_addrtuple **pat, char *buffer,
                                          size_t size, int *errnop, int *h_errnop, int32_t *ttlp);
typedef enum nss_status gethostbyaddr_fn(const void *address, socklen_t length, int family,
                                         struct hostent *result, char *buffer, size_t size, int *errnop,
                                         int *h_errnop);
typedef enum nss_status gethostbyaddr2_fn(const void *address, socklen_t length, int family,
                                          struct hostent *result, char *buffer, size_t size, int *errnop,
                                          int *h_errnop, int32_t *ttlp);
typedef enum nss_status sethostent_fn(int stay_open);
typedef enum nss_status gethostent_fn(struct hostent *result, char *buffer, size_t size, int *errnop,
                                      int *h_errnop);
typedef enum nss_status endhostent_fn(void);

/* Declares and defines _nss_NAME_gethostbyname_r() and its five relatives, and what enumerates, for names of
 * `kind`. */
/* clang-format off */
#define NSS_MODULE(NAME, kind)                                                                              \
    gethostbyname_fn _nss_##NAME##_gethostbyname_r;                                                         \
    gethostbyname2_fn _nss_##NAME##_gethostbyname2_r;                                                       \
    gethostbyname3_fn _nss_##NAME##_gethostbyname3_r;                                                       \
    gethostbyname4_fn _nss_##NAME##_gethostbyname4_r;                                                       \
    gethostbyaddr_fn _nss_##NAME##_gethostbyaddr_r;                                                         \
    gethostbyaddr2_fn _nss_##NAME##_gethostbyaddr2_r;                                                       \
    sethostent_fn _nss_##NAME##_sethostent;                                                                 \
    gethostent_fn _nss_##NAME##_gethostent_r;                                                               \
    endhostent_fn _nss_##NAME##_endhostent;                                                                 \
                                                                                                            \
    enum nss_status _nss_##NAME##_gethostbyname_r(const char *name, struct hostent *result, char *buffer,   \
                                                  size_t size, int *errnop, int *h_errnop)                  \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, NULL};                                  \
                                                                                                            \
        return entry_by_name(&entry, name, AF_INET, result, NULL);                                          \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostbyname2_r(const char *name, int family, struct hostent *result,    \
                                                   char *buffer, size_t size, int *errnop, int *h_errnop)   \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, NULL};                                  \
                                                                                                            \
        return entry_by_name(&entry, name, family, result, NULL);                                           \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostbyname3_r(const char *name, int family, struct hostent *result,    \
                                                   char *buffer, size_t size, int *errnop, int *h_errnop,   \
                                                   int32_t *ttlp, char **canonp)                            \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, ttlp};                                  \
                                                                                                            \
        return entry_by_name(&entry, name, family, result, canonp);                                         \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,           \
                                                   char *buffer, size_t size, int *errnop, int *h_errnop,   \
                                                   int32_t *ttlp)                                           \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, ttlp};                                  \
                                                                                                            \
        return entry_tuples(&entry, name, pat);                                                             \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostbyaddr_r(const void *address, socklen_t length, int family,        \
                                                  struct hostent *result, char *buffer, size_t size,        \
                                                  int *errnop, int *h_errnop)                               \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, NULL};                                  \
                                                                                                            \
        return entry_by_address(&entry, address, length, family, result);                                   \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostbyaddr2_r(const void *address, socklen_t length, int family,       \
                                                   struct hostent *result, char *buffer, size_t size,       \
                                                   int *errnop, int *h_errnop, int32_t *ttlp)               \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, ttlp};                                  \
                                                                                                            \
        return entry_by_address(&entry, address, length, family, result);                                   \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_sethostent(int stay_open)                                                 \
    {                                                                                                       \
        (void)stay_open;                                                                                    \
        return entry_begin();                                                                               \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_gethostent_r(struct hostent *result, char *buffer, size_t size,           \
                                               int *errnop, int *h_errnop)                                  \
    {                                                                                                       \
        struct entry entry = {kind, buffer, size, errnop, h_errnop, NULL};                                  \
                                                                                                            \
        return entry_next(&entry, result);                                                                  \
    }                                                                                                       \
    enum nss_status _nss_##NAME##_endhostent(void)                                                          \
    {                                                                                                       \
        return entry_end();                                                                                 \
    }
/* clang-format on */

#endif
