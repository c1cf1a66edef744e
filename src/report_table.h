#ifndef CRAWL_REPORT_TABLE_H
#define CRAWL_REPORT_TABLE_H

#include "buf.h"
#include "err.h"
#include "reader.h"

#include <stdbool.h>

/* A table of a report: a query, and how its columns are shown. */

enum report_cell {
    CELL_URL,
    CELL_TEXT,
    CELL_NUMBER, /* NULL: a dash */
    CELL_KB,     /* bytes, shown in kB with one decimal */
    CELL_STATUS, /* two columns of the query: the HTTP status, and words for what went wrong */
    CELL_SOURCES /* six columns of the query: a URL and an anchor, three times */
};

#define REPORT_COLUMNS_MOST 6

struct report_column {
    const char *name; /* NULL: none */
    enum report_cell cell;
};

struct report_table {
    const char *id, *title;
    const char *words;   /* one sentence below the title */
    const char *nothing; /* the same if there are no rows */
    const char *all;     /* the query that shows all of it */
    const char *sql;     /* gives no more rows than are shown */
    const char *only_if; /* NULL, or a query that gives 0 if the table is to be left out */
    const char *counts;  /* NULL, or a query for names and numbers that stand above the rows */
    int share;           /* of the bytes that all tables have */
    struct report_column columns[REPORT_COLUMNS_MOST];
};

/* Appends it as a section, with as many rows as have room in `bytes`. URLs of `origin` are shown without it. False with
 * the reason. */
bool report_table_add(struct buf *out, struct reader *reader, const struct report_table *table, struct slice origin,
                      size_t bytes, struct err *err);

/* The parts of one that is filled otherwise: its section, up to the first row; and its end. */
void report_table_begin(struct buf *out, const struct report_table *table);
void report_table_end(struct buf *out);

#endif
