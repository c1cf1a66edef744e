#include "verb.h"

#include "log.h"
#include "mem.h"
#include "terminal.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Round a word that was found, where it can be shown; they command nothing, and are seen by nobody. */
#define MARK_BEGIN '\x02'
#define MARK_END   '\x03'

/* A word in the title counts more than one in a heading, and that more than one in the description. */
static const char by_index[] =
    "SELECT u.url, p.status, highlight(page_fts, 0, ?2, ?3) AS title,"
    " snippet(page_fts, -1, ?2, ?3, '\xE2\x80\xA6', 20) AS snippet, bm25(page_fts, 10, 5, 2) AS rank"
    " FROM page_fts JOIN page p ON p.id = page_fts.rowid JOIN url u ON u.id = p.id"
    " WHERE page_fts MATCH ?1 ORDER BY 5, p.id LIMIT ?4";

struct search {
    const struct options *options;
    struct reader *reader;
    bool marks; /* wanted round what is found */
};

static void bind_text(sqlite3_stmt *statement, int at, const struct buf *text)
{
    sqlite3_bind_text(statement, at, text->data, (int)text->size, SQLITE_TRANSIENT);
}

/* Words as FTS5 takes them, none of its syntax: each is a phrase, one that ends in a star the beginning of a word. */
static void add_match(struct buf *out, const struct options *options)
{
    for (size_t i = 0; i < options->operand_count; i++) {
        const char *word = options->operands[i];
        size_t size = strlen(word);
        bool is_prefix = size > 1 && word[size - 1] == '*';

        buf_add_string(out, i == 0 ? "\"" : " \"");
        for (size_t j = 0; j < size - is_prefix; j++) {
            if (word[j] == '"')
                buf_add_char(out, '"');
            buf_add_char(out, word[j]);
        }
        buf_add_string(out, is_prefix ? "\" *" : "\"");
    }
}

static sqlite3_stmt *ask_index(const struct search *search, struct err *err)
{
    static const char begin[] = {MARK_BEGIN, '\0'}, end[] = {MARK_END, '\0'};
    struct buf match = {.limit = 1u << 20};
    sqlite3_stmt *statement = reader_statement(search->reader, by_index, err);

    if (statement != NULL) {
        add_match(&match, search->options);
        bind_text(statement, 1, &match);
        sqlite3_bind_text(statement, 2, search->marks ? begin : "", -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 3, search->marks ? end : "", -1, SQLITE_STATIC);
        sqlite3_bind_int(statement, 4, search->options->limit);
        if (sqlite3_step(statement) != SQLITE_ROW) {
            sqlite3_finalize(statement);
            statement = NULL;
        } else {
            sqlite3_reset(statement);
        }
    }
    buf_free(&match);
    return statement;
}

static void add_pattern(struct buf *out, const char *word)
{
    size_t size = strlen(word);

    if (size > 1 && word[size - 1] == '*')
        size--;
    buf_add_char(out, '%');
    for (size_t i = 0; i < size; i++) {
        if (strchr("%_\\", word[i]) != NULL)
            buf_add_char(out, '\\');
        buf_add_char(out, word[i]);
    }
    buf_add_char(out, '%');
}

static void add_like(struct buf *sql, size_t word, const char *column)
{
    buf_printf(sql, "coalesce(p.%s LIKE ?%zu ESCAPE '\\', 0)", column, word + 1);
}

/* Every title, heading and description looked at: finds parts of words, too, and words of languages that do not put
 * blanks between them. */
static sqlite3_stmt *ask_rows(const struct search *search, struct err *err)
{
    const struct options *options = search->options;
    struct buf sql = {.limit = 1u << 20}, pattern = {.limit = 1u << 20};
    sqlite3_stmt *statement;

    buf_add_string(&sql, "SELECT u.url, p.status, p.title, coalesce(nullif(p.description, ''), p.h1) AS snippet, -(0");
    for (size_t i = 0; i < options->operand_count; i++) {
        buf_add_string(&sql, " + 10 * ");
        add_like(&sql, i, "title");
        buf_add_string(&sql, " + 5 * ");
        add_like(&sql, i, "h1");
        buf_add_string(&sql, " + 2 * ");
        add_like(&sql, i, "description");
    }
    buf_add_string(&sql, ") AS rank FROM page p JOIN url u ON u.id = p.id WHERE 1");
    for (size_t i = 0; i < options->operand_count; i++) {
        buf_add_string(&sql, " AND ");
        add_like(&sql, i, "title");
        buf_add_string(&sql, " + ");
        add_like(&sql, i, "h1");
        buf_add_string(&sql, " + ");
        add_like(&sql, i, "description");
    }
    buf_printf(&sql, " ORDER BY 5, p.id LIMIT %d", options->limit);
    statement = reader_statement(search->reader, sql.data, err);
    for (size_t i = 0; statement != NULL && i < options->operand_count; i++) {
        buf_clear(&pattern);
        add_pattern(&pattern, options->operands[i]);
        bind_text(statement, (int)i + 1, &pattern);
    }
    buf_free(&sql);
    buf_free(&pattern);
    return statement;
}

