/*
 * Numbers as dnsmasq 2.90 and libvirt write them.
 */
#ifndef LVINDEX_INDEXER_NUMBERS_H
#define LVINDEX_INDEXER_NUMBERS_H

#include "schema/lease.h"

/* "123", or "T123" for a temporary address. -EINVAL. */
int iaid_parse(const char *text, struct lease *lease);

/* "T" + 4294967295 */
#define IAID_TEXT_SIZE 12

/* Writes it the same way; "" when the lease has none. Returns `text`. */
const char *iaid_format(const struct lease *lease, char text[static IAID_TEXT_SIZE]);

/* Digits alone, at most `max`; spaces behind them are passed over. -EINVAL, -ERANGE. */
int number_parse(const char *text, uint64_t max, uint64_t *number);

#endif
