#include "dump_times.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *format_expiry(uint64_t expiry, char text[static TIME_TEXT])
{
    time_t seconds = (time_t)expiry;
    struct tm tm;

    if (expiry == 0)
        strcpy(text, "never");
    else if (localtime_r(&seconds, &tm) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        snprintf(text, TIME_TEXT, "%" PRIu64, expiry);
    return text;
}

static const char *format_span(uint64_t seconds, char text[static TIME_TEXT])
{
    if (seconds >= 86400)
        snprintf(text, TIME_TEXT, "%" PRIu64 "d %" PRIu64 "h", seconds / 86400, seconds / 3600 % 24);
    else if (seconds >= 3600)
        snprintf(text, TIME_TEXT, "%" PRIu64 "h %" PRIu64 "m", seconds / 3600, seconds / 60 % 60);
    else
        snprintf(text, TIME_TEXT, "%" PRIu64 "m %" PRIu64 "s", seconds / 60, seconds % 60);
    return text;
}

const char *format_left(uint64_t expiry, uint64_t now, char text[static TIME_TEXT])
{
    if (expiry != 0 && expiry > now)
        return format_span(expiry - now, text);
    strcpy(text, expiry == 0 ? "" : "expired");
    return text;
}

const char *format_age(uint64_t time, uint64_t now, char text[static TIME_TEXT])
{
    return format_span(now > time ? now - time : 0, text);
}
