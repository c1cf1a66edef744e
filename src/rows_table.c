#include "rows_table.h"

#include "columns.h"
#include "mem.h"
#include "reader.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define HELD_ROWS   300
#define HELD_BYTES  (512u * 1024)
#define TEXT_LIMIT  (1u << 30)
#define CELL_BYTES  4096 /* of a value, where it is cut to a width anyway */
#define GAP         2    /* blanks between columns */
#define LEAST_WIDTH 12   /* a column is not made narrower; rather one is left out */
#define URL_WIDTH   32   /* likewise, of a column of URLs */

struct column {
    int natural; /* columns of the terminal that its widest value takes */
    int width;   /* that it gets */
    bool is_number;
    bool has_url;
};

struct rows_table {
    struct out *out;
    sqlite3_stmt *statement;
    int limit; /* columns of the terminal; 0: none */
    locale_t locale;
    int count, shown; /* columns of the query; of the table */
    struct column *columns;
    bool is_settled; /* widths are decided, the head is written */
    int held;        /* rows */
    struct buf texts;
    size_t *ends; /* in `texts`, of each cell held */
    struct buf cell;
};

/* A value fit for a terminal, in t->cell. */
static struct slice read_cell(struct rows_table *t, int column)
{
    struct slice value = reader_text(t->statement, column);

    buf_clear(&t->cell);
    if (t->limit > 0 && value.size > CELL_BYTES)
        value.size = CELL_BYTES;
    if (sqlite3_column_type(t->statement, column) == SQLITE_BLOB)
        rows_add_hex(&t->cell, value);
    else
        text_add_terminal(&t->cell, value);
    return buf_slice(&t->cell);
}

static bool is_url(struct slice text)
{
    return text.size > 8 && (memcmp(text.data, "http://", 7) == 0 || memcmp(text.data, "https://", 8) == 0);
}

static void add_blanks(struct buf *out, int count)
{
    while (count-- > 0)
        buf_add_char(out, ' ');
}

