/*
 * A list of strings that it owns.
 */
#ifndef LVINDEX_INDEXER_TEXT_LIST_H
#define LVINDEX_INDEXER_TEXT_LIST_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

struct text_list {
    char **at;
    size_t count;
};

/* Adds a copy of `len` bytes. -ENOMEM. */
int text_list_add(struct text_list *list, const char *text, size_t len);
bool text_list_contains(const struct text_list *list, const char *text);
void text_list_free(struct text_list *list);

#define CLEANUP_TEXTS __attribute__((cleanup(text_list_free)))

/* Adds the name of every entry of a directory that ends in `suffix`, without it, and is not hidden. -errno.
 */
int text_list_directory(struct text_list *list, DIR *stream, const char *suffix);

/* text_list_add() as a callback: `context` is the list. */
int text_list_collect(void *context, const char *text);

#endif
