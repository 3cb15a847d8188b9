/*
 * The processes of this host, as /proc tells: not those of a container, or below another root.
 */
#ifndef LVINDEX_INDEXER_DUMP_PROCESS_H
#define LVINDEX_INDEXER_DUMP_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "indexer/text_list.h"

struct process {
    pid_t pid;
    char name[32];
    pid_t parent;
    uint64_t started; /* seconds since the epoch, at the most one too early; 0: not known */
    char root[32];    /* what paths begin with that it sees in mounts of its own; "" where it sees ours */
};

/* Calls `each` for every process of that name, until it returns other than 0; returns its last result. */
int process_each(const char *name, int (*each)(void *context, const struct process *process), void *context);

/* Is the parent of the same name? */
bool process_is_child(const struct process *process);

/* A file of a process whose texts end in NUL each: "cmdline", "environ". Nothing where it may not be read.
 * -ENOMEM. */
int process_texts(const struct process *process, const char *file, struct text_list *texts);

#endif
