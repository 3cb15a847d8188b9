/*
 * The line for host names in /etc/nsswitch.conf, read as glibc reads it.
 */
#ifndef LVINDEX_INDEXER_DUMP_NSSWITCH_H
#define LVINDEX_INDEXER_DUMP_NSSWITCH_H

#include <stdbool.h>
#include <stddef.h>

#define NSSWITCH "/etc/nsswitch.conf"

struct nss_service {
    char name[64];
    bool ends; /* its actions end the search for a name that it does not know */
};

/* In the order in which they are asked; none where the file has no such line. */
struct nss_services {
    struct nss_service *at;
    size_t count;
};

/* 0, or -errno of reading the file. The caller frees, also after a failure. */
int nsswitch_hosts(struct nss_services *services);
void nsswitch_free(struct nss_services *services);

#define CLEANUP_SERVICES __attribute__((cleanup(nsswitch_free)))

/* Is it one of our modules, under any of the names that they were built with? */
bool nsswitch_is_ours(const struct nss_service *service);

#endif
