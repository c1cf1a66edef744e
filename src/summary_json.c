#include "summary.h"

#include "text.h"

#include <inttypes.h>

static const char *const outcome_names[] = {"complete", "limit", "interrupted", "failed"};

static void add_text(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":\"", name);
    text_add_json_output(out, slice_of(text));
    buf_add_char(out, '"');
}

static void add_number(struct buf *out, const char *name, int64_t number)
{
    buf_printf(out, ",\"%s\":%" PRId64, name, number);
}

/* An object of those numbers that are not 0, from the second on. */
static void add_counts(struct buf *out, const char *name, const char *const *names, const int64_t *numbers, int count)
{
    const char *before = "";

    buf_printf(out, ",\"%s\":{", name);
    for (int i = 1; i < count; i++)
        if (numbers[i] != 0) {
            buf_printf(out, "%s\"%s\":%" PRId64, before, names[i], numbers[i]);
            before = ",";
        }
    buf_add_char(out, '}');
}

void summary_add_json(const struct summary *s, struct buf *out)
{
    const struct tally_counts *c = &s->counts;
    double seconds = (double)s->elapsed_ms / 1000;

    buf_printf(out, "{\"outcome\":\"%s\",\"exit_status\":%d", outcome_names[s->outcome], s->exit_status);
    if (s->limit != NULL)
        add_text(out, "limit", s->limit);
    buf_printf(out, ",\"seconds\":%.3f,\"pages_per_second\":%.3f", seconds,
               seconds > 0 ? (double)c->pages / seconds : 0.0);
    add_number(out, "pages", c->pages);
    add_number(out, "recorded_before", s->recorded_before);
    add_number(out, "tries", c->tries);
    add_number(out, "body_bytes", c->body_bytes);
    add_number(out, "wire_bytes", c->wire_bytes);
    add_number(out, "links", c->links);
    add_number(out, "links_left_out", c->links_left_out);
    add_number(out, "sitemaps", c->sitemaps);
    add_number(out, "robots_files", c->robots_files);
    add_number(out, "externals", c->externals);
    add_number(out, "seeds", c->seeds);
    add_number(out, "seeds_answered", c->seeds_answered);
    add_counts(out, "outcomes", page_outcome_names, c->outcomes, PAGE_OUTCOME_COUNT);
    add_number(out, "not_found", c->not_found);
    add_number(out, "refused", c->refused);
    add_number(out, "too_many_requests", c->too_many);
    add_number(out, "server_errors", c->server_errors);
    add_number(out, "soft_404s", s->soft_404s);
    add_number(out, "probes", c->probes);
    add_number(out, "titles", s->titles.titles);
    add_number(out, "titles_missing", s->titles.missing);
    if (s->titles.duplicated >= 0) {
        add_number(out, "titles_duplicated", s->titles.duplicated);
        add_number(out, "pages_with_duplicated_titles", s->titles.duplicated_pages);
    } else {
        buf_add_string(out, ",\"titles_duplicated\":null,\"pages_with_duplicated_titles\":null");
    }
    add_number(out, "patterns_undecided", s->undecided);
    add_counts(out, "skipped", page_skip_names, c->skips, SKIP_REASON_COUNT);
    if (c->slowest.url[0] != '\0') {
        buf_add_string(out, ",\"slowest\":{\"url\":\"");
        text_add_json_output(out, slice_of(c->slowest.url));
        buf_printf(out, "\",\"total_ms\":%d}", (int)c->slowest.total_ms);
    }
    add_counts(out, "held_back_ms", held_names, s->held_ms, HELD_COUNT);
    add_number(out, "known", s->totals.known);
    add_number(out, "recorded", s->totals.recorded);
    add_number(out, "skipped_urls", s->totals.skipped);
    add_number(out, "waiting", s->totals.waiting);
    add_text(out, "database", s->options->database);
    if (s->database_bytes >= 0)
        add_number(out, "database_bytes", s->database_bytes);
    buf_add_char(out, '}');
}
