#include "name.h"

#include <stdint.h>
#include <string.h>

#include "limits.h"

const char *refusal_text(enum refusal refusal)
{
    switch (refusal) {
    case REFUSAL_NONE:
        return "not refused";
    case REFUSAL_BY_DNSMASQ:
        return "asked for, not granted by dnsmasq";
    case REFUSAL_TAKEN:
        return "taken over by another client";
    case REFUSAL_SYNTAX:
        return "not a valid host name";
    case REFUSAL_DOTTED:
        return "more than one label";
    case REFUSAL_TOO_LONG:
        return "label too long";
    case REFUSAL_NUMERIC:
        return "reads as an address";
    case REFUSAL_WELL_KNOWN:
        return "a well-known name";
    case REFUSAL_OWN_HOST:
        return "this host's own name";
    case REFUSAL_GUEST_NAME:
        return "another guest's libvirt name";
    case REFUSAL_GUEST_STOPPED:
        return "guest is not running";
    case REFUSAL_STATIC:
        return "name of a static entry";
    }
    return "unknown reason";
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void name_fold(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = fold(from[i]);
}

bool name_equal(const char *a, const char *b)
{
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

bool name_equal_bytes(struct bytes a, struct bytes b)
{
    size_t i = 0;

    if (a.len != b.len)
        return false;
    while (i < a.len && fold((char)a.at[i]) == fold((char)b.at[i]))
        i++;
    return i == a.len;
}

/* By the byte: names are checked at each look-up. */
static const bool in_label[UINT8_MAX + 1] = {
    ['-'] = true, ['_'] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

struct bytes name_without_root(struct bytes name)
{
    if (name.len > 0 && name.at[name.len - 1] == '.')
        name.len--;
    return name;
}

bool name_label_valid(const char *text, size_t len)
{
    if (len == 0 || len > LABEL_MAX || text[0] == '-' || text[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!in_label[(unsigned char)text[i]])
            return false;
    }
    return true;
}

bool name_domain_valid(const char *text, size_t len)
{
    size_t start = 0;

    if (len > DOMAIN_MAX)
        return false;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] != '.')
            continue;
        if (!name_label_valid(text + start, i - start))
            return false;
        start = i + 1;
    }
    return true;
}

/* inet_aton(3) takes both forms for an IPv4 address, and getaddrinfo asks it before any name service. */
static bool reads_as_address(const char *host)
{
    bool hex = host[0] == '0' && fold(host[1]) == 'x';

    for (const char *c = hex ? host + 2 : host; *c != '\0'; c++) {
        if (!is_digit(*c) && !(hex && fold(*c) >= 'a' && fold(*c) <= 'f'))
            return false;
    }
    return true;
}

enum refusal name_check(const char *host)
{
    static const char *const well_known[] = {"localhost", "wpad", "isatap", "_gateway", "_outbound"};
    size_t len = strlen(host);

    if (memchr(host, '.', len) != NULL)
        return name_domain_valid(host, len) ? REFUSAL_DOTTED : REFUSAL_SYNTAX;
    if (!name_label_valid(host, len > LABEL_MAX ? LABEL_MAX : len))
        return REFUSAL_SYNTAX;
    if (len > LABEL_MAX)
        return REFUSAL_TOO_LONG;
    if (reads_as_address(host))
        return REFUSAL_NUMERIC;
    for (size_t i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++) {
        if (name_equal(host, well_known[i]))
            return REFUSAL_WELL_KNOWN;
    }
    return REFUSAL_NONE;
}

bool network_valid(const char *network)
{
    size_t len = strlen(network);

    if (len > NETWORK_MAX || network[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (network[i] <= ' ' || network[i] > '~' || network[i] == '/' || network[i] == '=')
            return false;
    }
    return true;
}

bool guest_valid(const char *guest)
{
    size_t len = strlen(guest);

    return len > 0 && len <= GUEST_MAX && strpbrk(guest, "/\n") == NULL;
}
