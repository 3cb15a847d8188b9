#include "table.h"

#include <errno.h>
#include <stdlib.h>

#include "indexer/cleanup.h"
#include "indexer/escape.h"

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cells[i].text);
    free(table->cells);
}

int table_add(struct table *table, const char *const *texts)
{
    struct cell *more = reallocarray(table->cells, (table->rows + 1) * table->columns, sizeof(struct cell));
    struct cell *row;

    if (more == NULL)
        return -ENOMEM;
    table->cells = more;
    row = more + table->rows * table->columns;
    for (size_t i = 0; i < table->columns; i++) {
        row[i] = (struct cell){escape_text(bytes_of(texts[i][0] != '\0' ? texts[i] : "-")), STYLE_PLAIN};
        if (row[i].text == NULL) {
            while (i-- > 0)
                free(row[i].text);
            return -ENOMEM;
        }
    }
    table->rows++;
    return 0;
}

void table_style(struct table *table, size_t column, enum style style)
{
    table->cells[(table->rows - 1) * table->columns + column].style = style;
}

void table_style_row(struct table *table, enum style style)
{
    for (size_t i = 0; i < table->columns; i++)
        table_style(table, i, style);
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
        size_t cell = width(table->cells[row * table->columns + column].text);

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
                      bool styled, FILE *to)
{
    for (size_t i = 0; i < table->columns; i++) {
        const struct cell *cell = &table->cells[row * table->columns + i];
        size_t gap = widths == NULL ? 2 : widths[i] - width(cell->text) + 2;

        fputs(before, to);
        style_print(to, !styled ? STYLE_PLAIN : row == 0 ? STYLE_HEAD : cell->style, cell->text);
        if (i + 1 < table->columns)
            fprintf(to, "%*s", (int)gap, "");
    }
    fputc('\n', to);
}

void table_print(const struct table *table, FILE *to)
{
    CLEANUP_FREE size_t *widths = column_widths(table);
    bool styled = style_wanted(to);

    for (size_t row = 0; row < table->rows; row++)
        print_row(table, row, widths, "", styled, to);
}

void table_print_virsh(const struct table *table, FILE *to)
{
    CLEANUP_FREE size_t *widths = column_widths(table);

    for (size_t row = 0; row < table->rows; row++) {
        print_row(table, row, widths, " ", false, to);
        for (size_t i = 0; row == 0 && widths != NULL && i < table->columns; i++) {
            for (size_t dash = 0; dash < widths[i] + 3; dash++)
                fputc('-', to);
        }
        if (row == 0)
            fputc('\n', to);
    }
    fputc('\n', to);
}
