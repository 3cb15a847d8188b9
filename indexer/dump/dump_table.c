#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "dump_times.h"
#include "indexer/cleanup.h"
#include "schema/claim.h"
#include "table.h"

#define COLUMNS   7
#define HOST_NAME 3

/* The host name with its domain, or the refused one with the reason in brackets. NULL without memory. */
static char *format_host(const struct dump_lease *entry)
{
    const struct lease *lease = &entry->lease;
    char *text = NULL;
    int len;

    if (entry->reason != REFUSAL_NONE)
        len = asprintf(&text, "(%s: %s)", lease->refused[0] != '\0' ? lease->refused : lease->host,
                       refusal_text(entry->reason));
    else
        len = asprintf(&text, "%s%s%s", lease->host, lease->domain[0] != '\0' ? "." : "", lease->domain);
    return len < 0 ? NULL : text;
}

/* The guests' names, with commas between. NULL without memory. */
static char *format_guests(const struct dump_lease *entry)
{
    size_t size = 1;
    char *text, *end;

    for (size_t i = 0; i < entry->guest_count; i++)
        size += strlen(entry->guests[i]) + 2;
    text = end = malloc(size);
    if (text == NULL)
        return NULL;
    *text = '\0';
    for (size_t i = 0; i < entry->guest_count; i++) {
        end = stpcpy(end, i > 0 ? ", " : "");
        end = stpcpy(end, entry->guests[i]);
    }
    return text;
}

/* What is no lease has no end: its kind instead. */
static const char *format_end(const struct lease *lease, char text[static TIME_TEXT])
{
    return lease->kind != KIND_LEASE && lease->expiry == 0 ? lease_kind_text(lease->kind)
                                                           : format_expiry(lease->expiry, text);
}

static int add_lease(struct table *table, const struct dump_lease *entry, uint64_t now)
{
    const struct lease *lease = &entry->lease;
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE], expiry[TIME_TEXT], left[TIME_TEXT];
    CLEANUP_FREE char *host = format_host(entry);
    CLEANUP_FREE char *guests = format_guests(entry);
    int rc;

    if (host == NULL || guests == NULL)
        return -ENOMEM;
    rc = table_add(table, (const char *const[COLUMNS]){lease->network, ip_format(&lease->ip, ip),
                                                       hwaddr_format(&lease->hwaddr, mac), host, guests,
                                                       format_end(lease, expiry),
                                                       format_left(lease->expiry, now, left)});
    if (rc == 0 && expiry_passed(lease->expiry, now))
        table_style_row(table, STYLE_PAST);
    if (rc == 0 && entry->reason != REFUSAL_NONE)
        table_style(table, HOST_NAME, STYLE_WITHHELD);
    return rc;
}

int dump_table(struct index *index, const struct dump_query *query, FILE *to)
{
    static const char *const head[COLUMNS] = {"NETWORK", "ADDRESS", "MAC", "HOST NAME",
                                              "GUEST",   "EXPIRES", "LEFT"};
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    CLEANUP_TABLE struct table table = {.columns = COLUMNS};
    int rc = dump_collect(index, query, &leases);

    if (rc == 0)
        rc = table_add(&table, head);
    for (size_t i = 0; rc == 0 && i < leases.count; i++)
        rc = add_lease(&table, &leases.at[i], index->now);
    if (rc == 0)
        table_print(&table, to);
    return rc;
}
