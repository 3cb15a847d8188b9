#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "nss/module.h"
#include "schema/name.h"

#define BUFFER 4096

/* What the modules have; no header declares it. */
#define DECLARE(NAME)                                                                                        \
    gethostbyname_fn _nss_##NAME##_gethostbyname_r;                                                          \
    gethostbyname2_fn _nss_##NAME##_gethostbyname2_r;                                                        \
    gethostbyname3_fn _nss_##NAME##_gethostbyname3_r;                                                        \
    gethostbyname4_fn _nss_##NAME##_gethostbyname4_r;                                                        \
    gethostbyaddr_fn _nss_##NAME##_gethostbyaddr_r;                                                          \
    gethostbyaddr2_fn _nss_##NAME##_gethostbyaddr2_r

DECLARE(lvindex);
DECLARE(lvindex_guest);

#define ENTRIES(NAME)                                                                                        \
    {                                                                                                        \
        _nss_##NAME##_gethostbyname_r, _nss_##NAME##_gethostbyname2_r, _nss_##NAME##_gethostbyname3_r,       \
            _nss_##NAME##_gethostbyname4_r, _nss_##NAME##_gethostbyaddr_r, _nss_##NAME##_gethostbyaddr2_r    \
    }

static const struct {
    gethostbyname_fn *byname;
    gethostbyname2_fn *byname2;
    gethostbyname3_fn *byname3;
    gethostbyname4_fn *byname4;
    gethostbyaddr_fn *byaddr;
    gethostbyaddr2_fn *byaddr2;
} modules[] = {ENTRIES(lvindex), ENTRIES(lvindex_guest)};

/* What a call left behind. */
struct outcome {
    enum nss_status status;
    int error;
    int h_error;
    struct hostent host;
    struct gaih_addrtuple *tuples;
    char buffer[BUFFER] __attribute__((aligned(16)));
};

int ways_of(struct bytes key)
{
    if (key.len < 2)
        return 0;
    if (key.at[0] == KEY_ADDRESS)
        return key.len == 1 + IPV4_LEN || key.len == 1 + IPV6_LEN ? ADDRESS_WAYS : 0;
    return key.at[0] == KEY_HOST || key.at[0] == KEY_GUEST ? NAME_WAYS : 0;
}

static enum nss_status call_name(int way, bool guests, const char *name, struct outcome *o)
{
    int32_t ttl;
    char *canonical;

    switch (way) {
    case 0:
        return modules[guests].byname(name, &o->host, o->buffer, BUFFER, &o->error, &o->h_error);
    case 1:
    case 2:
        return modules[guests].byname2(name, way == 1 ? AF_INET : AF_INET6, &o->host, o->buffer, BUFFER,
                                       &o->error, &o->h_error);
    case 3:
    case 4:
        return modules[guests].byname3(name, way == 3 ? AF_INET : AF_INET6, &o->host, o->buffer, BUFFER,
                                       &o->error, &o->h_error, &ttl, &canonical);
    default:
        return modules[guests].byname4(name, &o->tuples, o->buffer, BUFFER, &o->error, &o->h_error, &ttl);
    }
}

static enum nss_status call_address(int way, bool guests, struct bytes ip, struct outcome *o)
{
    int family = ip.len == IPV4_LEN ? AF_INET : AF_INET6;
    int32_t ttl;

    if (way == 0)
        return modules[guests].byaddr(ip.at, (socklen_t)ip.len, family, &o->host, o->buffer, BUFFER,
                                      &o->error, &o->h_error);
    return modules[guests].byaddr2(ip.at, (socklen_t)ip.len, family, &o->host, o->buffer, BUFFER, &o->error,
                                   &o->h_error, &ttl);
}

static bool inside(const struct outcome *o, const void *at, size_t len)
{
    const char *start = at;

    return start >= o->buffer && len <= BUFFER && start + len <= o->buffer + BUFFER;
}

/* Adds a text with a space behind it; false where it is not one in the buffer, or holds what no name may. */
static bool add_text(const struct outcome *o, const char *text, char *answer)
{
    size_t len = inside(o, text, 1) ? strnlen(text, (size_t)(o->buffer + BUFFER - text)) : 0;
    size_t end = strlen(answer);

    if (len == 0 || !inside(o, text, len + 1) || end + len + 2 > ANSWER_SIZE)
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    }
    sprintf(answer + end, "%s ", text);
    return true;
}

static bool add_address(int family, const void *at, char *answer)
{
    size_t end = strlen(answer);

    if ((family != AF_INET && family != AF_INET6) || end + INET6_ADDRSTRLEN + 2 > ANSWER_SIZE)
        return false;
    inet_ntop(family, at, answer + end, INET6_ADDRSTRLEN);
    strcat(answer, " ");
    return true;
}