/* --- For people ------------------------------------------------------------------------ */

/* Text with the marks as bold letters. */
static void add_marked(struct buf *out, struct slice text)
{
    bool is_bold = false;

    for (size_t i = 0; i <= text.size; i++) {
        size_t begin = i;

        while (i < text.size && text.data[i] != MARK_BEGIN && text.data[i] != MARK_END)
            i++;
        text_add_terminal(out, (struct slice){text.data + begin, i - begin});
        if (i < text.size && (text.data[i] == MARK_BEGIN) != is_bold) {
            is_bold = !is_bold;
            buf_add_string(out, is_bold ? "\x1b[1m" : "\x1b[22m");
        }
    }
    if (is_bold)
        buf_add_string(out, "\x1b[22m");
}

static void add_result(struct buf *out, sqlite3_stmt *row)
{
    struct slice title = reader_text(row, 2), snippet = reader_text(row, 3);
    int64_t status = reader_column(row, 1, 0);

    add_marked(out, title.size > 0 ? title : slice_of("(no title)"));
    if (status != 200 && status != 0)
        buf_printf(out, "  (%d)", (int)status);
    buf_add_string(out, "\n  ");
    text_add_terminal(out, reader_text(row, 0));
    buf_add_char(out, '\n');
    if (snippet.size > 0 && (snippet.size != title.size || memcmp(snippet.data, title.data, title.size) != 0)) {
        buf_add_string(out, "  ");
        add_marked(out, snippet);
        buf_add_char(out, '\n');
    }
}

static int show_results(const struct search *search, sqlite3_stmt *statement, struct out *out, int64_t *rows)
{
    struct err err;
    int got;

    while ((got = reader_step(search->reader, statement, &err)) == SQLITE_ROW && out_pass(out)) {
        if (++*rows > 1)
            buf_add_char(&out->text, '\n');
        add_result(&out->text, statement);
    }
    sqlite3_finalize(statement);
    if (got == SQLITE_ERROR) {
        out_drop(out);
        return verb_fail(VERB_FILE, &err);
    }
    return out_close(out, &err) ? VERB_DONE : verb_fail(VERB_FILE, &err);
}

/* --- All of it ---------------------------------------------------------------------------- */

static bool wants_color(const struct options *options)
{
    return options->color == OPTIONS_COLOR_ALWAYS || (options->color == OPTIONS_COLOR_AUTO && terminal_wants_color(1));
}

static int search(struct search *s)
{
    struct out out;
    struct err err = {""};
    bool is_for_people;
    sqlite3_stmt *statement = NULL;
    int64_t rows = 0;
    int status;

    if (!out_open(&out, NULL, &err))
        return verb_fail(VERB_FILE, &err);
    is_for_people = s->options->format == OPTIONS_FORMAT_AUTO && out.is_terminal;
    s->marks = is_for_people && wants_color(s->options);
    if (s->reader->can_search)
        statement = ask_index(s, &err);
    else
        log_note("the index for searching is made at the end of a crawl: until then all pages are looked at");
    if (statement == NULL)
        statement = ask_rows(s, &err);
    if (is_for_people && statement != NULL)
        status = show_results(s, statement, &out, &rows);
    else
        status = verb_write_rows(s->options, s->reader, statement, VERB_FILE, &rows, &err);
    if (status == VERB_DONE && rows == 0) {
        log_note("nothing was found");
        return VERB_NOTHING;
    }
    return status;
}

int verb_search(const struct options *options)
{
    struct search s = {.options = options};
    struct err err;
    int status;

    for (size_t i = 0; i < options->operand_count; i++)
        if (options->operands[i][0] == '\0' || options->operand_count > 50) {
            err_set(&err, "crawl search takes 1 to 50 words, none of them empty");
            return verb_fail(VERB_USAGE, &err);
        }
    if (options->operand_count == 0) {
        err_set(&err, "crawl search needs words to look for: crawl search opening hours");
        return verb_fail(VERB_USAGE, &err);
    }
    s.reader = reader_open(options->database, &err);
    if (s.reader == NULL)
        return verb_fail(VERB_FILE, &err);
    status = search(&s);
    reader_close(s.reader);
    return status;
}
