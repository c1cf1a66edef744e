#include "verb_export.h"

#include "mem.h"
#include "option.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>

/* One suite for each kind of finding, as --fail-on names them; one case for each thing that was looked at, and a
 * failure in it where that was no good. The format is that of Ant's JUnit task, as CI servers read it. */

#define SOURCES_MAX "20" /* pages named that link to what is broken */

/* Columns: what it is called, in which class it stands (its host), status, outcome, error, page it was found on, title
 * (of equal titles only), ms, id; and whether it failed. */
#define PAGE_COLUMNS "SELECT u.url, h.origin, p.status, o.name, p.error, f.url, NULL, p.total_ms, p.id, "
#define FROM_PAGES                                                                                                     \
    " AS failed FROM page p JOIN url u ON u.id = p.id LEFT JOIN host h ON h.id = u.host_id"                            \
    " LEFT JOIN outcome o ON o.id = p.outcome LEFT JOIN url f ON f.id = u.found_on WHERE "

static const struct {
    unsigned option;
    const char *name, *sql;
} suites[] = {
    {OPTIONS_FAIL_BROKEN, "broken", PAGE_COLUMNS "p.outcome NOT IN (1, 2, 4)" FROM_PAGES "p.kind = 0"},
    {OPTIONS_FAIL_5XX, "5xx", PAGE_COLUMNS "coalesce(p.status, 0) BETWEEN 500 AND 599" FROM_PAGES "p.kind = 0"},
    {OPTIONS_FAIL_EXTERNAL, "external", PAGE_COLUMNS "p.outcome NOT IN (1, 2, 4)" FROM_PAGES "p.kind = 3"},
    {OPTIONS_FAIL_SOFT_404, "soft-404",
     "SELECT u.url, h.origin, p.status, 'soft_404', p.error, f.url, NULL, p.total_ms, p.id, p.soft_404 = 1" FROM_PAGES
     "p.kind = 0 AND p.outcome = 1"},
    {OPTIONS_FAIL_DUP_TITLE, "dup-title",
     "SELECT u.url, h.origin, NULL, NULL, NULL, NULL, p.title, p.total_ms, p.id,"
     " p.title IN (SELECT title FROM page WHERE title <> '' AND outcome = 1 AND kind = 0 GROUP BY title"
     " HAVING count(*) > 1) AS failed FROM page p JOIN url u ON u.id = p.id LEFT JOIN host h ON h.id = u.host_id"
     " WHERE p.title <> '' AND p.outcome = 1 AND p.kind = 0"},
    {OPTIONS_FAIL_SEED, "seed",
     "SELECT u.url, h.origin, p.status, coalesce(o.name, k.name), coalesce(p.error, r.name), NULL, NULL, p.total_ms,"
     " p.id, iif(p.id IS NULL, u.skip IS NOT NULL AND u.skip <> 8, coalesce(p.status, 0) NOT BETWEEN 200 AND 399)"
     " AS failed FROM seed s JOIN url u ON u.id = s.url_id LEFT JOIN host h ON h.id = u.host_id"
     " LEFT JOIN page p ON p.id = u.id LEFT JOIN outcome o ON o.id = p.outcome"
     " LEFT JOIN skip_reason k ON k.id = u.skip LEFT JOIN rule r ON r.id = u.rule_id WHERE true"},
};

enum { URL, HOST, STATUS, OUTCOME, CAUSE, FOUND_ON, TITLE, TIME, ID, FAILED };

struct junit {
    struct reader *reader;
    struct out *out;
    sqlite3_stmt *sources; /* of a broken page, by its id */
};

static void add_attribute(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, " %s=\"", name);
    text_add_html(out, value);
    buf_add_char(out, '"');
}

/* "404", "timeout" ...: in a word, what is wrong. */
static void add_verdict(struct buf *out, sqlite3_stmt *row)
{
    struct slice title = reader_text(row, TITLE), outcome = reader_text(row, OUTCOME);

    if (title.size > 0) {
        buf_add_string(out, "other pages have the same title: ");
        text_add_html(out, title);
    } else if (slice_is(outcome, "http_error") || outcome.size == 0) {
        text_add_html(out, reader_text(row, STATUS));
    } else {
        text_add_html(out, outcome);
    }
}

static void add_sources(struct junit *j, int64_t id, struct slice found_on)
{
    struct buf *out = &j->out->text;
    bool any = false;

    if (j->sources != NULL) {
        sqlite3_reset(j->sources);
        sqlite3_bind_int64(j->sources, 1, id);
        while (sqlite3_step(j->sources) == SQLITE_ROW) {
            buf_add_string(out, "linked from ");
            text_add_html(out, reader_text(j->sources, 0));
            if (reader_text(j->sources, 1).size > 0) {
                buf_add_string(out, " as &quot;");
                text_add_html(out, reader_text(j->sources, 1));
                buf_add_string(out, "&quot;");
            }
            buf_add_char(out, '\n');
            any = true;
        }
    }
    if (any || found_on.size == 0)
        return;
    buf_add_string(out, "found on ");
    text_add_html(out, found_on);
    buf_add_char(out, '\n');
}

