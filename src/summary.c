#include "summary.h"

#include "log.h"
#include "terminal.h"
#include "text.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_LIMIT       65536
#define LEAST_COLUMNS    30
#define MOST_COLUMNS     79   /* lines of lists are hard to read when they are longer */
#define NAME_COLUMNS     11   /* of each line, before what it says */
#define PROGRAM_COLUMNS  7    /* "crawl: " */
#define HELD_LEAST_MS    5000 /* shorter crawls have nothing to say of what held them back */
#define HELD_LEAST_SHARE 10   /* of a hundred */

void summary_log_page(const struct page *page)
{
    if (page->kind == PAGE_REFILL || page->kind == PAGE_SEEDS)
        return;
    if (page->kind == PAGE_TRY)
        log_detail("try %d, to be tried again: %3d %s %d ms %s", page->tries, page->status,
                   page_outcome_names[page->outcome], (int)page->times.total_ms, page->url);
    else if (page->skip != SKIP_NONE)
        log_page("skipped: %s: %s", page_skip_names[page->skip], page->url);
    else
        log_page("%3d %s %d ms %s%s%.*s", page->status, page_outcome_names[page->outcome], (int)page->times.total_ms,
                 page->url, page->title.size > 0 ? "  " : "", (int)page->title.size, page->title.data);
}

/* --- The first line ------------------------------------------------------------------- */

static void add_waiting(const struct summary *s, struct buf *out)
{
    if (s->totals.waiting > 0) {
        buf_add_string(out, ", ");
        words_add_count(out, s->totals.waiting, "URL");
        buf_printf(out, " still wait%s", s->totals.waiting == 1 ? "s" : "");
    }
    buf_add_string(out, "; the same command goes on\n");
}

static void add_complete(const struct summary *s, struct buf *out)
{
    int64_t given_up = s->counts.skips[SKIP_HOST_GAVE_UP], beyond = s->counts.skips[SKIP_LIMIT];

    if (s->counts.pages == 0 && s->counts.seeds == 0) {
        buf_add_string(out, "Nothing was left to do: all that was found had been recorded before\n");
        return;
    }
    buf_add_string(out, "Finished in ");
    words_add_time(out, s->elapsed_ms);
    if (summary_found_nothing(s)) {
        buf_add_string(out, ": no seed could be fetched\n");
    } else if (given_up > 0) {
        buf_add_string(out, ": all but ");
        words_add_count(out, given_up, "URL");
        buf_add_string(out, " of hosts that no longer answered; the same command tries them again\n");
    } else {
        buf_add_string(out, ": every reachable page in scope was visited");
        if (beyond > 0) {
            buf_add_string(out, ", but for ");
            words_add_count(out, beyond, "URL");
            buf_add_string(out, " beyond a limit");
        }
        buf_add_char(out, '\n');
    }
}

static void add_end(const struct summary *s, struct buf *out)
{
    switch (s->outcome) {
    case RUN_COMPLETE:
        add_complete(s, out);
        break;
    case RUN_LIMIT:
        buf_printf(out, "Stopped at %s after ", s->limit != NULL ? s->limit : "a limit");
        words_add_time(out, s->elapsed_ms);
        add_waiting(s, out);
        break;
    case RUN_INTERRUPTED:
        buf_add_string(out, "Stopped after ");
        words_add_time(out, s->elapsed_ms);
        add_waiting(s, out);
        break;
    default:
        buf_add_string(out, "Failed after ");
        words_add_time(out, s->elapsed_ms);
        buf_add_string(out, "; what is recorded is safe, and the same command goes on\n");
    }
}

/* --- The other lines ------------------------------------------------------------------ */

/* "NAME 12 431", with a comma in front but for the first. */
static void add_item(struct buf *out, bool *is_first, const char *name, int64_t number)
{
    if (number <= 0)
        return;
    buf_printf(out, "%s%s ", *is_first ? "" : ", ", name);
    words_add_number(out, number);
    *is_first = false;
}

static void add_pages(const struct summary *s, struct buf *out)
{
    const struct tally_counts *c = &s->counts;

    if (c->pages == 0)
        return;
    buf_add_string(out, "  pages    ");
    words_add_number(out, c->pages);
    if (s->elapsed_ms > 0) {
        buf_add_string(out, " (");
        words_add_rate(out, (double)c->pages * 1000 / (double)s->elapsed_ms);
        buf_add_string(out, "/s)");
    }
    buf_add_string(out, ", ");
    words_add_bytes(out, (double)c->body_bytes);
    buf_add_string(out, ", ");
    words_add_bytes(out, (double)c->wire_bytes);
    buf_add_string(out, " on the wire\n");
}

