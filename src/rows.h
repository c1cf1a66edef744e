#ifndef CRAWL_ROWS_H
#define CRAWL_ROWS_H

#include "out.h"
#include "reader.h"

#include <locale.h>

/* The rows of a query as text, however many: memory does not grow with them. Every value is text of strangers and goes
 * out by text.h.
 *
 * table  fitted to the width of a terminal: long values are cut, and columns that find no room left out
 * csv    RFC 4180, CRLF at the ends of lines; what a spreadsheet would take for a formula is defused. NULL is an empty
 *        cell, an empty text is ""
 * tsv    the same with tabs, and LF
 * json   an array of objects, one a line
 * jsonl  one object a line
 *
 * A blob is written in hexadecimal digits. In JSON two columns of one name become "name" and "name:2".
 */
enum rows_format { ROWS_TABLE, ROWS_CSV, ROWS_TSV, ROWS_JSON, ROWS_JSONL };

struct rows_style {
    enum rows_format format;
    int width;       /* columns of the terminal, for a table; 0: no limit */
    locale_t locale; /* of columns_locale(), for a table */
};

struct rows_result {
    int64_t rows;
    int columns_left_out; /* of a table */
};

/* Steps through `statement`, and writes what it gives. False with the reason: reading failed; that writing failed shows
 * when `out` is closed. */
bool rows_write(struct reader *reader, sqlite3_stmt *statement, const struct rows_style *style, struct out *out,
                struct rows_result *result, struct err *err);

/* One value, for those who make JSON of their own: a number, a string in quotes, or null. */
void rows_add_json(struct buf *out, sqlite3_stmt *statement, int column);

#endif
