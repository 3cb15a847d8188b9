/*
 * UTF-8, as Unicode 15 defines it (table 3-7): no overlong forms, no surrogates.
 */
#ifndef LVINDEX_INDEXER_UTF8_H
#define LVINDEX_INDEXER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character from `left` bytes, at least one: how many bytes it takes; 0 where there is no valid
 * one. */
size_t utf8_read(const uint8_t *at, size_t left, uint32_t *character);

/* Is the whole text valid? */
bool utf8_valid(const char *text);

#endif
