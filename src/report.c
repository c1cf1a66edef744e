#include "report.h"

#include "report_chart.h"
#include "report_compare.h"
#include "report_data.h"
#include "report_markup.h"
#include "report_tables.h"
#include "sha256.h"
#include "words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define ICICLE_LEVELS 6
#define CHANGES_MOST  50000 /* bytes of what has changed since an older crawl */
#define SLACK         8000  /* bytes kept for what follows the tables */

static const char style[] =
#include "report_css.inc"
    ;

static const char script[] =
#include "report_js.inc"
    ;

struct report {
    struct buf *out;
    struct reader *reader;
    struct reader *older; /* NULL: nothing to compare with */
    const struct report_data *data;
    int64_t made_ms;
    sqlite3_stmt *run; /* the last run, on its row; NULL: none */
};

/* --- Head ----------------------------------------------------------------------------- */

static void add_site(struct buf *out, const struct report_data *data)
{
    struct slice origin = slice_of(data->origin);
    size_t scheme = strncmp(data->origin, "https://", 8) == 0 ? 8 : strncmp(data->origin, "http://", 7) == 0 ? 7 : 0;

    if (origin.size == 0)
        buf_add_string(out, "nothing yet");
    else
        markup_add_text(out, (struct slice){origin.data + scheme, origin.size - scheme}, 80);
}

