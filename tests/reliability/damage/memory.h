/*
 * The index's files in memory, as if they were mapped: each ends where unreadable memory begins, and as a
 * whole one begins where unreadable memory ends. The reader's image_map() and its relatives are replaced by
 * these.
 */
#ifndef LVINDEX_TESTS_MEMORY_H
#define LVINDEX_TESTS_MEMORY_H

#include "schema/wire.h"

enum { FILE_INDEX, FILE_BASE, FILES };

/* Makes this the content of a file; without bytes, it is not there. */
void memory_put(int file, struct bytes content);

/* Where it stands, to be changed. */
uint8_t *memory_at(int file);
size_t memory_length(int file);

/* The file has only its first `length` bytes, or all of `content`, which it was put as, again. */
void memory_cut(int file, struct bytes content, size_t length);

/* What is mapped is not to be used any more: the next question maps the files again. */
void memory_renew(void);

#endif
