#include "read_event.h"

#include <stdlib.h>
#include <string.h>

struct reports event_reports;

void clear_environment(void)
{
    clearenv();
    /* What a shell sets is no business of ours: the client's name least of all. */
    setenv("HOSTNAME", "wrong", 1);
    setenv("DOMAIN", "wrong", 1);
}

int read_event(enum event_action action, const char *client, const char *ip, const char *name,
               struct event *event)
{
    static char texts[3][1200];
    char *argv[4] = {texts[0], texts[1], name != NULL ? texts[2] : NULL, NULL};

    reports_start(&event_reports);
    strcpy(texts[0], client);
    strcpy(texts[1], ip);
    strcpy(texts[2], name != NULL ? name : "");
    return arguments_read(action, argv, &event_reports.sink, event);
}
