/*
 * Tables of texts for a terminal.
 */
#ifndef LVINDEX_INDEXER_DUMP_TABLE_H
#define LVINDEX_INDEXER_DUMP_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "style.h"

struct cell {
    char *text; /* escaped */
    enum style style;
};

/* Cells on the heap, row after row. The first row is the head. */
struct table {
    size_t columns;
    struct cell *cells;
    size_t rows;
};

/* Adds a row of `columns` texts, which are escaped; an empty one shows as "-". -ENOMEM. */
int table_add(struct table *table, const char *const *texts);

/* Gives one cell, or all cells, of the last row a style. */
void table_style(struct table *table, size_t column, enum style style);
void table_style_row(struct table *table, enum style style);

/* Prints the columns aligned, two spaces apart; with the cells' styles, and a head that stands out, where
 * style_wanted() has it so. */
void table_print(const struct table *table, FILE *to);

/* Prints it as virsh prints its tables: without styles, with a line under the head, and an empty one at the
 * end. */
void table_print_virsh(const struct table *table, FILE *to);

void table_free(struct table *table);

#define CLEANUP_TABLE __attribute__((cleanup(table_free)))

#endif
