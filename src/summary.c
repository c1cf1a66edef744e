#include "summary.h"

#include "http.h"
#include "log.h"
#include "text.h"

#include <inttypes.h>
#include <libxml/xmlversion.h>
#include <sqlite3.h>
#include <stdio.h>

static const char *const outcome_names[] = {"complete", "limit", "interrupted", "failed"};

const char *summary_versions(void)
{
    static char text[600];

    snprintf(text, sizeof text, "crawl %s, %s, libxml2/%s, SQLite/%s", PACKAGE_VERSION, http_version(),
             LIBXML_DOTTED_VERSION, sqlite3_libversion());
    return text;
}

void summary_add_versions(struct buf *out)
{
    buf_printf(out, "crawl %s\nCopyright (c) 2026 the crawl authors. MIT License.\n\n%s\n", PACKAGE_VERSION,
               http_version());
    buf_printf(out, "libxml2/%s\nSQLite/%s\n", LIBXML_DOTTED_VERSION, sqlite3_libversion());
}

void summary_log_page(const struct page *page)
{
    if (page->kind == PAGE_REFILL || page->kind == PAGE_SEEDS)
        return;
    if (page->skip != SKIP_NONE)
        log_page("skipped: %s: %s", page_skip_names[page->skip], page->url);
    else
        log_page("%3d %s %d ms %s%s%.*s", page->status, page_outcome_names[page->outcome], (int)page->times.total_ms,
                 page->url, page->title.size > 0 ? "  " : "", (int)page->title.size, page->title.data);
}

static void say_outcomes(const struct tally_counts *counts)
{
    struct buf line = {.limit = 4096};

    for (int i = 0; i < PAGE_OUTCOME_COUNT; i++)
        if (counts->outcomes[i] > 0)
            buf_printf(&line, "%s%s %" PRId64, line.size > 0 ? ", " : "", page_outcome_names[i], counts->outcomes[i]);
    if (line.size > 0)
        log_note("  outcomes %s", line.data);
    buf_clear(&line);
    for (int i = 0; i < SKIP_REASON_COUNT; i++)
        if (counts->skips[i] > 0)
            buf_printf(&line, "%s%s %" PRId64, line.size > 0 ? ", " : "", page_skip_names[i], counts->skips[i]);
    if (line.size > 0)
        log_note("  skipped  %s", line.data);
    buf_free(&line);
}

void summary_print(const struct summary *s)
{
    static const char *const words[] = {
        [RUN_COMPLETE] = "Finished: every reachable page in scope was visited",
        [RUN_LIMIT] = "Stopped at a limit; run the same command to go on",
        [RUN_INTERRUPTED] = "Stopped; run the same command to go on",
        [RUN_FAILED] = "Failed; run the same command to go on",
    };
    const struct tally_counts *c = &s->counts;

    log_note("%s (%.1f s)", words[s->outcome], s->seconds);
    log_note("  pages    %" PRId64 " (%.1f/s), %.1f MB, %.1f MB on the wire, titles %" PRId64 ", missing %" PRId64,
             c->pages, s->seconds > 0 ? (double)c->pages / s->seconds : 0, (double)c->body_bytes / 1e6,
             (double)c->wire_bytes / 1e6, c->titles, c->titles_missing);
    say_outcomes(c);
    log_note("  found    %" PRId64 " URLs = %" PRId64 " recorded + %" PRId64 " skipped + %" PRId64 " waiting",
             s->totals.known, s->totals.recorded, s->totals.skipped, s->totals.waiting);
    log_note("  written  %s", s->options->database);
    log_note("Next: sqlite3 %s 'select * from broken_links limit 20'", s->options->database);
}

void summary_add_json(const struct summary *s, struct buf *out)
{
    const struct tally_counts *c = &s->counts;

    buf_printf(out,
               "{\"outcome\":\"%s\",\"seconds\":%.3f,\"pages\":%" PRId64 ",\"wire_bytes\":%" PRId64
               ",\"body_bytes\":%" PRId64 ",\"titles\":%" PRId64 ",\"titles_missing\":%" PRId64 ",\"outcomes\":{",
               outcome_names[s->outcome], s->seconds, c->pages, c->wire_bytes, c->body_bytes, c->titles,
               c->titles_missing);
    for (int i = 0, first = 1; i < PAGE_OUTCOME_COUNT; i++)
        if (c->outcomes[i] > 0) {
            buf_printf(out, "%s\"%s\":%" PRId64, first ? "" : ",", page_outcome_names[i], c->outcomes[i]);
            first = 0;
        }
    buf_add_string(out, "},\"skipped\":{");
    for (int i = 0, first = 1; i < SKIP_REASON_COUNT; i++)
        if (c->skips[i] > 0) {
            buf_printf(out, "%s\"%s\":%" PRId64, first ? "" : ",", page_skip_names[i], c->skips[i]);
            first = 0;
        }
    buf_printf(out,
               "},\"known\":%" PRId64 ",\"recorded\":%" PRId64 ",\"skipped_urls\":%" PRId64 ",\"waiting\":%" PRId64 "}",
               s->totals.known, s->totals.recorded, s->totals.skipped, s->totals.waiting);
}
