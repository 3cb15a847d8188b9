/*
 * Allocations that fail where a test wants it, in all of the program: ours, libtdb's, json-c's, and libc's
 * own.
 */
#ifndef LVINDEX_TESTS_FAILING_MEMORY_H
#define LVINDEX_TESTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the nth allocation has no memory, it alone; 0: none. */
void memory_fail(size_t nth);
/* No more of that. Was there an nth one? */
bool memory_failed(void);

/* Blocks that were allocated and not freed. */
long memory_blocks(void);

#endif