static bool add_host(const struct outcome *o, int family, char *answer)
{
    const struct hostent *host = &o->host;

    if (host->h_addrtype != family || host->h_length != (family == AF_INET ? IPV4_LEN : IPV6_LEN) ||
        !add_text(o, host->h_name, answer) || host->h_addr_list[0] == NULL)
        return false;
    for (char **alias = host->h_aliases; *alias != NULL; alias++) {
        if (!inside(o, alias, sizeof(*alias)) || !add_text(o, *alias, answer))
            return false;
    }
    for (char **address = host->h_addr_list; *address != NULL; address++) {
        if (!inside(o, *address, (size_t)host->h_length) || !add_address(family, *address, answer))
            return false;
    }
    return true;
}

static bool add_tuples(const struct outcome *o, char *answer)
{
    const struct gaih_addrtuple *tuple = o->tuples;

    if (!inside(o, tuple, sizeof(*tuple)) || !add_text(o, tuple->name, answer))
        return false;
    for (; tuple != NULL; tuple = tuple->next) {
        if (!inside(o, tuple, sizeof(*tuple)) || !add_address(tuple->family, tuple->addr, answer))
            return false;
    }
    return true;
}

static int family_of(const struct asking *asking)
{
    if (asking->key.at[0] == KEY_ADDRESS)
        return asking->key.len == 1 + IPV4_LEN ? AF_INET : AF_INET6;
    return asking->way == 2 || asking->way == 4 ? AF_INET6 : AF_INET;
}

static bool has_tuples(const struct asking *asking)
{
    return asking->key.at[0] != KEY_ADDRESS && asking->way == 5;
}

static void tell_failure(const struct outcome *o, char *answer)
{
    if (o->status == NSS_STATUS_NOTFOUND && o->h_error == HOST_NOT_FOUND && o->error == ENOENT)
        strcpy(answer, "NOTFOUND");
    else if (o->status == NSS_STATUS_NOTFOUND && o->h_error == NO_DATA && o->error == ENODATA)
        strcpy(answer, "NODATA");
    else if (o->status == NSS_STATUS_UNAVAIL && o->h_error == NO_RECOVERY)
        strcpy(answer, "UNAVAIL");
    else
        sprintf(answer, "broken: status %d, error %d, h_error %d", o->status, o->error, o->h_error);
}

/* Does the answer begin with the name as it was asked for, or with what is before one of its dots, and a
 * suffix or none? */
static bool is_named(const char *name, const char *answer)
{
    size_t len = strlen(name);

    for (size_t i = 1; i <= len; i++) {
        if ((i == len || name[i] == '.') && (answer[i] == ' ' || answer[i] == '.'))
            return strncasecmp(answer, name, i) == 0;
    }
    return false;
}

/* Is what was asked for in the answer as it was asked? */
static bool is_about(const struct asking *asking, const char *name, const char *answer)
{
    char ip[INET6_ADDRSTRLEN + 2] = " ";

    if (asking->key.at[0] != KEY_ADDRESS)
        return is_named(name, answer);
    inet_ntop(family_of(asking), asking->key.at + 1, ip + 1, INET6_ADDRSTRLEN);
    strcat(ip, " ");
    return strstr(answer, ip) != NULL;
}

void ask(const struct asking *asking, char answer[static ANSWER_SIZE])
{
    static struct outcome o;
    char name[KEY_MAX + 1] = "";
    bool good;

    memcpy(name, asking->key.at + 1, asking->key.len - 1);
    o.tuples = NULL;
    if (asking->key.at[0] == KEY_ADDRESS)
        o.status = call_address(asking->way, asking->guests,
                                (struct bytes){asking->key.at + 1, asking->key.len - 1}, &o);
    else
        o.status = call_name(asking->way, asking->guests, name, &o);
    answer[0] = '\0';
    if (o.status != NSS_STATUS_SUCCESS) {
        tell_failure(&o, answer);
        return;
    }
    good = has_tuples(asking) ? add_tuples(&o, answer) : add_host(&o, family_of(asking), answer);
    if (!good || !is_about(asking, name, answer))
        strcpy(answer, "broken: not what glibc takes, or not about what was asked");
}

const char *asking_tell(const struct asking *asking)
{
    static char text[700];
    CLEANUP_FREE char *key = escape_binary(key_bytes(&asking->key));

    snprintf(text, sizeof(text), "%s, entry point %d of %s", key, asking->way,
             asking->guests ? "lvindex_guest" : "lvindex");
    return text;
}
