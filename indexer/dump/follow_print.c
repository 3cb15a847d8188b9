#include "follow_print.h"

#include <errno.h>
#include <stdio.h>

#include "dump_times.h"
#include "indexer/escape.h"
#include "indexer/json_text.h"
#include "indexer/leases.h"
#include "indexer/report.h"

/* Where the words of a change go: behind its time. */
struct line {
    const struct follow_output *output;
    uint64_t now;
};

static void print_text(void *context, const char *text)
{
    const struct line *line = context;
    char time[TIME_TEXT];

    fprintf(line->output->to, "%s ", format_expiry(line->now, time));
    escape_print(line->output->to, bytes_of(text));
    fputc('\n', line->output->to);
}

static int print_object(const struct follow_output *output, uint64_t now, const char *change,
                        int (*add)(struct json_object *object, const void *what), const void *what)
{
    CLEANUP_JSON struct json_object *object = json_object_new_object();
    int rc = object == NULL ? -ENOMEM : json_add_number(object, "time", now);

    if (rc == 0)
        rc = json_add(object, "change", json_object_new_string(change));
    if (rc == 0)
        rc = add(object, what);
    return rc < 0 ? rc : json_print_line(object, output->to);
}

static int add_lease(struct json_object *object, const void *lease)
{
    return dump_json_lease(object, lease);
}

static int add_guest(struct json_object *object, const void *what)
{
    const struct follow_guest *guest = what;
    int rc = json_add(object, "network", json_object_new_string(guest->network));

    return rc < 0 ? rc : json_add(object, "guest", json_new_escaped(guest->name));
}

int follow_print_lease(const struct follow_output *output, uint64_t now, const struct dump_lease *lease,
                       const char *change)
{
    struct line line = {output, now};
    const struct report report = {.change = print_text, .context = &line};

    if (output->json)
        return print_object(output, now, change, add_lease, lease);
    lease_report(&report, &lease->lease, change);
    return 0;
}

int follow_print_guest(const struct follow_output *output, uint64_t now, const struct follow_guest *guest,
                       const char *change)
{
    struct line line = {output, now};
    const struct report report = {.change = print_text, .context = &line};

    if (output->json)
        return print_object(output, now, change, add_guest, guest);
    report_change(&report, "%s: guest %s %s", guest->network, guest->name, change);
    return 0;
}