static void add_titles(const struct summary *s, struct buf *out)
{
    if (s->titles.titles + s->titles.missing == 0)
        return;
    buf_add_string(out, "  titles   ");
    words_add_number(out, s->titles.titles);
    if (s->titles.duplicated > 0) {
        buf_add_string(out, ", ");
        words_add_number(out, s->titles.duplicated_pages);
        buf_add_string(out, " of them not unique");
    } else if (s->titles.duplicated < 0) {
        buf_add_string(out, ", not compared yet");
    }
    if (s->titles.missing > 0) {
        buf_add_string(out, "; ");
        words_add_count(out, s->titles.missing, "page");
        buf_add_string(out, " without");
    }
    buf_add_char(out, '\n');
}

static void add_outcomes(const struct summary *s, struct buf *out)
{
    const struct tally_counts *c = &s->counts;
    const int64_t *outcomes = c->outcomes;
    int64_t other = outcomes[PAGE_HTTP_ERROR] - c->not_found - c->refused - c->too_many - c->server_errors;
    bool is_first = true;

    if (c->pages == 0)
        return;
    buf_add_string(out, "  results  ");
    add_item(out, &is_first, "ok", outcomes[PAGE_OK]);
    add_item(out, &is_first, "other types", outcomes[PAGE_WRONG_TYPE]);
    add_item(out, &is_first, "redirects", outcomes[PAGE_REDIRECT]);
    add_item(out, &is_first, "redirects to nowhere", outcomes[PAGE_REDIRECT_LOOP] + outcomes[PAGE_BAD_REDIRECT]);
    add_item(out, &is_first, "not found", c->not_found);
    add_item(out, &is_first, "refused", c->refused);
    add_item(out, &is_first, "too many requests", c->too_many);
    add_item(out, &is_first, "other errors", other);
    add_item(out, &is_first, "server errors", c->server_errors);
    add_item(out, &is_first, "failed", tally_failures(c));
    buf_add_char(out, '\n');
}

static void add_soft_404s(const struct summary *s, struct buf *out)
{
    if (s->soft_404s <= 0)
        return;
    buf_add_string(out, "  soft 404 ");
    words_add_count(out, s->soft_404s, "page");
    buf_add_string(out, " with status 200 say what is said of names that do not exist\n");
}

static void add_failures(const struct summary *s, struct buf *out)
{
    static const struct {
        enum page_outcome outcome;
        const char *name;
    } kinds[] = {
        {PAGE_TIMEOUT, "timeout"},       {PAGE_DNS_ERROR, "DNS"},           {PAGE_CONN_ERROR, "connection"},
        {PAGE_BAD_TLS, "TLS"},           {PAGE_PROTOCOL_ERROR, "protocol"}, {PAGE_TRUNCATED, "cut short"},
        {PAGE_DECODE_ERROR, "encoding"}, {PAGE_TOO_LARGE, "too large"},     {PAGE_BLOCKED_ADDRESS, "address refused"},
    };
    bool is_first = true;

    if (tally_failures(&s->counts) == 0)
        return;
    buf_add_string(out, "  failed   ");
    words_add_number(out, tally_failures(&s->counts));
    buf_add_string(out, ": ");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add_item(out, &is_first, kinds[i].name, s->counts.outcomes[kinds[i].outcome]);
    buf_add_char(out, '\n');
}

static void add_skipped(const struct summary *s, struct buf *out)
{
    bool has_other_sites = s->options->scope == OPTIONS_SCOPE_HOST || s->options->scope == OPTIONS_SCOPE_DOMAIN;
    const char *const names[SKIP_REASON_COUNT] = {
        [SKIP_ROBOTS] = "robots.txt",
        [SKIP_OFF_SCOPE] = has_other_sites ? "other sites" : "out of scope",
        [SKIP_REJECTED] = "rejected by rules",
        [SKIP_BAD_URL] = "bad URLs",
        [SKIP_LEVEL] = "deeper than --level",
        [SKIP_LIMIT] = "beyond a limit",
        [SKIP_TRAP] = "trap guard",
        [SKIP_DUPLICATE] = "same page as another",
        [SKIP_NOFOLLOW] = "nofollow",
        [SKIP_KIND] = "images and the like",
        [SKIP_HOST_GAVE_UP] = "host no longer answered",
    };
    int64_t all = 0;
    bool is_first = true;

    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        all += s->counts.skips[i];
    if (all == 0)
        return;
    buf_add_string(out, "  skipped  ");
    words_add_number(out, all);
    buf_add_string(out, ": ");
    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        add_item(out, &is_first, names[i] != NULL ? names[i] : page_skip_names[i], s->counts.skips[i]);
    buf_add_char(out, '\n');
}

static void add_slowest(const struct summary *s, int columns, struct buf *out)
{
    const struct tally_page *slowest = &s->counts.slowest;
    struct buf time = {.limit = 60};
    struct slice url;

    if (slowest->url[0] == '\0')
        return;
    words_add_time(&time, slowest->total_ms);
    url = text_prefix(slice_of(slowest->url), (size_t)columns - NAME_COLUMNS - time.size - 5);
    buf_printf(out, "  slowest  %.*s%s  %s\n", (int)url.size, url.data, slowest->url[url.size] == '\0' ? "" : "...",
               time.data);
    buf_free(&time);
}

