/*
 * What both modules do for glibc's name service switch, apart from the names of their entry points.
 *
 * Outcomes, as glibc 2.36 understands them:
 *
 *   found                                  SUCCESS   NETDB_SUCCESS   errno as it was before
 *   unknown                                NOTFOUND  HOST_NOT_FOUND  ENOENT
 *   known, in the other family             NOTFOUND  NO_DATA         ENODATA
 *   no more entries (enumeration)          NOTFOUND  HOST_NOT_FOUND  ENOENT
 *   buffer too small                       TRYAGAIN  NETDB_INTERNAL  ERANGE
 *   another thread has the enumeration     TRYAGAIN  TRY_AGAIN       EAGAIN
 *   no memory or descriptors right now     TRYAGAIN  TRY_AGAIN       the cause
 *   no index, or none that can be used     UNAVAIL   NO_RECOVERY     the cause
 *   family other than AF_INET, AF_INET6    UNAVAIL   NO_DATA         EAFNOSUPPORT
 *   address of a wrong length              UNAVAIL   NO_RECOVERY     EINVAL
 *
 * Only "buffer too small" makes glibc come back with a larger one, and NETDB_INTERNAL with anything else ends
 * the search of all services. Results live in the caller's buffer alone.
 *
 * Once the index is mapped, a call makes no system call, but for one a second: see mapping_current().
 *
 * Thread-safety: all calls, but for threads that change the environment. None is a cancellation point, none
 * keeps a descriptor or asks another name service.
 */
#ifndef LVINDEX_NSS_ENTRY_H
#define LVINDEX_NSS_ENTRY_H

#include <netdb.h>
#include <nss.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "nss/lookup.h"

/* What every entry point is given. */
struct entry {
    enum lookup_kind kind;
    char *buffer;
    size_t size;
    int *errnop;
    int *h_errnop;
    int32_t *ttlp; /* may be NULL. Set to 0 on success, or nscd keeps the answer for an hour */
};

/* `canonp` may be NULL. */
enum nss_status entry_by_name(const struct entry *entry, const char *name, int family, struct hostent *result,
                              char **canonp);

/* Both families. The first tuple goes to `**pat` when `*pat` is not NULL. */
enum nss_status entry_tuples(const struct entry *entry, const char *name, struct gaih_addrtuple **pat);

enum nss_status entry_by_address(const struct entry *entry, const void *address, socklen_t length, int family,
                                 struct hostent *result);

/* sethostent(3): all addresses with names of the index that is there now, from the first one on. There is one
 * enumeration in a process, see enumeration.h. SUCCESS, UNAVAIL or TRYAGAIN; errno as it was before. */
enum nss_status entry_begin(void);

/* gethostent_r(3): the next address, with its names as by entry_by_address(). Begins, if nobody did. An entry
 * for which the buffer is too small comes again. After the last one it stays at the end. */
enum nss_status entry_next(const struct entry *entry, struct hostent *result);

/* endhostent(3): gives the index up. */
enum nss_status entry_end(void);

#endif
