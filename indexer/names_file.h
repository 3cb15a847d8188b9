/*
 * The names that are answered now, as files that other programs read.
 */
#ifndef LVINDEX_INDEXER_NAMES_FILE_H
#define LVINDEX_INDEXER_NAMES_FILE_H

#include <stdio.h>

#include "index.h"

/* Which of them are wanted: NULL, or no address, stands for any. */
struct names_wanted {
    const char *network;
    const char *guest;
    const char *name;
    struct ip address;
};

/* Prints them as lines of hosts(5): one for each name and address, the order of a name's addresses kept. A
 * name that is no word is a comment. `*until` (NULL: not asked for): when the next of all addresses expires,
 * in seconds since the epoch, or 0. -errno of reading the index. */
int names_file_hosts(struct index *index, const struct names_wanted *wanted, FILE *to, uint64_t *until);

/* Prints them as blocks of ssh_config(5), one for each name. -errno of reading the index. */
int names_file_ssh(struct index *index, const struct names_wanted *wanted, FILE *to);

#endif
