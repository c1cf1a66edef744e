#ifndef CRAWL_ROWS_TABLE_H
#define CRAWL_ROWS_TABLE_H

#include "out.h"

#include <locale.h>
#include <sqlite3.h>

/* The table of rows.c: how wide its columns are is decided by the first few hundred rows, which are held back for it;
 * from then on it streams. */
struct rows_table;

struct rows_table *rows_table_new(sqlite3_stmt *statement, int width, locale_t locale, struct out *out);

/* The row that the statement now stands on. */
void rows_table_add(struct rows_table *table);

/* Writes what was held back, and frees the table. Gives how many columns found no room. */
int rows_table_end(struct rows_table *table);

/* Of rows.c: appends bytes as hexadecimal digits. */
void rows_add_hex(struct buf *out, struct slice blob);

#endif
