#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "dump.h"
#include "escape.h"

#define COLUMNS 7

/* A table of cells on the heap, row after row. */
struct table {
    char **cells;
    size_t rows;
};

static void table_free(struct table *table)
{
    for (size_t i = 0; i < table->rows * COLUMNS; i++)
        free(table->cells[i]);
    free(table->cells);
}

/* Adds a row of texts, which are escaped; an empty one shows as "-". */
static int add_row(struct table *table, const char *const texts[COLUMNS])
{
    char **more = reallocarray(table->cells, (table->rows + 1) * COLUMNS, sizeof(char *));

    if (more == NULL)
        return -ENOMEM;
    table->cells = more;
    for (size_t i = 0; i < COLUMNS; i++) {
        char *cell = escape_text(bytes_of(texts[i][0] != '\0' ? texts[i] : "-"));

        if (cell == NULL) {
            while (i-- > 0)
                free(more[table->rows * COLUMNS + i]);
            return -ENOMEM;
        }
        more[table->rows * COLUMNS + i] = cell;
    }
    table->rows++;
    return 0;
}

/* How many columns of a terminal a text takes: its characters, which is right for nearly all names. */
static size_t width(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static void print_table(const struct table *table, FILE *to)
{
    size_t widths[COLUMNS] = {0};

    for (size_t i = 0; i < table->rows * COLUMNS; i++) {
        size_t cell = width(table->cells[i]);

        if (cell > widths[i % COLUMNS])
            widths[i % COLUMNS] = cell;
    }
    for (size_t i = 0; i < table->rows * COLUMNS; i++) {
        bool last = i % COLUMNS == COLUMNS - 1;

        fputs(table->cells[i], to);
        if (last)
            fputc('\n', to);
        else
            fprintf(to, "%*s", (int)(widths[i % COLUMNS] - width(table->cells[i]) + 2), "");
    }
}

#define TIME_TEXT 64

static const char *format_expiry(uint64_t expiry, char text[static TIME_TEXT])
{
    time_t seconds = (time_t)expiry;
    struct tm tm;

    if (expiry == 0)
        strcpy(text, "never");
    else if (localtime_r(&seconds, &tm) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        snprintf(text, TIME_TEXT, "%" PRIu64, expiry);
    return text;
}

/* The two greatest units that count: "3d 4h", "5m 10s". */
static const char *format_left(uint64_t expiry, uint64_t now, char text[static TIME_TEXT])
{
    uint64_t left = expiry > now ? expiry - now : 0;

    if (expiry == 0)
        strcpy(text, "");
    else if (left == 0)
        strcpy(text, "expired");
    else if (left >= 86400)
        snprintf(text, TIME_TEXT, "%" PRIu64 "d %" PRIu64 "h", left / 86400, left / 3600 % 24);
    else if (left >= 3600)
        snprintf(text, TIME_TEXT, "%" PRIu64 "h %" PRIu64 "m", left / 3600, left / 60 % 60);
    else
        snprintf(text, TIME_TEXT, "%" PRIu64 "m %" PRIu64 "s", left / 60, left % 60);
    return text;
}

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

static int add_lease(struct table *table, const struct dump_lease *entry, uint64_t now)
{
    const struct lease *lease = &entry->lease;
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE], expiry[TIME_TEXT], left[TIME_TEXT];
    CLEANUP_FREE char *host = format_host(entry);
    CLEANUP_FREE char *guests = format_guests(entry);

    if (host == NULL || guests == NULL)
        return -ENOMEM;
    return add_row(table, (const char *const[COLUMNS]){lease->network, ip_format(&lease->ip, ip),
                                                       hwaddr_format(&lease->hwaddr, mac), host, guests,
                                                       format_expiry(lease->expiry, expiry),
                                                       format_left(lease->expiry, now, left)});
}

int dump_table(struct index *index, FILE *to)
{
    static const char *const head[COLUMNS] = {"NETWORK", "ADDRESS", "MAC", "HOST NAME",
                                              "GUEST",   "EXPIRES", "LEFT"};
    CLEANUP_DUMP struct dump_leases leases = {NULL, 0};
    __attribute__((cleanup(table_free))) struct table table = {NULL, 0};
    int rc = dump_collect(index, &leases);

    if (rc == 0)
        rc = add_row(&table, head);
    for (size_t i = 0; rc == 0 && i < leases.count; i++)
        rc = add_lease(&table, &leases.at[i], index->now);
    if (rc == 0)
        print_table(&table, to);
    return rc;
}