static void add_failure(struct junit *j, sqlite3_stmt *row)
{
    struct buf *out = &j->out->text;
    struct slice cause = reader_text(row, CAUSE);

    buf_add_string(out, ">\n      <failure message=\"");
    add_verdict(out, row);
    buf_add_char(out, '"');
    add_attribute(out, "type", reader_text(row, TITLE).size > 0 ? slice_of("title") : reader_text(row, OUTCOME));
    buf_add_char(out, '>');
    if (cause.size > 0) {
        text_add_html(out, cause);
        buf_add_char(out, '\n');
    }
    if (reader_text(row, TITLE).size == 0)
        add_sources(j, reader_column(row, ID, 0), reader_text(row, FOUND_ON));
    buf_add_string(out, "</failure>\n    </testcase>\n");
}

static void add_case(struct junit *j, sqlite3_stmt *row)
{
    struct buf *out = &j->out->text;

    buf_add_string(out, "    <testcase");
    add_attribute(out, "name", reader_text(row, URL));
    add_attribute(out, "classname", reader_text(row, HOST));
    buf_printf(out, " time=\"%.3f\"", (double)reader_column(row, TIME, 0) / 1000);
    if (reader_column(row, FAILED, 0) != 0)
        add_failure(j, row);
    else
        buf_add_string(out, "/>\n");
}

static bool add_suite(struct junit *j, size_t suite, struct err *err)
{
    struct buf sql = {.limit = 4000};
    sqlite3_stmt *row;
    int64_t tests, failures;
    int got = SQLITE_ERROR;

    buf_printf(&sql, "SELECT count(*) FROM (%s)", suites[suite].sql);
    tests = reader_number(j->reader, sql.data, 0);
    buf_clear(&sql);
    buf_printf(&sql, "SELECT count(*) FROM (%s) WHERE failed", suites[suite].sql);
    failures = reader_number(j->reader, sql.data, 0);
    buf_clear(&sql);
    buf_printf(&sql, "%s ORDER BY u.id", suites[suite].sql);
    row = reader_statement(j->reader, sql.data, err);
    buf_free(&sql);
    buf_printf(&j->out->text, "  <testsuite name=\"%s\" tests=\"%" PRId64 "\" failures=\"%" PRId64 "\" errors=\"0\">\n",
               suites[suite].name, tests, failures);
    while (row != NULL && out_pass(j->out) && (got = reader_step(j->reader, row, err)) == SQLITE_ROW)
        add_case(j, row);
    sqlite3_finalize(row);
    buf_add_string(&j->out->text, "  </testsuite>\n");
    return got != SQLITE_ERROR || j->out->failure != 0;
}

/* --fail-on of this command, else of the last run, else what is broken of any kind. */
static unsigned wanted_suites(const struct options *options, struct reader *reader)
{
    static const struct option_origin origin = {RANK_FILE, "the last run"};
    unsigned wanted = options->fail_on;
    sqlite3_stmt *row;
    struct options last;
    struct err err;

    if (wanted != 0)
        return wanted;
    row =
        reader_statement(reader, "SELECT json_extract(settings, '$.fail-on') FROM run ORDER BY id DESC LIMIT 1", &err);
    if (row != NULL && sqlite3_step(row) == SQLITE_ROW && reader_text(row, 0).size > 0) {
        char *text = mem_copy(reader_text(row, 0).data, reader_text(row, 0).size);

        options_init(&last);
        if (option_set(&last, option_find(VERB_CRAWL, "fail-on"), text, &origin, &err))
            wanted = last.fail_on;
        options_free(&last);
        free(text);
    }
    sqlite3_finalize(row);
    return wanted != 0 ? wanted : OPTIONS_FAIL_BROKEN | OPTIONS_FAIL_EXTERNAL | OPTIONS_FAIL_SEED;
}

static bool write_suites(struct junit *j, unsigned wanted, struct err *err)
{
    bool good = true;

    /* By the table made at the end of a run; without it each would need a look at all links. */
    if (j->reader->is_indexed)
        j->sources = reader_statement(j->reader,
                                      "SELECT s.url, a.text FROM bad_link b JOIN link l ON l.id = b.link_id JOIN url s"
                                      " ON s.id = l.src LEFT JOIN anchor a ON a.id = l.anchor_id WHERE b.dst = ?"
                                      " ORDER BY b.link_id LIMIT " SOURCES_MAX,
                                      err);
    buf_add_string(&j->out->text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"crawl\">\n");
    for (size_t i = 0; good && i < sizeof suites / sizeof *suites; i++)
        if ((wanted & suites[i].option) != 0)
            good = add_suite(j, i, err);
    buf_add_string(&j->out->text, "</testsuites>\n");
    sqlite3_finalize(j->sources);
    return good;
}

int export_junit(const struct options *options, struct reader *reader)
{
    struct out out;
    struct junit junit = {.reader = reader, .out = &out};
    struct err err;
    bool good;

    if (!out_open(&out, options->result, &err))
        return verb_fail(VERB_FILE, &err);
    reader_begin(reader);
    good = write_suites(&junit, wanted_suites(options, reader), &err);
    reader_end(reader);
    if (!good) {
        out_drop(&out);
        return verb_fail(VERB_FILE, &err);
    }
    return out_close(&out, &err) ? VERB_DONE : verb_fail(VERB_FILE, &err);
}
