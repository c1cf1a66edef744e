#include "verb_export.h"

#include "text.h"

#include <inttypes.h>

/* The inside of a quoted string of the DOT language, in which a label reads \n, \l, \N ... */
static void add_string(struct buf *out, struct buf *scratch, struct slice text)
{
    buf_clear(scratch);
    text_add_terminal(scratch, text); /* one line of valid UTF-8; its \x1b are doubled below, so are seen as such */
    for (size_t i = 0; i < scratch->size; i++) {
        if (scratch->data[i] == '"' || scratch->data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, scratch->data[i]);
    }
}

static const char *color_of(int64_t outcome)
{
    return outcome == 1 ? "black" : outcome == 2 ? "gray50" : "red";
}

static bool write_nodes(struct reader *reader, struct out *out, struct err *err)
{
    struct buf scratch = {.limit = 1u << 20};
    sqlite3_stmt *statement =
        reader_statement(reader,
                         "SELECT p.id, u.url, coalesce(nullif(p.title, ''), u.url), p.outcome FROM page p JOIN url u"
                         " ON u.id = p.id WHERE p.kind <> 2 ORDER BY p.id",
                         err);
    int got = SQLITE_ERROR;

    while (statement != NULL && out_pass(out) && (got = reader_step(reader, statement, err)) == SQLITE_ROW) {
        buf_printf(&out->text, "  n%" PRId64 " [label=\"", reader_column(statement, 0, 0));
        add_string(&out->text, &scratch, reader_text(statement, 2));
        buf_add_string(&out->text, "\", URL=\"");
        add_string(&out->text, &scratch, reader_text(statement, 1));
        buf_printf(&out->text, "\", color=%s];\n", color_of(reader_column(statement, 3, 0)));
    }
    sqlite3_finalize(statement);
    buf_free(&scratch);
    return got != SQLITE_ERROR || out->failure != 0;
}

static bool write_edges(struct reader *reader, struct out *out, const char *sql, const char *style, struct err *err)
{
    sqlite3_stmt *statement = reader_statement(reader, sql, err);
    int got = SQLITE_ERROR;

    while (statement != NULL && out_pass(out) && (got = reader_step(reader, statement, err)) == SQLITE_ROW)
        buf_printf(&out->text, "  n%" PRId64 " -> n%" PRId64 "%s;\n", reader_column(statement, 0, 0),
                   reader_column(statement, 1, 0), style);
    sqlite3_finalize(statement);
    return got != SQLITE_ERROR || out->failure != 0;
}

static bool write_graph(struct reader *reader, struct out *out, struct err *err)
{
    bool good;

    buf_add_string(&out->text, "digraph crawl {\n  node [shape=box];\n");
    good = write_nodes(reader, out, err) &&
           write_edges(reader, out,
                       "SELECT l.src, l.dst FROM link l JOIN page p ON p.id = l.dst WHERE p.kind <> 2"
                       " AND l.dst IS NOT (SELECT redirect_to FROM page r WHERE r.id = l.src) ORDER BY l.id",
                       "", err) &&
           write_edges(reader, out,
                       "SELECT p.id, p.redirect_to FROM page p JOIN page t ON t.id = p.redirect_to WHERE p.kind <> 2"
                       " ORDER BY p.id",
                       " [style=dashed]", err);
    buf_add_string(&out->text, "}\n");
    return good;
}

int export_dot(const struct options *options, struct reader *reader)
{
    struct out out;
    struct err err;

    if (!out_open(&out, options->result, &err))
        return verb_fail(VERB_FILE, &err);
    reader_begin(reader);
    if (!write_graph(reader, &out, &err)) {
        reader_end(reader);
        out_drop(&out);
        return verb_fail(VERB_FILE, &err);
    }
    reader_end(reader);
    return out_close(&out, &err) ? VERB_DONE : verb_fail(VERB_FILE, &err);
}
