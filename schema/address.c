#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

_Static_assert(IP_TEXT_SIZE == INET6_ADDRSTRLEN, "room for any address");
_Static_assert(OCTETS_MAX <= UINT8_MAX && HWADDR_MAX <= UINT8_MAX, "lengths are bytes");

int ip_parse(const char *text, struct ip *ip)
{
    struct ip parsed = {0};

    if (inet_pton(AF_INET, text, parsed.octets) == 1)
        parsed.len = IPV4_LEN;
    else if (inet_pton(AF_INET6, text, parsed.octets) == 1)
        parsed.len = IPV6_LEN;
    else
        return -EINVAL;
    *ip = parsed;
    return 0;
}

int ip_from_bytes(struct bytes raw, struct ip *ip)
{
    if (raw.len != IPV4_LEN && raw.len != IPV6_LEN)
        return -EINVAL;
    *ip = (struct ip){.len = (uint8_t)raw.len};
    memcpy(ip->octets, raw.at, raw.len);
    return 0;
}

const char *ip_format(const struct ip *ip, char text[static IP_TEXT_SIZE])
{
    text[0] = '\0';
    if (ip->len != 0)
        inet_ntop(ip->len == IPV4_LEN ? AF_INET : AF_INET6, ip->octets, text, IP_TEXT_SIZE);
    return text;
}

int ip_compare(const struct ip *a, const struct ip *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->octets, b->octets, a->len);
}

static bool is_reachable_ipv4(const uint8_t *octets)
{
    return octets[0] != 0 && octets[0] != 127 && octets[0] < 224;
}

static bool is_reachable_ipv6(const uint8_t *octets)
{
    static const uint8_t zeros[IPV6_LEN];
    bool link_local = octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;

    /* neither :: nor ::1, and no IPv4 address in disguise */
    return octets[0] != 0xff && !link_local && memcmp(octets, zeros, 10) != 0;
}

bool ip_is_reachable(const struct ip *ip)
{
    return ip->len == IPV4_LEN ? is_reachable_ipv4(ip->octets)
                               : ip->len == IPV6_LEN && is_reachable_ipv6(ip->octets);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Reads two hexadecimal digits; -1 where there are none. */
static int hex_octet(const char *text)
{
    int high = hex_digit(text[0]);
    int low = high < 0 ? -1 : hex_digit(text[1]);

    return low < 0 ? -1 : high * 16 + low;
}

/* dnsmasq tells its script no more octets of a client-id or DUID, and ends a text that it cut with the colon.
 */
#define OCTETS_TOLD 100

/* Reads `xx:xx:…` to the end of the text: how many octets, or -errno. */
static int octets_read(const char *text, uint8_t *to, int max)
{
    int count = 0;

    for (;; text += 3) {
        int octet = hex_octet(text);

        if (octet < 0)
            return -EINVAL;
        if (count == max)
            return -E2BIG;
        to[count++] = (uint8_t)octet;
        if (text[2] == '\0')
            return count;
        if (text[2] != ':')
            return -EINVAL;
        if (text[3] == '\0' && count == OCTETS_TOLD)
            return count;
    }
}

static void octets_write(const uint8_t *from, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *text++ = ':';
        *text++ = digits[from[i] >> 4];
        *text++ = digits[from[i] & 15];
    }
    *text = '\0';
}

int hwaddr_parse(const char *text, struct hwaddr *hwaddr)
{
    struct hwaddr parsed = {.known = true, .type = HWADDR_ETHERNET};
    int type = hex_octet(text);
    int count;

    if (type >= 0 && text[2] == '-') {
        parsed.type = (uint8_t)type;
        text += 3;
        if (*text == '\0') {
            *hwaddr = parsed;
            return 0;
        }
    }
    count = octets_read(text, parsed.octets, HWADDR_MAX);
    if (count < 0)
        return count;
    parsed.len = (uint8_t)count;
    *hwaddr = parsed;
    return 0;
}

const char *hwaddr_format(const struct hwaddr *hwaddr, char text[static HWADDR_TEXT_SIZE])
{
    char *to = text;

    *to = '\0';
    if (!hwaddr->known)
        return text;
    if (hwaddr->type != HWADDR_ETHERNET || hwaddr->len == 0) {
        octets_write(&hwaddr->type, 1, to);
        to += 2;
        *to++ = '-';
    }
    octets_write(hwaddr->octets, hwaddr->len, to);
    return text;
}

int hwaddr_compare(const struct hwaddr *a, const struct hwaddr *b)
{
    if (a->known != b->known)
        return a->known ? 1 : -1;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->octets, b->octets, a->len);
}

bool hwaddr_equal(const struct hwaddr *a, const struct hwaddr *b)
{
    return hwaddr_compare(a, b) == 0;
}

int octets_parse(const char *text, struct octets *octets)
{
    struct octets parsed = {0};
    int count = octets_read(text, parsed.at, OCTETS_MAX);

    if (count < 0)
        return count;
    parsed.len = (uint8_t)count;
    *octets = parsed;
    return 0;
}

const char *octets_format(const struct octets *octets, char text[static OCTETS_TEXT_MAX + 1])
{
    octets_write(octets->at, octets->len, text);
    return text;
}

bool octets_equal(const struct octets *a, const struct octets *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}
