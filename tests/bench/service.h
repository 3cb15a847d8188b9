/*
 * A name service module, called as glibc calls it, but without glibc in between.
 *
 * Thread-safety: all calls but service_open(), as far as the module has it.
 */
#ifndef LVINDEX_BENCH_SERVICE_H
#define LVINDEX_BENCH_SERVICE_H

#include <stdbool.h>

/* Loads the file and finds the entry points of _nss_NAME_... in it. Nothing is looked up yet. Ends the
   program where there is no gethostbyname4_r(). */
void service_open(const char *file, const char *name);

/* Whether the module can be asked for the names of an address. */
bool service_has_addresses(void);

/* Whether the name was found. Ends the program where the module wants a larger buffer. */
bool service_by_name(const char *name);

/* The same for the names of an IPv4 address, 4 bytes in network order. */
bool service_by_address(const char *address);

#endif
