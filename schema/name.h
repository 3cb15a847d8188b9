/*
 * Rules for names: case, syntax, and which names a DHCP client may never have.
 *
 * The client chooses its host name, so this is the border where names are checked. All of it is ASCII: host
 * names are (RFC 952, RFC 1123, and the underscore that real machines use), and locale must not matter.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_SCHEMA_NAME_H
#define LVINDEX_SCHEMA_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "wire.h"

/* Why a name is not answered. The numbers are part of the format: append only. */
enum refusal {
    REFUSAL_NONE = 0,
    REFUSAL_BY_DNSMASQ = 1,     /* the client asked for it, dnsmasq did not grant it */
    REFUSAL_TAKEN = 2,          /* dnsmasq took it away for another client */
    REFUSAL_SYNTAX = 3,         /* not one label of letters, digits, hyphen and underscore */
    REFUSAL_DOTTED = 4,         /* more than one label */
    REFUSAL_TOO_LONG = 5,       /* label over 63 bytes */
    REFUSAL_NUMERIC = 6,        /* reads as an address: digits alone, or 0x and hexadecimal digits */
    REFUSAL_WELL_KNOWN = 7,     /* localhost, wpad, isatap, _gateway, _outbound */
    REFUSAL_OWN_HOST = 8,       /* this host's own name */
    REFUSAL_GUEST_NAME = 9,     /* a libvirt guest's name, and this machine is another */
    REFUSAL_GUEST_STOPPED = 10, /* a guest's name whose guest does not run */
    REFUSAL_STATIC = 11         /* a static entry's name, and this machine is another */
};
#define REFUSAL_LAST REFUSAL_STATIC

/* A short English reason for people; never NULL. */
const char *refusal_text(enum refusal refusal);

/* Lower case for ASCII letters, every other byte as it is. `to` may be `from`; no terminator is written. */
void name_fold(char *to, const char *from, size_t len);

/* Equal but for the case of ASCII letters. */
bool name_equal(const char *a, const char *b);

/* The same for names without a terminator. */
bool name_equal_bytes(struct bytes a, struct bytes b);

/* The name without the dot that may stand behind it, for the root of all domains. */
struct bytes name_without_root(struct bytes name);

/* 1 to 63 letters, digits, hyphens and underscores, no hyphen at either end. */
bool name_label_valid(const char *text, size_t len);

/* Valid labels with single dots between them, no dot at either end, at most DOMAIN_MAX bytes. */
bool name_domain_valid(const char *text, size_t len);

/* May a client be called `host` at all, whatever else the host knows? REFUSAL_NONE, or why not. Names that
 * other machines own (guests, this host) are not looked at here. An empty name is REFUSAL_SYNTAX. */
enum refusal name_check(const char *host);

/* A network's name in keys, file names and options: 0 to NETWORK_MAX printable ASCII bytes without space,
 * `/`, `=`, and not starting with a dot. The empty one is the unnamed dnsmasq of a state directory. */
bool network_valid(const char *network);

/* A libvirt guest's name: 1 to GUEST_MAX bytes, no NUL by nature, no newline, no slash (libvirt's own rule).
 */
bool guest_valid(const char *guest);

#endif
