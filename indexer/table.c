#include "table.h"

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "escape.h"

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cells[i]);
    free(table->cells);
}

int table_add(struct table *table, const char *const *texts)
{
    char **more = reallocarray(table->cells, (table->rows + 1) * table->columns, sizeof(char *));
    char **row;

    if (more == NULL)
        return -ENOMEM;
    table->cells = more;
    row = more + table->rows * table->columns;
    for (size_t i = 0; i < table->columns; i++) {
        row[i] = escape_text(bytes_of(texts[i][0] != '\0' ? texts[i] : "-"));
        if (row[i] == NULL) {
            while (i-- > 0)
                free(row[i]);
            return -ENOMEM;
        }
    }
    table->rows++;
    return 0;
}

/* How many columns of a terminal a text takes: its characters, which is right for nearly all names. */
static size_t width(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;

    for (size_t row = 0; row < table->rows; row++) {
        size_t cell = width(table->cells[row * table->columns + column]);

        if (cell > widest)
            widest = cell;
    }
    return widest;
}

/* The widths of all columns; NULL without memory. The caller frees. */
static size_t *column_widths(const struct table *table)
{
    size_t *widths = calloc(table->columns, sizeof(*widths));

    for (size_t i = 0; widths != NULL && i < table->columns; i++)
        widths[i] = column_width(table, i);
    return widths;
}

static void print_row(const struct table *table, size_t row, const size_t *widths, const char *before,
                      FILE *to)
{
    for (size_t i = 0; i < table->columns; i++) {
        const char *cell = table->cells[row * table->columns + i];
        size_t gap = widths == NULL ? 2 : widths[i] - width(cell) + 2;

        fprintf(to, "%s%s", before, cell);
        if (i + 1 < table->columns)
            fprintf(to, "%*s", (int)gap, "");
    }
    fputc('\n', to);
}

void table_print(const struct table *table, FILE *to)
{
    CLEANUP_FREE size_t *widths = column_widths(table);

    for (size_t row = 0; row < table->rows; row++)
        print_row(table, row, widths, "", to);
}

void table_print_virsh(const struct table *table, FILE *to)
{
    CLEANUP_FREE size_t *widths = column_widths(table);

    for (size_t row = 0; row < table->rows; row++) {
        print_row(table, row, widths, " ", to);
        for (size_t i = 0; row == 0 && widths != NULL && i < table->columns; i++) {
            for (size_t dash = 0; dash < widths[i] + 3; dash++)
                fputc('-', to);
        }
        if (row == 0)
            fputc('\n', to);
    }
    fputc('\n', to);
}
