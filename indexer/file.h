/*
 * Reading a source file whole, with what tells later whether it changed.
 */
#ifndef LVINDEX_INDEXER_FILE_H
#define LVINDEX_INDEXER_FILE_H

#include <stddef.h>

#include "schema/source.h"

struct file {
    int fd;
    uint64_t most; /* what file_read() reads at the most, in bytes: SOURCE_FILE_MAX, unless set to less */
    char *text;    /* after file_read(): the content, with a NUL behind it */
    size_t len;
    struct source_identity identity; /* all zero when it changed too lately to be told by its times */
    uint64_t digest;                 /* after file_read() */
};

/* Opens `name` (below `dirfd`, or as openat(2) takes it). `flags`: O_NOFOLLOW or 0. -errno, -EINVAL for what
 * is no regular file. Close it, also after a failure, with file_close(). */
int file_open(int dirfd, const char *name, int flags, struct file *file);

/* Reads it all. -EFBIG when it is larger than `most`; -EAGAIN when it kept changing meanwhile. */
int file_read(struct file *file);

/* How long a file is waited for that its owner is writing, in milliseconds: one of root's, or without the
 * lock; and with it, where it may be anybody's. */
#define FILE_PATIENCE        1000
#define FILE_PATIENCE_LOCKED 100

/* For a file that its owner truncates and writes in place: reads it again until two reads agree, if it
 * changed just now; one that is empty or looks cut, until it has rested, which takes half a second. -EAGAIN
 * when that was not so within `patience` milliseconds, or one read more. */
int file_settle(struct file *file, int patience);

void file_close(struct file *file);

#define CLEANUP_FILE __attribute__((cleanup(file_close)))

/* Identity of an open file or directory; all zero when it changed within the last seconds. */
int identity_of(int fd, struct source_identity *identity);

/* The same, and known? Unknown identities equal nothing. */
bool identity_equal(const struct source_identity *a, const struct source_identity *b);

#endif
