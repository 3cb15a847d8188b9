#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "dump_times.h"
#include "explanation.h"
#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "table.h"

#define COLUMNS 7
#define VERDICT 6

static const char *title_of(const struct explained_record *record)
{
    switch (record->kind) {
    case KEY_GUEST:
        return "Guest name";
    case KEY_HOST:
        return "Host name";
    default:
        return "Names of the address";
    }
}

/* What puts it where it stands in the order. */
static int format_place(const struct candidate *candidate, uint64_t now, char **text)
{
    const char *running = candidate->running ? "running guest, " : "";
    char age[TIME_TEXT];
    int len;

    if (candidate->ip.len == 0)
        len = asprintf(text, "%s", "");
    else if (candidate->heard != 0)
        len = asprintf(text, "%sheard %s ago", running, format_age(candidate->heard, now, age));
    else
        len = asprintf(text, "%sfrom a file", running);
    return len < 0 ? -ENOMEM : 0;
}

static int add_candidate(struct table *table, const struct candidate *candidate, uint64_t now)
{
    CLEANUP_FREE char *place = NULL;
    char ip[IP_TEXT_SIZE], left[TIME_TEXT] = "";
    int rc = format_place(candidate, now, &place);

    if (rc < 0)
        return rc;
    if (candidate->ip.len > 0)
        format_left(candidate->expiry, now, left);
    rc = table_add(table, (const char *const[COLUMNS]){candidate->name, ip_format(&candidate->ip, ip),
                                                       candidate->network, candidate->feeder, place, left,
                                                       candidate->reason});
    if (rc == 0 && candidate->verdict == VERDICT_EXPIRED)
        table_style_row(table, STYLE_PAST);
    if (rc == 0 && candidate->verdict == VERDICT_REFUSED)
        table_style(table, VERDICT, STYLE_WITHHELD);
    return rc;
}

/* 'Host name under the suffix "lab.example" of network lab, key "hweb"' */
static void print_title(const struct explained_record *record, FILE *to)
{
    fputs(title_of(record), to);
    if (record->suffix != NULL) {
        fputs(" under the suffix \"", to);
        escape_print(to, bytes_of(record->suffix));
        fputs("\" of network ", to);
        escape_print(to, bytes_of(record->networks));
    }
    fprintf(to, ", key \"%s\":", record->key);
}

static int print_record(const struct explained_record *record, uint64_t now, FILE *to)
{
    static const char *const head[COLUMNS] = {"NAME",  "ADDRESS", "NETWORK", "FROM",
                                              "ORDER", "LEFT",    "VERDICT"};
    CLEANUP_TABLE struct table table = {.columns = COLUMNS};
    int rc = table_add(&table, head);

    if (record->key == NULL) {
        fprintf(to, "%s: no name is so short, or so long\n\n", title_of(record));
        return rc;
    }
    for (size_t i = 0; rc == 0 && i < record->count; i++)
        rc = add_candidate(&table, &record->candidates[i], now);
    if (rc < 0)
        return rc;
    print_title(record, to);
    if (record->count == 0) {
        fputs(" not in the index\n\n", to);
        return 0;
    }
    fputc('\n', to);
    table_print(&table, to);
    fputc('\n', to);
    return 0;
}

/* Nobody else knows better: the suffix is ours. */
static void print_definite(const struct explained_record *record, FILE *to)
{
    if (record == NULL)
        return;
    fputs("NOTFOUND is definite: names under \"", to);
    escape_print(to, bytes_of(record->suffix));
    fputs("\" are those of network ", to);
    escape_print(to, bytes_of(record->networks));
    fputs(", where this is none\n\n", to);
}

static void print_refused(const struct lease *lease, FILE *to)
{
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE];

    fputs("Refused: ", to);
    escape_print(to, bytes_of(lease->refused));
    fprintf(to, ", asked for by %s (%s) in network ", ip_format(&lease->ip, ip),
            lease->hwaddr.known ? hwaddr_format(&lease->hwaddr, mac) : "no MAC");
    escape_print(to, bytes_of(lease->network[0] != '\0' ? lease->network : "-"));
    fprintf(to, ": %s\n\n", refusal_text(lease->reason));
}

static void print_nameless(const struct lease *lease, FILE *to)
{
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE];

    fprintf(to, "%s: leased to %s in network ", ip_format(&lease->ip, ip),
            lease->hwaddr.known ? hwaddr_format(&lease->hwaddr, mac) : "no MAC");
    escape_print(to, bytes_of(lease->network[0] != '\0' ? lease->network : "-"));
    fputs("; its client told no name\n\n", to);
}

static void print_answer(const char *module, const struct module_answer *answer, FILE *to)
{
    fprintf(to, "Module %s: ", module);
    if (answer->trouble[0] != '\0') {
        fputs("cannot be asked: ", to);
        escape_print(to, bytes_of(answer->trouble));
    } else {
        fputs(answer->status, to);
    }
    if (module_answer_failed(answer))
        fprintf(to, " (%s)", strerror(answer->error));
    for (size_t i = 0; i < answer->found.count; i++) {
        fputs(i == 0 ? ": " : ", ", to);
        escape_print(to, bytes_of(answer->found.at[i]));
    }
    fputc('\n', to);
}

int dump_explain(struct index *index, const struct dump_query *query, FILE *to)
{
    CLEANUP_EXPLANATION struct explanation explanation;
    int rc = explain(index, query->subject, &explanation);

    for (size_t i = 0; rc == 0 && i < explanation.record_count; i++)
        rc = print_record(&explanation.records[i], index->now, to);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < explanation.refused.count; i++)
        print_refused(&explanation.refused.at[i], to);
    for (size_t i = 0; i < explanation.nameless.count; i++)
        print_nameless(&explanation.nameless.at[i], to);
    print_definite(explanation_definite(&explanation), to);
    for (size_t i = 0; i < EXPLAINED_MODULES; i++)
        print_answer(explanation.answers[i].module, &explanation.answers[i].answer, to);
    return 0;
}
