/*
 * Events as the hook reads them, for tests that set arguments and environment.
 */
#ifndef LVINDEX_TESTS_READ_EVENT_H
#define LVINDEX_TESTS_READ_EVENT_H

#include "hook/arguments.h"
#include "reports.h"

#define MAC  "52:54:00:12:34:56"
#define DUID "00:01:00:01:2c:5a:9b:10:52:54:00:12:34:56"

/* What the last read_event() reported. */
extern struct reports event_reports;

/* Fixture: an environment with nothing of dnsmasq's or ours in it. */
void clear_environment(void);

/* arguments_read() of copies of these; `name` NULL: none. They last until the next call. */
int read_event(enum event_action action, const char *client, const char *ip, const char *name,
               struct event *event);

#endif
