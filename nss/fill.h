/*
 * Answers in the shape that glibc wants them in, inside the caller's buffer.
 *
 * All functions compute what they need first, the alignment of `buffer` included: -ERANGE, and nothing
 * written, when `size` is less; 0 when it is that or more. Results, and all they point at, live in the
 * buffer. -EBADMSG: the index changed under our hands, which an index never does. Thread-safety: no state.
 */
#ifndef LVINDEX_NSS_FILL_H
#define LVINDEX_NSS_FILL_H

#include <netdb.h>
#include <nss.h>
#include <stddef.h>

#include "nss/lookup.h"

/* `answer` is of one family. */
int fill_addresses(const struct name_answer *answer, struct hostent *result, char *buffer, size_t size);

/* A list of tuples: the first goes to where `*pat` points, or into the buffer and into `*pat` when that is
 * NULL. */
int fill_tuples(const struct name_answer *answer, struct gaih_addrtuple **pat, char *buffer, size_t size);

int fill_names(const struct address_answer *answer, struct hostent *result, char *buffer, size_t size);

#endif
