#include "store_sqlite_parts.h"

#include "mem.h"

#include <stdlib.h>

/* `link` is by far the longest table, and most of the cost of writing a row by a statement of its own is entering and
 * leaving the statement: 0.035 ms for the 97 rows of a page against 0.012 when one INSERT ... SELECT takes all rows of
 * a transaction from this table-valued source (bench/store_bench.c). */

struct row_table {
    sqlite3_vtab base;
    struct sqlite_store *store;
};

struct row_cursor {
    sqlite3_vtab_cursor base;
    const struct link_row *row, *end;
};

static int row_connect(sqlite3 *db, void *arg, int argc, const char *const *argv, sqlite3_vtab **table, char **error)
{
    struct row_table *t = mem_new(sizeof *t);

    (void)argc, (void)argv, (void)error;
    t->store = arg;
    *table = &t->base;
    return sqlite3_declare_vtab(db, "CREATE TABLE link_row (src, dst, kind, rel, anchor_id)");
}

static int row_disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int row_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000000;
    return SQLITE_OK;
}

static int row_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    struct row_cursor *c = mem_new(sizeof *c);

    (void)table;
    *cursor = &c->base;
    return SQLITE_OK;
}

static int row_close(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static int row_filter(sqlite3_vtab_cursor *cursor, int plan, const char *name, int argc, sqlite3_value **argv)
{
    struct row_cursor *c = (struct row_cursor *)cursor;
    const struct sqlite_store *s = ((struct row_table *)cursor->pVtab)->store;

    (void)plan, (void)name, (void)argc, (void)argv;
    c->row = s->rows;
    c->end = s->rows + s->row_count;
    return SQLITE_OK;
}

static int row_next(sqlite3_vtab_cursor *cursor)
{
    ((struct row_cursor *)cursor)->row++;
    return SQLITE_OK;
}

static int row_eof(sqlite3_vtab_cursor *cursor)
{
    struct row_cursor *c = (struct row_cursor *)cursor;

    return c->row == c->end;
}

static int row_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column)
{
    const struct link_row *row = ((struct row_cursor *)cursor)->row;

    switch (column) {
    case 0:
        sqlite3_result_int64(out, row->src);
        break;
    case 1:
        sqlite3_result_int64(out, row->dst);
        break;
    case 2:
        sqlite3_result_int64(out, row->kind);
        break;
    case 3:
        sqlite3_result_int64(out, row->rel);
        break;
    default:
        if (row->anchor_id != 0)
            sqlite3_result_int64(out, row->anchor_id);
    }
    return SQLITE_OK;
}

static int row_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *id)
{
    *id = (sqlite3_int64)(intptr_t)((struct row_cursor *)cursor)->row;
    return SQLITE_OK;
}

bool store_sqlite_offer_rows(struct sqlite_store *s)
{
    static const sqlite3_module module = {
        .xConnect = row_connect,
        .xBestIndex = row_best_index,
        .xDisconnect = row_disconnect,
        .xOpen = row_open,
        .xClose = row_close,
        .xFilter = row_filter,
        .xNext = row_next,
        .xEof = row_eof,
        .xColumn = row_column,
        .xRowid = row_rowid,
    };

    return sqlite3_create_module(s->db, "link_row", &module, s) == SQLITE_OK;
}

void store_sqlite_add_row(struct sqlite_store *s, const struct link_row *row)
{
    if (s->row_count == s->row_capacity) {
        s->row_capacity = s->row_capacity == 0 ? 4096 : s->row_capacity * 2;
        s->rows = mem_resize(s->rows, s->row_capacity * sizeof *s->rows);
    }
    s->rows[s->row_count++] = *row;
}
