#include "lease_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "event.h"
#include "numbers.h"
#include "pass.h"
#include "source_file.h"

#define FIELDS 5

static bool given(const char *field)
{
    return strcmp(field, "*") != 0;
}

/* Splits a line at its spaces: how many fields there are, FIELDS + 1 for more. */
static int split(char *line, char *fields[FIELDS])
{
    char *rest = line;
    char *field;
    int count = 0;

    while ((field = strsep(&rest, " ")) != NULL) {
        if (*field == '\0')
            continue;
        if (count == FIELDS)
            return FIELDS + 1;
        fields[count++] = field;
    }
    return count;
}

/* What is wrong with a lease's line; NULL when nothing is. */
static const char *read_lease(char *fields[FIELDS], struct lease *lease)
{
    if (number_parse(fields[0], SECONDS_MAX, &lease->expiry) < 0)
        return "no valid expiry time";
    if (ip_parse(fields[2], &lease->ip) < 0)
        return "no valid address";
    if (lease->ip.len == IPV4_LEN && hwaddr_parse(fields[1], &lease->hwaddr) < 0)
        return "no valid hardware address";
    if (lease->ip.len == IPV6_LEN && iaid_parse(fields[1], lease) < 0)
        return "no valid IAID";
    if (given(fields[4]) && octets_parse(fields[4], &lease->client_id) < 0)
        return "no valid client-id or DUID";
    if (strlen(fields[3]) > RAW_NAME_MAX)
        return "host name too long";
    lease_set_name(lease, given(fields[3]) ? fields[3] : "", "");
    return NULL;
}

/* "vendorclass ADDRESS ..." and the like, which dnsmasq 2.91 adds behind the leases: nothing that we need. */
static bool is_remark(char *fields[FIELDS], int count)
{
    struct ip ip;

    return count >= 3 && ip_parse(fields[1], &ip) == 0;
}

static bool is_lease(const char *line)
{
    return *line >= '0' && *line <= '9';
}

bool lease_file_entry(char *line, struct lease *lease)
{
    char *fields[FIELDS];

    return is_lease(line) && split(line, fields) == FIELDS && read_lease(fields, lease) == NULL;
}

/* `line` is cut up. `duid` is set by a duid line. */
static int take_line(struct pass *pass, size_t number, char *line, struct octets *duid)
{
    struct lease lease = {.expiry = 0};
    char *fields[FIELDS];
    bool entry = is_lease(line);
    int count = split(line, fields);
    const char *why = NULL;

    if (count == 0)
        return 0;
    if (entry)
        why = count == FIELDS ? read_lease(fields, &lease) : "not five fields";
    else if (strcmp(fields[0], "duid") == 0)
        why = count == 2 && octets_parse(fields[1], duid) == 0 ? NULL : "no valid server DUID";
    else if (!is_remark(fields, count))
        why = "not a line of a lease file";
    if (why != NULL) {
        pass_bad_entry(pass, number, why);
        return 0;
    }
    return entry ? pass_lease(pass, &lease) : 0;
}

static int take_lines(struct pass *pass, char *text, size_t len)
{
    struct octets duid = {0};
    char *end = text + len;
    size_t number = 0;
    int rc = 0;

    while (rc == 0 && text < end) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        char *stop = newline != NULL ? newline : end;

        number++;
        *stop = '\0'; /* there is a NUL behind the text */
        if (newline == NULL || strlen(text) != (size_t)(stop - text))
            pass_bad_entry(pass, number, newline == NULL ? "cut short" : "holds a NUL");
        else
            rc = take_line(pass, number, text, &duid);
        text = stop + 1;
    }
    if (rc == 0)
        rc = pass_finish(pass);
    return rc < 0 ? rc : index_set_server_duid(pass->index, pass->network, &duid);
}

/* The number by which leases refer to their file. */
static int number_file(struct index *index, struct source_file *source)
{
    if (source->known.source.number >= OWNER_FIRST_FILE)
        return 0;
    if (index->state.next_source == UINT16_MAX)
        return report_errno(index->report, -ENOSPC, "%s: a number for the file", source->where);
    source->known.source.number = index->state.next_source++;
    return 0;
}

void lease_file_wait(const char *path)
{
    CLEANUP_FILE struct file file = {.fd = -1};

    if (file_open(AT_FDCWD, path, 0, &file) == 0 && file.identity.inode == 0 && file_read(&file) == 0)
        file_settle(&file, FILE_PATIENCE);
}

int lease_file_refresh(struct index *index, const char *network, const char *path)
{
    CLEANUP_SOURCE_FILE struct source_file source = {.file = {.fd = -1}};
    CLEANUP_PASS struct pass pass = {.index = index, .network = network};
    CLEANUP_FREE char *place = NULL;
    int rc;

    /* The same file for another network is another source. */
    if (asprintf(&place, "%s=%s", network, path) < 0) {
        place = NULL;
        return -ENOMEM;
    }
    rc = source_file_open(index, AT_FDCWD, NULL, path, 0, SOURCE_LEASES, place, &source);
    if (rc == SOURCE_NEW && file_settle(&source.file, FILE_PATIENCE_LOCKED) < 0) {
        report_problem(index->report, "keeps changing", "%s", path);
        return 0;
    }
    if (rc == SOURCE_GONE)
        report_errno(index->report, -ENOENT, "%s", path);
    if (rc != SOURCE_NEW)
        return rc < 0 ? rc : 0;
    rc = number_file(index, &source);
    if (rc < 0)
        return rc;
    pass.where = source.where;
    pass.first = source_file_is_first(index, &source);
    pass.owner = source.known.source.number;
    rc = take_lines(&pass, source.file.text, source.file.len);
    return rc < 0 ? rc : source_file_applied(index, &source, !pass_whole(&pass));
}
