/*
 * libvirt's `<bridge>.macs`: the guests of a network and their hardware addresses.
 *
 * As libvirt 9.0.0 writes it (src/util/virmacmap.c): [ {"domain": "web", "macs": ["52:54:00:…", …]}, … ].
 */
#ifndef LVINDEX_INDEXER_MACS_H
#define LVINDEX_INDEXER_MACS_H

#include <json-c/json.h>

#include "guest_items.h"

/* Reads a file's text. Guests' names point into `*json`, which the caller puts. -EBADMSG for what is no such
 * file. An entry that breaks the rules is reported as part of `where` and left out: 1 when there was any,
 * else 0. An empty text has no guests. */
int macs_parse(const char *text, size_t len, const char *where, const struct report *report,
               struct json_object **json, struct item_list *items);

#endif
