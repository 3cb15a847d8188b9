/*
 * Limits of everything that comes from outside, and the version of the format.
 *
 * Each bound stands here once; writer, reader and tools include it.
 */
#ifndef LVINDEX_SCHEMA_LIMITS_H
#define LVINDEX_SCHEMA_LIMITS_H

#include <stdint.h>

/* Version of keys and values: this one is written, and every one since the oldest is read. A reader that
 * meets another answers UNAVAIL. 2: an index may have a base. 4: claims have a rank, there are entries that
 * are no leases, and networks have suffixes. No version was 3, which one wrong bit makes 1 or 2. */
#define SCHEMA_VERSION 4
#define SCHEMA_OLDEST  1

/* A DNS label (RFC 1035, 2.3.4) and a name of labels with its dots, without the trailing one. */
#define LABEL_MAX  63
#define DOMAIN_MAX 253

/* Raw bytes that a client sent as its name: dnsmasq 2.90 reads a lease's name with "%255s". */
#define RAW_NAME_MAX 255

/* A libvirt guest's name: the qemu driver keeps it in a file called NAME.xml (NAME_MAX). */
#define GUEST_MAX 255

/* A network: libvirt uses the bridge's name (IFNAMSIZ - 1), LVINDEX_NETWORK may be longer. */
#define NETWORK_MAX 63

/* Suffixes that a network's names may be given by the administrator. */
#define SUFFIXES_MAX 8

/* An interface's name, without the terminator (IFNAMSIZ - 1). */
#define INTERFACE_MAX 15

/* A hardware address: dnsmasq's DHCP_CHADDR_MAX. */
#define HWADDR_MAX 16

/* A client-id or DUID: dnsmasq reads "%764s", that is 255 octets as "xx:" (764 = 3 * 255 - 1). */
#define OCTETS_MAX      255
#define OCTETS_TEXT_MAX (3 * OCTETS_MAX - 1)

/* What names a source: kind and network, or the path of a lease file. */
#define SOURCE_NAME_MAX 255

/* Seconds since the epoch fill 40 bits on disk, milliseconds 48: until the years 36812 and 10889. */
#define SECONDS_MAX ((UINT64_C(1) << 40) - 1)
#define MILLIS_MAX  ((UINT64_C(1) << 48) - 1)

/* One value of the index. Bounds what a writer builds in memory for a name that very many leases claim. */
#define VALUE_MAX (64U << 20)

/* One source file. libvirt's own limit for a .status file is 1 MiB a network; 1,000,000 leases take 250. */
#define SOURCE_FILE_MAX (512U << 20)

#endif
