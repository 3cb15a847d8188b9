/*
 * Tables of texts for a terminal.
 */
#ifndef LVINDEX_INDEXER_TABLE_H
#define LVINDEX_INDEXER_TABLE_H

#include <stddef.h>
#include <stdio.h>

/* Cells on the heap, row after row. The first row is the head. */
struct table {
    size_t columns;
    char **cells;
    size_t rows;
};

/* Adds a row of `columns` texts, which are escaped; an empty one shows as "-". -ENOMEM. */
int table_add(struct table *table, const char *const *texts);

/* Prints the columns aligned, two spaces apart. */
void table_print(const struct table *table, FILE *to);

/* Prints it as virsh prints its tables: with a line under the head, and an empty one at the end. */
void table_print_virsh(const struct table *table, FILE *to);

void table_free(struct table *table);

#define CLEANUP_TABLE __attribute__((cleanup(table_free)))

#endif
