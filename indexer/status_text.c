#include "status_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What lines begin with, each behind the end of the line before. */
#define ENTRY_START "\n  {\n"
#define ENTRY_END   "\n  }"
#define MEMBER      "\n    "

#define EMPTY   "[\n\n]\n"
#define CLOSING "\n]\n"

static bool stands_at(const struct status_text *text, size_t at, const char *wanted)
{
    size_t len = strlen(wanted);

    return at <= text->len && text->len - at >= len && memcmp(text->at + at, wanted, len) == 0;
}

static bool ends_at(const struct status_text *text, size_t at)
{
    return at + strlen(CLOSING) == text->len && stands_at(text, at, CLOSING);
}

static bool is_empty(const struct status_text *text)
{
    return text->len == strlen(EMPTY) && stands_at(text, 0, EMPTY);
}

/* Has it the form at both ends? */
static bool is_framed(const struct status_text *text)
{
    static const char end[] = ENTRY_END CLOSING;

    return is_empty(text) ||
           (stands_at(text, 0, "[" ENTRY_START) && stands_at(text, text->len - strlen(end), end));
}

/* Can an entry stand there? */
static bool begins_at(const struct status_text *text, size_t at)
{
    static const char before[] = ENTRY_END ",";

    return stands_at(text, at, ENTRY_START) &&
           (at == strlen("[") || stands_at(text, at - strlen(before), before));
}

/* Finds the entry around a member, from `*start` on to `*end`, behind its comma. `member` is the end of the
 * line before. */
static int entry_around(const struct status_text *text, size_t member, size_t *start, size_t *end)
{
    size_t from = member, to = member;

    /* The text begins and ends with lines that are no member's. */
    while (stands_at(text, from, MEMBER))
        from = (size_t)((char *)memrchr(text->at, '\n', from) - text->at);
    while (stands_at(text, to, MEMBER))
        to = (size_t)((char *)memchr(text->at + to + 1, '\n', text->len - to - 1) - text->at);
    if (!begins_at(text, from) || !stands_at(text, to, ENTRY_END))
        return -EBADMSG;
    to += strlen(ENTRY_END);
    if (!ends_at(text, to) && !stands_at(text, to, "," ENTRY_START))
        return -EBADMSG;
    *start = from;
    *end = to + (text->at[to] == ',');
    return 0;
}

/* Ends a text that is kept up to `kept`, and goes on at `rest`. */
static void join(struct status_text *text, size_t kept, size_t rest)
{
    if (ends_at(text, rest)) {
        /* The last entry has no comma behind it, and none has an empty line. */
        if (text->at[kept - 1] == ',')
            kept--;
        else if (kept == strlen("["))
            text->at[kept++] = '\n';
    }
    memmove(text->at + kept, text->at + rest, text->len - rest + 1);
    text->len -= rest - kept;
}

int status_text_cut(struct status_text *text, const struct ip *ip)
{
    char line[sizeof(MEMBER "\"ip-address\": \"\"") + IP_TEXT_SIZE], ip_text[IP_TEXT_SIZE];
    int len = snprintf(line, sizeof(line), MEMBER "\"ip-address\": \"%s\"", ip_format(ip, ip_text));
    size_t kept = 0, rest = 0, start, end;
    int rc = is_framed(text) ? 0 : -EBADMSG;
    const char *found;

    while (rc == 0 && (found = memmem(text->at + rest, text->len - rest, line, (size_t)len)) != NULL) {
        rc = entry_around(text, (size_t)(found - text->at), &start, &end);
        if (rc < 0)
            break;
        memmove(text->at + kept, text->at + rest, start - rest);
        kept += start - rest;
        rest = end;
    }
    if (rest > 0)
        join(text, kept, rest);
    return rc;
}

int status_text_append(struct status_text *text, const struct status_text *one)
{
    bool empty = is_empty(text);
    size_t kept = empty ? strlen("[") : text->len - strlen(CLOSING);
    char *at = realloc(text->at, text->len + one->len + 1);

    if (at == NULL)
        return -ENOMEM;
    text->at = at;
    if (!empty)
        at[kept++] = ',';
    memcpy(at + kept, one->at + strlen("["), one->len);
    text->len = kept + one->len - strlen("[");
    return 0;
}