/* One cell, padded but for the last of its row. */
static void add_cell(struct rows_table *t, int column, struct slice text)
{
    const struct column *c = &t->columns[column];
    struct buf *out = &t->out->text;
    size_t begin = out->size;
    int taken = columns_of(text, t->locale);

    if (column > 0)
        add_blanks(out, GAP);
    if (c->is_number)
        add_blanks(out, c->width - taken);
    if (t->limit == 0)
        buf_add(out, text.data, text.size);
    else
        taken = columns_add(out, text, c->width, is_url(text) ? COLUMNS_CUT_MIDDLE : COLUMNS_CUT_END, t->locale);
    if (column + 1 < t->shown) {
        if (!c->is_number)
            add_blanks(out, c->width - taken);
        return;
    }
    while (out->size > begin && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
    buf_add_char(out, '\n');
}

static int least_width(const struct column *c)
{
    int least = c->is_number ? c->natural : c->has_url ? URL_WIDTH : LEAST_WIDTH;

    return c->natural < least ? c->natural : least;
}

/* Leaves out columns from the right until the others have room to be read. */
static void choose_columns(struct rows_table *t)
{
    int least = 0;

    for (t->shown = 0; t->shown < t->count; t->shown++) {
        least += (t->shown > 0 ? GAP : 0) + least_width(&t->columns[t->shown]);
        if (least > t->limit && t->shown > 0)
            return;
    }
}

/* What a column gets where none but the least of it may be wider than `cap`. */
static int capped(const struct rows_table *t, int column, int cap)
{
    const struct column *c = &t->columns[column];
    int least = least_width(c);

    if (c->natural <= cap)
        return c->natural;
    return least > cap && least < t->limit && t->shown > 1 ? least : cap;
}

static int width_under(const struct rows_table *t, int cap)
{
    int sum = GAP * (t->shown - 1);

    for (int i = 0; i < t->shown; i++)
        sum += capped(t, i, cap);
    return sum;
}

/* No column is cut while a wider one is not: all have the same cap, but for the least they need. */
static void fit(struct rows_table *t)
{
    int cap = t->limit, left;

    choose_columns(t);
    while (cap > 1 && width_under(t, cap) > t->limit)
        cap--;
    left = t->limit - width_under(t, cap);
    for (int i = 0; i < t->shown; i++) {
        struct column *c = &t->columns[i];

        c->width = capped(t, i, cap);
        if (c->width < c->natural && left > 0) {
            c->width++;
            left--;
        }
    }
}

static void widen(struct rows_table *t, int column, struct slice text)
{
    struct column *c = &t->columns[column];
    int taken = columns_of(text, t->locale);

    if (taken > c->natural)
        c->natural = taken;
}

static void add_head(struct rows_table *t)
{
    struct buf *out = &t->out->text;

    for (int i = 0; i < t->shown; i++) {
        buf_clear(&t->cell);
        text_add_terminal(&t->cell, slice_of(sqlite3_column_name(t->statement, i)));
        add_cell(t, i, buf_slice(&t->cell));
    }
    for (int i = 0; i < t->shown; i++) {
        for (int j = 0; j < t->columns[i].width; j++)
            buf_add_char(out, '-');
        if (i + 1 < t->shown)
            add_blanks(out, GAP);
    }
    buf_add_char(out, '\n');
}

static void settle(struct rows_table *t)
{
    size_t begin = 0;

    for (int i = 0; i < t->count; i++) {
        buf_clear(&t->cell);
        text_add_terminal(&t->cell, slice_of(sqlite3_column_name(t->statement, i)));
        widen(t, i, buf_slice(&t->cell));
        t->columns[i].width = t->columns[i].natural;
        t->columns[i].is_number = t->columns[i].is_number && t->held > 0;
    }
    t->shown = t->count;
    if (t->limit > 0)
        fit(t);
    add_head(t);
    for (int i = 0; i < t->held * t->count; i++) {
        if (i % t->count < t->shown)
            add_cell(t, i % t->count, (struct slice){t->texts.data + begin, t->ends[i] - begin});
        begin = t->ends[i];
    }
    t->is_settled = true;
    buf_free(&t->texts);
}

static void hold(struct rows_table *t)
{
    for (int i = 0; i < t->count; i++) {
        int type = sqlite3_column_type(t->statement, i);
        struct slice text = read_cell(t, i);

        if (type != SQLITE_INTEGER && type != SQLITE_FLOAT && type != SQLITE_NULL)
            t->columns[i].is_number = false;
        t->columns[i].has_url = t->columns[i].has_url || is_url(text);
        widen(t, i, text);
        buf_add(&t->texts, text.data, text.size);
        t->ends[t->held * t->count + i] = t->texts.size;
    }
    t->held++;
}

struct rows_table *rows_table_new(sqlite3_stmt *statement, int width, locale_t locale, struct out *out)
{
    struct rows_table *t = mem_new(sizeof *t);

    t->out = out;
    t->statement = statement;
    t->limit = width;
    t->locale = locale;
    t->count = sqlite3_column_count(statement);
    t->columns = mem_array((size_t)t->count, sizeof *t->columns);
    for (int i = 0; i < t->count; i++)
        t->columns[i].is_number = true;
    t->ends = mem_array((size_t)t->count * HELD_ROWS, sizeof *t->ends);
    t->texts.limit = t->cell.limit = TEXT_LIMIT;
    return t;
}

void rows_table_add(struct rows_table *t)
{
    if (!t->is_settled) {
        hold(t);
        if (t->held == HELD_ROWS || t->texts.size > HELD_BYTES)
            settle(t);
        return;
    }
    for (int i = 0; i < t->shown; i++)
        add_cell(t, i, read_cell(t, i));
}

int rows_table_end(struct rows_table *t)
{
    int left_out;

    if (!t->is_settled)
        settle(t);
    left_out = t->count - t->shown;
    buf_free(&t->cell);
    free(t->columns);
    free(t->ends);
    free(t);
    return left_out;
}
