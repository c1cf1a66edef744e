#include "rows.h"

#include "mem.h"
#include "rows_table.h"
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT (1u << 30)

/* What is written, and how. */
struct rows {
    struct out *out;
    sqlite3_stmt *statement;
    enum rows_format format;
    int count;       /* columns */
    char **keys;     /* "\"name\":", one a column; of JSON only */
    struct buf text; /* a value made fit for a terminal */
};

void rows_add_hex(struct buf *out, struct slice blob)
{
    for (size_t i = 0; i < blob.size; i++) {
        buf_add_char(out, "0123456789abcdef"[(unsigned char)blob.data[i] >> 4]);
        buf_add_char(out, "0123456789abcdef"[(unsigned char)blob.data[i] & 15]);
    }
}

/* --- CSV and TSV -------------------------------------------------------------------- */

static void add_cell_text(struct rows *r, struct slice text)
{
    char separator = r->format == ROWS_CSV ? ',' : '\t';

    if (r->out->is_terminal) {
        buf_clear(&r->text);
        text_add_terminal(&r->text, text);
        text = buf_slice(&r->text);
    }
    text_add_csv(&r->out->text, text, separator);
}

static void add_cell(struct rows *r, int column)
{
    struct slice value = reader_text(r->statement, column);

    switch (sqlite3_column_type(r->statement, column)) {
    case SQLITE_NULL:
        break;
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        buf_add(&r->out->text, value.data, value.size);
        break;
    case SQLITE_BLOB:
        rows_add_hex(&r->out->text, value);
        break;
    default:
        if (value.size == 0 && r->format == ROWS_CSV)
            buf_add_string(&r->out->text, "\"\"");
        else
            add_cell_text(r, value);
    }
}

static void end_line(struct rows *r)
{
    buf_add_string(&r->out->text, r->format == ROWS_CSV ? "\r\n" : "\n");
}

static void add_names(struct rows *r)
{
    for (int i = 0; i < r->count; i++) {
        if (i > 0)
            buf_add_char(&r->out->text, r->format == ROWS_CSV ? ',' : '\t');
        add_cell_text(r, slice_of(sqlite3_column_name(r->statement, i)));
    }
    end_line(r);
}

static void add_cells(struct rows *r)
{
    for (int i = 0; i < r->count; i++) {
        if (i > 0)
            buf_add_char(&r->out->text, r->format == ROWS_CSV ? ',' : '\t');
        add_cell(r, i);
    }
    end_line(r);
}

/* --- JSON ----------------------------------------------------------------------------- */

/* How many columns before this one have its name. */
static int names_before(sqlite3_stmt *statement, int column)
{
    int count = 0;

    for (int i = 0; i < column; i++)
        count += strcmp(sqlite3_column_name(statement, i), sqlite3_column_name(statement, column)) == 0;
    return count;
}

static char *make_key(sqlite3_stmt *statement, int column)
{
    struct buf key = {.limit = TEXT_LIMIT};
    int before = names_before(statement, column);
    char *text;

    buf_add_char(&key, '"');
    text_add_json_output(&key, slice_of(sqlite3_column_name(statement, column)));
    if (before > 0)
        buf_printf(&key, ":%d", before + 1);
    buf_add_string(&key, "\":");
    text = mem_string(key.data);
    buf_free(&key);
    return text;
}

void rows_add_json(struct buf *out, sqlite3_stmt *statement, int column)
{
    struct slice value = reader_text(statement, column);

    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        buf_add_string(out, "null");
        return;
    case SQLITE_INTEGER:
        buf_add(out, value.data, value.size);
        return;
    case SQLITE_FLOAT: /* JSON has no infinity */
        if (isfinite(sqlite3_column_double(statement, column)))
            buf_add(out, value.data, value.size);
        else
            buf_add_string(out, "null");
        return;
    }
    buf_add_char(out, '"');
    if (sqlite3_column_type(statement, column) == SQLITE_BLOB)
        rows_add_hex(out, value);
    else
        text_add_json_output(out, value);
    buf_add_char(out, '"');
}

static void add_object(struct rows *r, bool is_first)
{
    struct buf *text = &r->out->text;

    if (r->format == ROWS_JSON)
        buf_add_string(text, is_first ? "[\n" : ",\n");
    buf_add_char(text, '{');
    for (int i = 0; i < r->count; i++) {
        if (i > 0)
            buf_add_char(text, ',');
        buf_add_string(text, r->keys[i]);
        rows_add_json(text, r->statement, i);
    }
    buf_add_string(text, r->format == ROWS_JSON ? "}" : "}\n");
}

/* --- All of them ------------------------------------------------------------------------ */

static void begin(struct rows *r)
{
    if (r->format == ROWS_CSV || r->format == ROWS_TSV) {
        add_names(r);
        return;
    }
    r->keys = mem_array((size_t)r->count, sizeof *r->keys);
    for (int i = 0; i < r->count; i++)
        r->keys[i] = make_key(r->statement, i);
}

static void end(struct rows *r, int64_t rows)
{
    if (r->format == ROWS_JSON)
        buf_add_string(&r->out->text, rows == 0 ? "[]\n" : "\n]\n");
    for (int i = 0; r->keys != NULL && i < r->count; i++)
        free(r->keys[i]);
    free(r->keys);
    buf_free(&r->text);
}

static bool write_text(struct reader *reader, struct rows *r, int64_t *rows, struct err *err)
{
    int got = SQLITE_DONE;

    begin(r);
    while (out_pass(r->out) && (got = reader_step(reader, r->statement, err)) == SQLITE_ROW) {
        if (r->format == ROWS_CSV || r->format == ROWS_TSV)
            add_cells(r);
        else
            add_object(r, *rows == 0);
        ++*rows;
    }
    end(r, *rows);
    return got != SQLITE_ERROR;
}

static bool write_table(struct reader *reader, sqlite3_stmt *statement, const struct rows_style *style, struct out *out,
                        struct rows_result *result, struct err *err)
{
    struct rows_table *table = rows_table_new(statement, style->width, style->locale, out);
    int got = SQLITE_DONE;

    while (out_pass(out) && (got = reader_step(reader, statement, err)) == SQLITE_ROW) {
        rows_table_add(table);
        result->rows++;
    }
    result->columns_left_out = rows_table_end(table);
    return got != SQLITE_ERROR;
}

bool rows_write(struct reader *reader, sqlite3_stmt *statement, const struct rows_style *style, struct out *out,
                struct rows_result *result, struct err *err)
{
    struct rows r = {.out = out,
                     .statement = statement,
                     .format = style->format,
                     .count = sqlite3_column_count(statement),
                     .text = {.limit = TEXT_LIMIT}};

    *result = (struct rows_result){0};
    if (style->format == ROWS_TABLE)
        return write_table(reader, statement, style, out, result, err);
    return write_text(reader, &r, &result->rows, err);
}
