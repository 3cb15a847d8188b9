/*
 * inotify watches over the directories of lvindex-sync's sources, or of another file, also of those that do
 * not exist yet.
 */
#ifndef LVINDEX_INDEXER_WATCH_DIRS_H
#define LVINDEX_INDEXER_WATCH_DIRS_H

#include "sync_pass.h"

/* What an event concerns; may be both. */
enum watched {
    WATCHED_SOURCE = 1, /* a source, or where any watch should be */
    WATCHED_FILE = 2    /* a file that is watched besides */
};

struct watched_name;

struct watch_dirs {
    int inotify; /* readable when something happened */
    struct watched_name *names;
    size_t count;
    int *wds; /* of all watches there are; some may be needed no more */
    size_t wd_count;
};

/* -errno. Close it in any case. */
int watch_dirs_open(struct watch_dirs *dirs);
void watch_dirs_close(struct watch_dirs *dirs);

/* Puts watches on every directory that a source is in, or on the nearest one above that exists. To be called
 * again whenever a watched directory may have come, gone or been replaced; what is watched already stays so.
 * What cannot be watched is reported, and costs nothing else: its place may be anybody's. */
void watch_dirs_arm(struct watch_dirs *dirs, const struct sync_sources *sources, const struct report *report);

/* The same for a single file, in place of all sources. -errno. */
int watch_dirs_arm_file(struct watch_dirs *dirs, const char *file);

/* Watches a file besides, until all is armed anew. */
void watch_dirs_also(struct watch_dirs *dirs, const char *file, const struct report *report);

/* All is armed: takes away the watches on what was needed before, and is not any more. They count against a
 * limit that all programs of a user share. */
void watch_dirs_armed(struct watch_dirs *dirs);

/* Reads the events that wait: what any of them may concern (enum watched), 0 for nothing, -errno. */
int watch_dirs_read(const struct watch_dirs *dirs);

#endif