/* What to change for the next crawl to be faster: where it was held back for long, by share of the time. */
static void add_held(const struct summary *s, struct buf *out)
{
    bool is_first = true;

    if (s->elapsed_ms < HELD_LEAST_MS)
        return;
    for (int share = 100; share >= HELD_LEAST_SHARE; share--)
        for (int i = HELD_UNKNOWN + 1; i < HELD_COUNT; i++)
            if (s->held_ms[i] * 100 / s->elapsed_ms == share) {
                buf_printf(out, "%s%s %d %%", is_first ? "  held by  " : ", ", held_words[i], share);
                is_first = false;
            }
    if (!is_first)
        buf_add_char(out, '\n');
}

/* What else than pages is recorded, where that is all of this run: else the sum would seem to be at odds with them. */
static void add_kinds(const struct summary *s, struct buf *out)
{
    const struct tally_counts *c = &s->counts;

    if (c->pages == s->totals.recorded || c->pages + c->sitemaps + c->externals != s->totals.recorded)
        return;
    buf_add_string(out, " (");
    words_add_count(out, c->pages, "page");
    if (c->sitemaps > 0) {
        buf_add_string(out, ", ");
        words_add_count(out, c->sitemaps, "sitemap");
    }
    if (c->externals > 0) {
        buf_add_string(out, ", ");
        words_add_count(out, c->externals, "external link");
    }
    buf_add_char(out, ')');
}

static void add_proof(const struct summary *s, struct buf *out)
{
    if (s->outcome == RUN_FAILED)
        return;
    buf_add_string(out, "  found    ");
    words_add_count(out, s->totals.known, "URL");
    buf_add_string(out, " = ");
    words_add_number(out, s->totals.recorded);
    buf_add_string(out, " recorded");
    add_kinds(s, out);
    buf_add_string(out, " + ");
    words_add_number(out, s->totals.skipped);
    buf_add_string(out, " skipped + ");
    words_add_number(out, s->totals.waiting);
    buf_add_string(out, " waiting\n");
}

static void add_written(const struct summary *s, struct buf *out)
{
    buf_printf(out, "  written  %s", s->options->database);
    if (s->database_bytes >= 0) {
        buf_add_string(out, ", ");
        words_add_bytes(out, (double)s->database_bytes);
    }
    buf_add_char(out, '\n');
}

/* --- All of it -------------------------------------------------------------------------- */

static void add_lines(const struct summary *s, int columns, struct buf *out)
{
    bool is_second = s->recorded_before > 0 && s->counts.pages > 0;
    bool titles_of_run = !is_second || s->titles.duplicated < 0; /* those before were not counted */

    add_end(s, out);
    if (is_second)
        buf_add_string(out, "This run:\n");
    add_pages(s, out);
    if (titles_of_run)
        add_titles(s, out);
    add_outcomes(s, out);
    add_soft_404s(s, out);
    add_failures(s, out);
    add_skipped(s, out);
    add_slowest(s, columns, out);
    add_held(s, out);
    if (is_second) {
        buf_add_string(out, "With those before:\n");
        if (!titles_of_run)
            add_titles(s, out);
    }
    add_proof(s, out);
    add_written(s, out);
}

void summary_add_text(const struct summary *s, int columns, struct buf *out)
{
    struct buf lines = {.limit = TEXT_LIMIT};
    bool is_first = true;

    if (columns > MOST_COLUMNS)
        columns = MOST_COLUMNS;
    if (columns < LEAST_COLUMNS)
        columns = LEAST_COLUMNS;
    add_lines(s, columns, &lines);
    for (const char *line = lines.data; *line != '\0'; is_first = false) {
        size_t size = strcspn(line, "\n");

        words_add_folded(out, (struct slice){line, size}, columns, is_first ? PROGRAM_COLUMNS : 0,
                         is_first ? 2 : NAME_COLUMNS);
        buf_add_char(out, '\n');
        line += size + 1;
    }
    buf_free(&lines);
}

static void tell_hint(void *arg, bool is_error, const char *words)
{
    (void)arg;
    if (is_error)
        log_error("%s", words);
    else
        log_warning("%s", words);
}

void summary_print(const struct summary *s)
{
    struct buf text = {.limit = TEXT_LIMIT};
    int columns, rows;

    summary_hints(s, tell_hint, NULL);
    terminal_size(STDERR_FILENO, &columns, &rows);
    summary_add_text(s, isatty(STDERR_FILENO) ? columns - 1 : MOST_COLUMNS, &text);
    if (s->totals.recorded + s->totals.skipped > 0)
        summary_add_next(s, &text);
    log_note("%s", text.data);
    buf_free(&text);
}
