#include "report_table.h"

#include "report_markup.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MOST   90 /* characters shown of a text, and of an anchor */
#define ANCHOR_MOST 40

static bool is_number(enum report_cell cell)
{
    return cell == CELL_NUMBER || cell == CELL_KB;
}

static void add_text(struct buf *out, struct slice text, size_t most)
{
    buf_add_string(out, "<bdi>");
    markup_add_text(out, text, most);
    buf_add_string(out, "</bdi>");
}

static void add_status(struct buf *out, sqlite3_stmt *row, int at)
{
    int64_t status = reader_column(row, at, 0);
    struct slice words = reader_text(row, at + 1);

    char number[24];
    int size = snprintf(number, sizeof number, "%" PRId64 " ", status);

    if (status > 0 && (words.size < (size_t)size || memcmp(words.data, number, (size_t)size) != 0))
        buf_printf(out, "<b class=\"%s\">%" PRId64 "</b> ",
                   status < 300   ? "good"
                   : status < 400 ? "moved"
                                  : "bad",
                   status);
    if (words.size > 0 && !slice_is(words, "ok") && !slice_is(words, "http_error"))
        add_text(out, words, TEXT_MOST);
}

static void add_sources(struct buf *out, sqlite3_stmt *row, int at, struct slice origin)
{
    for (int i = 0; i < 3; i++) {
        struct slice url = reader_text(row, at + 2 * i), anchor = reader_text(row, at + 2 * i + 1);

        if (url.size == 0)
            continue;
        if (i > 0)
            buf_add_string(out, "<br>");
        markup_add_url(out, url, origin);
        if (anchor.size > 0) {
            buf_add_string(out, " <q>");
            markup_add_text(out, anchor, ANCHOR_MOST);
            buf_add_string(out, "</q>");
        }
    }
}

static void add_number(struct buf *out, sqlite3_stmt *row, int at, bool is_kb)
{
    int64_t number = reader_column(row, at, -1);

    if (number < 0)
        buf_add_string(out, "\xE2\x80\x93");
    else if (is_kb && number < 100000)
        buf_printf(out, "%.1f", (double)number / 1000);
    else
        markup_add_number(out, is_kb ? number / 1000 : number);
}

/* Gives how many columns of the query it took. */
static int add_cell(struct buf *out, enum report_cell cell, sqlite3_stmt *row, int at, struct slice origin)
{
    buf_add_string(out, is_number(cell)        ? "<td class=n>"
                        : cell == CELL_STATUS  ? "<td class=s>"
                        : cell == CELL_SOURCES ? "<td class=f>"
                        : cell == CELL_URL     ? "<td class=u>"
                                               : "<td>");
    switch (cell) {
    case CELL_URL:
        markup_add_url(out, reader_text(row, at), origin);
        return 1;
    case CELL_TEXT:
        add_text(out, reader_text(row, at), TEXT_MOST);
        return 1;
    case CELL_STATUS:
        add_status(out, row, at);
        return 2;
    case CELL_SOURCES:
        add_sources(out, row, at, origin);
        return 6;
    default:
        add_number(out, row, at, cell == CELL_KB);
        return 1;
    }
}

static void add_row(struct buf *out, const struct report_table *table, sqlite3_stmt *row, struct slice origin)
{
    int at = 0;

    buf_add_string(out, "<tr>");
    for (int i = 0; i < REPORT_COLUMNS_MOST && table->columns[i].name != NULL; i++)
        at += add_cell(out, table->columns[i].cell, row, at, origin);
    buf_add_char(out, '\n');
}

void report_table_begin(struct buf *out, const struct report_table *table)
{
    buf_printf(out,
               "<p class=\"words\">%s</p><div class=\"scroll\" role=\"region\" tabindex=\"0\" "
               "aria-labelledby=\"%s-h\"><table><caption>%s</caption><thead><tr>",
               table->words, table->id, table->title);
    for (int i = 0; i < REPORT_COLUMNS_MOST && table->columns[i].name != NULL; i++)
        buf_printf(out, "<th scope=\"col\"%s>%s</th>", is_number(table->columns[i].cell) ? " class=\"n\"" : "",
                   table->columns[i].name);
    buf_add_string(out, "</tr></thead><tbody>\n");
}

void report_table_end(struct buf *out)
{
    buf_add_string(out, "</tbody></table></div>\n");
}

/* The rows as far as there is room. Gives how many, -1 with the reason. */
static int add_rows(struct buf *out, struct reader *reader, const struct report_table *table, struct slice origin,
                    size_t bytes, bool *is_cut, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, table->sql, err);
    size_t begin = out->size;
    int count = 0, got = SQLITE_ERROR;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW && !*is_cut) {
        size_t before = out->size;

        if (count == 0)
            report_table_begin(out, table);
        add_row(out, table, row, origin);
        if (out->size - begin > bytes) {
            out->size = before;
            *is_cut = true;
        } else {
            count++;
        }
    }
    if (out->size > begin)
        report_table_end(out);
    sqlite3_finalize(row);
    return got == SQLITE_ERROR ? -1 : count;
}

static bool add_counts(struct buf *out, struct reader *reader, const char *sql, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, sql, err);
    int got = SQLITE_ERROR;

    buf_add_string(out, "<ul class=\"legend counts\">");
    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW) {
        buf_add_string(out, "<li>");
        add_text(out, reader_text(row, 0), TEXT_MOST);
        buf_add_string(out, " <b>");
        markup_add_number(out, reader_column(row, 1, 0));
        buf_add_string(out, "</b></li>");
    }
    buf_add_string(out, "</ul>\n");
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

/* How many rows stand there, and how to have all. */
static void add_command(struct buf *out, const struct reader *reader, const char *sql, int count)
{
    struct buf command = {.limit = 1u << 16};

    buf_add_string(&command, "crawl sql -d ");
    words_add_shell(&command, reader->path);
    buf_printf(&command, " '%s'", sql);
    buf_printf(out, "<p class=\"more\"><span class=\"count\">%d row%s.</span> All of it: <code>", count,
               count == 1 ? "" : "s");
    markup_add_text(out, buf_slice(&command), 400);
    buf_add_string(out, "</code></p>\n");
    buf_free(&command);
}

bool report_table_add(struct buf *out, struct reader *reader, const struct report_table *table, struct slice origin,
                      size_t bytes, struct err *err)
{
    bool is_cut = false;
    int count;

    buf_printf(out, "<section id=\"%s\"><h2 id=\"%s-h\">%s</h2>\n", table->id, table->id, table->title);
    if (table->counts != NULL && !add_counts(out, reader, table->counts, err))
        return false;
    count = add_rows(out, reader, table, origin, bytes, &is_cut, err);
    if (count == 0)
        buf_printf(out, "<p class=\"nothing\">%s</p>", table->nothing);
    else if (count > 0)
        add_command(out, reader, table->all, count);
    buf_add_string(out, "</section>\n");
    return count >= 0;
}
