/*
 * The administrator's own scripts for dnsmasq's events: all of them, one after the other.
 */
#ifndef LVINDEX_HOOK_SCRIPTS_H
#define LVINDEX_HOOK_SCRIPTS_H

#include <signal.h>

#include "indexer/report.h"

/* Runs each script of CONFIG_DIR/dhcp-script.d (see indexer/script_dir.h) with dnsmasq's arguments, `event` =
 * { action, ..., NULL }, and with our environment. Each may take 10 seconds; at "init", for which dnsmasq
 * waits before it starts, all together. Whatever one of them does is reported and changes nothing else.
 *
 * To be called last, when the lock is free: standard output is given up if there is any script, so that
 * dnsmasq has all that it is to read. `defaults`: see struct tool. */
void scripts_run(const char *config_dir, char *const *event, const sigset_t *defaults,
                 const struct report *report);

#endif
