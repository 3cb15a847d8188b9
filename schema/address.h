/*
 * Network addresses, hardware addresses and octet strings: parsing, printing, order.
 *
 * Texts are those of dnsmasq 2.90 (lease files, --dhcp-script arguments and environment).
 * Functions that can fail return 0 or -errno, and leave their result untouched when they fail.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_ADDRESS_H
#define LVINDEX_SCHEMA_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "wire.h"

#define IPV4_LEN 4
#define IPV6_LEN 16
/* INET6_ADDRSTRLEN without the need of <netinet/in.h> */
#define IP_TEXT_SIZE 46

/* `len` is IPV4_LEN or IPV6_LEN, and says the family; 0 stands for no address. Bytes past `len` are 0. */
struct ip {
    uint8_t len;
    uint8_t octets[IPV6_LEN];
};

/* A hardware address: ARP hardware type (1 is Ethernet, IANA "arp-parameters") and 0 to 16 octets.
 * `known` is false when there is none at all, as for many DHCPv6 clients. */
struct hwaddr {
    bool known;
    uint8_t type;
    uint8_t len;
    uint8_t octets[HWADDR_MAX];
};

#define HWADDR_ETHERNET 1
/* "xx-" and "xx:" an octet */
#define HWADDR_TEXT_SIZE (3 + 3 * HWADDR_MAX + 1)

/* A client-id or a DUID. */
struct octets {
    uint8_t len;
    uint8_t at[OCTETS_MAX];
};

/* -EINVAL: neither an IPv4 nor an IPv6 address. */
int ip_parse(const char *text, struct ip *ip);
/* Takes 4 or 16 bytes as they stand in an index or a packet; -EINVAL for another length. */
int ip_from_bytes(struct bytes raw, struct ip *ip);
/* Writes the usual text ("" for no address) and returns `text`. */
const char *ip_format(const struct ip *ip, char text[static IP_TEXT_SIZE]);
/* Like memcmp; IPv4 before IPv6. */
int ip_compare(const struct ip *a, const struct ip *b);
/* Is one other machine reached by it, as it stands? Not by the unspecified address, loopback, multicast, nor
 * by what needs a scope. */
bool ip_is_reachable(const struct ip *ip);

/* `[xx-]xx:xx:…`, case folded; "20-" is an InfiniBand client without address octets. An empty text is
 * -EINVAL, more than 16 octets are -E2BIG. */
int hwaddr_parse(const char *text, struct hwaddr *hwaddr);
/* As dnsmasq prints it: the type in front unless it is Ethernet with octets. "" when unknown. */
const char *hwaddr_format(const struct hwaddr *hwaddr, char text[static HWADDR_TEXT_SIZE]);
bool hwaddr_equal(const struct hwaddr *a, const struct hwaddr *b);
/* An order of hardware addresses: 0 where they are equal. */
int hwaddr_compare(const struct hwaddr *a, const struct hwaddr *b);

/* `xx:xx:…`, 1 to 255 octets; 100 may end with a colon, as dnsmasq cuts longer ones. -EINVAL or -E2BIG. */
int octets_parse(const char *text, struct octets *octets);
/* Writes `xx:xx:…`, lower case ("" for none), and returns `text`. */
const char *octets_format(const struct octets *octets, char text[static OCTETS_TEXT_MAX + 1]);
bool octets_equal(const struct octets *a, const struct octets *b);

#endif