static void add_head(struct report *r)
{
    struct buf *out = r->out;

    buf_add_string(out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    sha256_add_base64(out, slice_of(style));
    buf_add_string(out, "'; script-src 'sha256-");
    sha256_add_base64(out, slice_of(script));
    buf_add_string(out,
                   "'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    add_site(out, r->data);
    buf_add_string(out, ": report of a crawl</title>\n<style>");
    buf_add_string(out, style);
    buf_add_string(out, "</style>\n</head>\n<body>\n");
}

static void add_date(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[40] = "";

    if (gmtime_r(&seconds, &parts) != NULL)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    buf_add_string(out, text);
}

enum { RUN_ID, RUN_STARTED, RUN_TOOK, RUN_OUTCOME, RUN_ARGS, RUN_SETTINGS, RUN_VERSIONS };

/* "Complete: every address was visited" and its like. */
static void add_outcome(struct report *r)
{
    struct slice outcome = reader_text(r->run, RUN_OUTCOME);
    struct buf *out = r->out;

    if (slice_is(outcome, "complete"))
        buf_add_string(out, "complete");
    else if (slice_is(outcome, "limit"))
        buf_add_string(out, "stopped at a limit");
    else if (slice_is(outcome, "interrupted"))
        buf_add_string(out, "interrupted");
    else if (slice_is(outcome, "running"))
        buf_add_string(out, "not at its end: still running, or killed");
    else
        buf_add_string(out, "failed");
}

static void add_header(struct report *r)
{
    struct buf *out = r->out;

    buf_add_string(out, "<header>\n<p class=\"kicker\">crawl report</p>\n<h1><bdi>");
    add_site(out, r->data);
    buf_add_string(out, "</bdi>");
    if (r->data->host_count > 1) {
        buf_add_string(out, " <small>and ");
        words_add_count(out, (int64_t)r->data->host_count - 1, "more host");
        buf_add_string(out, "</small>");
    }
    buf_add_string(out, "</h1>\n<p>");
    if (r->run != NULL) {
        add_date(out, reader_column(r->run, RUN_STARTED, 0));
        if (reader_column(r->run, RUN_TOOK, 0) > 0) {
            buf_add_string(out, ", ");
            words_add_time(out, reader_column(r->run, RUN_TOOK, 0));
        }
        buf_add_string(out, ", ");
        add_outcome(r);
        buf_add_string(out, ". ");
    }
    markup_add_number(out, r->data->known);
    buf_add_string(out, " addresses found: ");
    markup_add_number(out, r->data->known - r->data->skipped - r->data->waiting);
    buf_add_string(out, " asked for, ");
    markup_add_number(out, r->data->skipped);
    buf_add_string(out, " skipped, ");
    markup_add_number(out, r->data->waiting);
    buf_add_string(out, " waiting.</p>\n</header>\n");
}

/* --- Figures ---------------------------------------------------------------------------- */

/* One of the six: the number, and below it words that go with it. Both are emptied. */
static void add_figure(struct buf *out, const char *name, const char *class, struct buf *number, struct buf *words)
{
    buf_printf(out, "<div class=\"%s\"><dt>%s</dt><dd>%s<small>%s</small></dd></div>\n", class, name,
               number->size == 0 ? "\xE2\x80\x93" : number->data, words->size == 0 ? "" : words->data);
    buf_clear(number);
    buf_clear(words);
}

static void add_page_figures(struct buf *out, const struct report_data *d, struct buf *number, struct buf *words)
{
    double ok = d->pages == 0 ? 0 : 100.0 * (double)d->classes[REPORT_OK] / (double)d->pages;

    markup_add_number(number, d->pages);
    words_add_count(words, (int64_t)d->host_count, "host");
    add_figure(out, "Pages", "", number, words);

    if (d->pages > 0)
        buf_printf(number, ok > 99.9 && ok < 100 ? "%.2f&nbsp;%%" : "%.1f&nbsp;%%", ok);
    words_add_count(words,
                    d->classes[REPORT_CLIENT_ERROR] + d->classes[REPORT_SERVER_ERROR] + d->classes[REPORT_FAILED],
                    "broken page");
    add_figure(out, "OK", "", number, words);

    markup_add_number(number, d->broken_links);
    buf_add_string(words, "to ");
    words_add_count(words, d->broken_targets, "broken page");
    add_figure(out, "Broken links", d->broken_links > 0 ? "bad" : "", number, words);

    markup_add_number(number, d->duplicate_titles);
    buf_add_string(words, "on ");
    words_add_count(words, d->duplicate_pages, "page");
    add_figure(out, "Duplicate titles", d->duplicate_titles > 0 ? "warn" : "", number, words);
}

static void add_figures(struct buf *out, const struct report_data *d)
{
    struct buf number = {.limit = 200}, words = {.limit = 200};

    buf_add_string(out, "<dl class=\"figures\">\n");
    add_page_figures(out, d, &number, &words);
    if (d->timed > 0) {
        words_add_time(&number, report_percentile(d, 50));
        buf_add_string(&words, "median; p95 ");
        words_add_time(&words, report_percentile(d, 95));
    }
    add_figure(out, "Response time", "", &number, &words);
    words_add_bytes(&number, (double)d->bytes);
    words_add_bytes(&words, (double)d->wire_bytes);
    buf_add_string(&words, " on the wire");
    add_figure(out, "Size", "", &number, &words);
    buf_add_string(out, "</dl>\n");
    buf_free(&number);
    buf_free(&words);
}

static void add_contents(struct buf *out, const struct report_data *d, bool has_changes)
{
    const struct {
        const char *id, *name;
        int64_t number; /* -1: none */
    } parts[] = {
        {"broken", "Broken links", d->broken_links},
        {"redirects", "Redirect chains", d->redirect_chains},
        {"duplicates", "Duplicate titles", d->duplicate_titles},
        {"untitled", "Missing titles", d->untitled},
        {"slowest", "Slowest", -1},
        {"largest", "Largest", -1},
        {"skipped", "Skipped", d->skipped},
        {"settings", "Settings", -1},
    };

    buf_add_string(out, "<nav class=\"contents\" aria-label=\"Tables\">");
    if (has_changes)
        buf_add_string(out, "<a href=\"#changes\">Changes</a>");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buf_printf(out, "<a href=\"#%s\">%s", parts[i].id, parts[i].name);
        if (parts[i].number >= 0) {
            buf_add_string(out, " <b>");
            markup_add_number(out, parts[i].number);
            buf_add_string(out, "</b>");
        }
        buf_add_string(out, "</a>");
    }
    buf_add_string(out, "</nav>\n");
}

/* --- The rest ------------------------------------------------------------------------------ */

static void add_icicle(struct report *r)
{
    static const char *const legend[][2] = {
        {"b0", "fine"}, {"s2", "some slow"}, {"s4", "mostly slow"}, {"b2", "some broken"}, {"b4", "mostly broken"}};
    struct buf *out = r->out;

    buf_printf(
        out,
        "<figure id=\"tree\" class=\"wide\"><figcaption><h2>Where the pages are</h2><p>As wide as there are pages "
        "at and below a folder; coloured by how many of them are broken, or took more than %d&nbsp;s.</p>"
        "</figcaption>",
        REPORT_SLOW_MS / 1000);
    report_tree_add_svg(r->data->tree, out, ICICLE_LEVELS);
    buf_add_string(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < sizeof legend / sizeof *legend; i++)
        buf_printf(out,
                   "<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"10\" "
                   "height=\"10\" rx=\"2\"/></svg>%s</li>",
                   legend[i][0], legend[i][1]);
    buf_add_string(out, "</ul><script type=\"application/json\" id=\"tree-data\">");
    report_tree_add_json(r->data->tree, out);
    buf_add_string(out, "</script></figure>\n");
}

static void add_setting(struct buf *out, const char *name, struct slice value)
{
    if (value.size == 0)
        return;
    buf_printf(out, "<dt>%s</dt><dd><bdi>", name);
    markup_add_text(out, value, 1500);
    buf_add_string(out, "</bdi></dd>\n");
}

static void add_settings(struct report *r)
{
    struct buf *out = r->out;

    buf_add_string(out, "<section id=\"settings\"><h2>Settings and versions</h2>\n<dl class=\"settings\">\n");
    add_setting(out, "Database", slice_of(r->reader->path));
    if (r->run != NULL) {
        add_setting(out, "Seeds", reader_text(r->run, RUN_ARGS));
        add_setting(out, "Settings", reader_text(r->run, RUN_SETTINGS));
        add_setting(out, "Versions", reader_text(r->run, RUN_VERSIONS));
    }
    buf_add_string(out, "</dl>\n</section>\n");
}

static void add_footer(struct report *r)
{
    buf_add_string(r->out, "<footer><p>Made by crawl " PACKAGE_VERSION ", ");
    add_date(r->out, r->made_ms);
    buf_add_string(r->out, ". This file asks nobody for anything.</p></footer>\n</main>\n<script>");
    buf_add_string(r->out, script);
    buf_add_string(r->out, "</script>\n</body>\n</html>\n");
}

static bool add_all(struct report *r, size_t begin, struct err *err)
{
    struct buf *out = r->out;
    size_t used;

    add_head(r);
    add_header(r);
    buf_add_string(out, "<main>\n");
    add_figures(out, r->data);
    add_contents(out, r->data, r->older != NULL);
    add_icicle(r);
    buf_add_string(out, "<div class=\"charts\">\n");
    report_chart_add_depths(out, r->data);
    report_chart_add_times(out, r->data);
    report_chart_add_moments(out, r->data);
    report_chart_add_titles(out, r->data);
    report_chart_add_sizes(out, r->data);
    if (!report_tables_add_types(out, r->reader, r->data, err))
        return false;
    buf_add_string(out, "</div>\n");
    if (!report_tables_add_hosts(out, r->reader, r->data, err))
        return false;
    if (r->older != NULL && !report_compare_add(out, r->reader, r->older, slice_of(r->data->origin), CHANGES_MOST, err))
        return false;
    used = out->size - begin + sizeof script + SLACK;
    if (!report_tables_add(out, r->reader, r->data, used < REPORT_BYTES_MOST ? REPORT_BYTES_MOST - used : 0, err))
        return false;
    add_settings(r);
    add_footer(r);
    return true;
}

bool report_add(struct buf *out, struct reader *reader, struct reader *older, int64_t made_ms, struct err *err)
{
    struct report r = {.out = out, .reader = reader, .older = older, .made_ms = made_ms};
    struct report_data *data;
    bool good = false;

    reader_begin(reader);
    r.data = data = report_data_new(reader, err);
    r.run = data == NULL ? NULL
                         : reader_statement(reader,
                                            "SELECT id, started_ms, " READER_RUN_MS
                                            ", outcome, args, settings, versions FROM run r ORDER BY id DESC LIMIT 1",
                                            err);
    if (r.run != NULL) {
        sqlite3_stmt *run = r.run;
        int got = reader_step(reader, run, err);

        r.run = got == SQLITE_ROW ? run : NULL;
        good = got != SQLITE_ERROR && add_all(&r, out->size, err);
        sqlite3_finalize(run);
    }
    report_data_free(data);
    reader_end(reader);
    if (good && out->full)
        good = err_set(err, "the report grew beyond its limit");
    return good;
}
