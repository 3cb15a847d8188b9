#include "nss/entry.h"

#include <errno.h>

#include "nss/cache.h"
#include "nss/enumeration.h"
#include "nss/fill.h"
#include "nss/locate.h"

static enum nss_status fail(const struct entry *entry, enum nss_status status, int error, int h_error)
{
    *entry->errnop = -error;
    *entry->h_errnop = h_error;
    return status;
}

/* Status for an index that could not be had. */
static enum nss_status unavailable(int error)
{
    switch (error) {
    case -ENOMEM:
    case -EAGAIN:
    case -EMFILE:
    case -ENFILE:
    case -EINTR:
        return NSS_STATUS_TRYAGAIN;
    default:
        return NSS_STATUS_UNAVAIL;
    }
}

static enum nss_status report_unavailable(const struct entry *entry, int error)
{
    enum nss_status status = unavailable(error);

    return fail(entry, status, error, status == NSS_STATUS_TRYAGAIN ? TRY_AGAIN : NO_RECOVERY);
}

/* Status for what an index, or the question itself, came to. */
static enum nss_status report(const struct entry *entry, int error)
{
    switch (error) {
    case 0:
        *entry->h_errnop = NETDB_SUCCESS;
        if (entry->ttlp != NULL)
            *entry->ttlp = 0;
        return NSS_STATUS_SUCCESS;
    case -ENOENT:
        return fail(entry, NSS_STATUS_NOTFOUND, error, HOST_NOT_FOUND);
    case -ENODATA:
        return fail(entry, NSS_STATUS_NOTFOUND, error, NO_DATA);
    case -ERANGE:
        return fail(entry, NSS_STATUS_TRYAGAIN, error, NETDB_INTERNAL);
    case -EAFNOSUPPORT:
        return fail(entry, NSS_STATUS_UNAVAIL, error, NO_DATA);
    default:
        return fail(entry, NSS_STATUS_UNAVAIL, error, NO_RECOVERY);
    }
}

/* The current index; the caller gives it back with give_index(). Both leave errno alone. */
static int take_index(const struct question *question, struct mapping **index)
{
    int errno_before = errno;
    int error = cache_take(locate_directory(), question->hash, index);

    errno = errno_before;
    return error;
}

static void give_index(struct mapping *index)
{
    int errno_before = errno;

    cache_give(index);
    errno = errno_before;
}

enum nss_status entry_by_name(const struct entry *entry, const char *name, int family, struct hostent *result,
                              char **canonp)
{
    struct name_answer answer;
    struct question question;
    struct mapping *index;
    int error;

    if (family != AF_INET && family != AF_INET6)
        return report(entry, -EAFNOSUPPORT);
    question_name(&question, entry->kind, name);
    error = take_index(&question, &index);
    if (error < 0)
        return report_unavailable(entry, error);
    error = lookup_name(&index->view, &question, family, &answer);
    if (error == 0)
        error = fill_addresses(&answer, result, entry->buffer, entry->size);
    give_index(index);
    if (error == 0 && canonp != NULL)
        *canonp = result->h_name;
    return report(entry, error);
}

enum nss_status entry_tuples(const struct entry *entry, const char *name, struct gaih_addrtuple **pat)
{
    struct name_answer answer;
    struct question question;
    struct mapping *index;
    int error;

    question_name(&question, entry->kind, name);
    error = take_index(&question, &index);
    if (error < 0)
        return report_unavailable(entry, error);
    error = lookup_name(&index->view, &question, AF_UNSPEC, &answer);
    if (error == 0)
        error = fill_tuples(&answer, pat, entry->buffer, entry->size);
    give_index(index);
    return report(entry, error);
}

static int parse_address(const void *address, socklen_t length, int family, struct ip *ip)
{
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    if (length != (family == AF_INET ? IPV4_LEN : IPV6_LEN))
        return -EINVAL;
    return ip_from_bytes((struct bytes){address, length}, ip);
}

enum nss_status entry_by_address(const struct entry *entry, const void *address, socklen_t length, int family,
                                 struct hostent *result)
{
    struct address_answer answer;
    struct question question;
    struct mapping *index;
    struct ip ip;
    int error = parse_address(address, length, family, &ip);

    if (error < 0)
        return report(entry, error);
    question_address(&question, entry->kind, &ip);
    error = take_index(&question, &index);
    if (error < 0)
        return report_unavailable(entry, error);
    error = lookup_address(&index->view, &question, &ip, &answer);
    if (error == 0)
        error = fill_names(&answer, result, entry->buffer, entry->size);
    give_index(index);
    return report(entry, error);
}

enum nss_status entry_begin(void)
{
    int errno_before = errno;
    int error = enumeration_begin(locate_directory());

    errno = errno_before;
    return error == 0 ? NSS_STATUS_SUCCESS : unavailable(error);
}

static int take_enumeration(struct enumeration **enumeration)
{
    int errno_before = errno;
    int error = enumeration_take(locate_directory(), enumeration);

    errno = errno_before;
    return error;
}

static void give_enumeration(struct enumeration *enumeration)
{
    int errno_before = errno;

    enumeration_give(enumeration);
    errno = errno_before;
}

enum nss_status entry_next(const struct entry *entry, struct hostent *result)
{
    struct enumeration *enumeration;
    struct address_answer answer;
    struct question question;
    struct listing listing;
    int error = take_enumeration(&enumeration);

    if (error < 0)
        return report_unavailable(entry, error);
    listing = enumeration->listing;
    error = listing_next(&enumeration->index->view, entry->kind, &listing, &question, &answer);
    if (error == 0)
        error = fill_names(&answer, result, entry->buffer, entry->size);
    /* What does not fit into the buffer is told again. */
    if (error == 0)
        enumeration->listing = listing;
    give_enumeration(enumeration);
    return report(entry, error);
}

enum nss_status entry_end(void)
{
    int errno_before = errno;

    enumeration_end();
    errno = errno_before;
    return NSS_STATUS_SUCCESS;
}
